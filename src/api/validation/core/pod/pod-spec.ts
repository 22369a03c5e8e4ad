import type { PodSpec, PodTemplateSpec, Volume } from '../../../schema/generated/types/core-v1.ts';
import {
  duplicates,
  type Errors,
  each,
  inRange,
  ipAddress,
  oneOf,
  optionalFormat,
  requiredText,
} from '../../common.ts';
import { duplicate, forbidden, invalidFormat, invalidValue, required, tooLong } from '../../field-error.ts';
import { isDns1123Label, isDns1123Subdomain, isQualifiedName } from '../../format.ts';
import { validateAnnotations, validateLabels } from '../../object-meta.ts';
import { validateContainers, validateEphemeralContainers, validateInitContainers } from './container.ts';
import { validateOs } from './os.ts';
import { validatePodClaims, validatePodResources, validateResources } from './resources.ts';
import { validateAffinity, validateTolerations, validateTopologySpread } from './scheduling.ts';
import { validatePodSecurityContext } from './security.ts';
import { validateVolumes } from './volumes.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const longestSeconds = 2 ** 31 - 1;
const maxNameservers = 3;
const maxSearches = 32;
const maxSearchChars = 2048;
const maxHostnameChars = 64;
const noNames: ReadonlySet<string> = new Set();

function namesOf(items: readonly { readonly name: string }[] | undefined): ReadonlySet<string> {
  return items ? new Set(items.map(({ name }) => name)) : noNames;
}

/** A pod's spec after defaulting, wherever it stands; `added` are volumes that its pods get beside their own. */
export function validatePodSpec(spec: PodSpec | undefined, path: string, added: readonly Volume[] = []): Errors {
  if (!spec) return [required(`${path}.containers`)];
  const context = {
    spec,
    claims: namesOf(spec.resourceClaims),
    volumes: new Map([...(spec.volumes ?? []), ...added].map((volume) => [volume.name, volume])),
  };
  return [
    ...validateVolumes(spec.volumes, `${path}.volumes`),
    ...validateContainers(context, `${path}.containers`),
    ...validateInitContainers(context, `${path}.initContainers`),
    ...validateEphemeralContainers(context, `${path}.ephemeralContainers`),
    ...hostPortConflicts(spec, path),
    ...(spec.restartPolicy
      ? oneOf(spec.restartPolicy, `${path}.restartPolicy`, restartPolicies)
      : [required(`${path}.restartPolicy`)]),
    ...(spec.dnsPolicy ? oneOf(spec.dnsPolicy, `${path}.dnsPolicy`, dnsPolicies) : [required(`${path}.dnsPolicy`)]),
    ...validateDnsConfig(spec, `${path}.dnsConfig`),
    ...validateLabels(spec.nodeSelector, `${path}.nodeSelector`),
    ...validatePodSecurityContext(spec, `${path}.securityContext`),
    ...validateAffinity(spec.affinity, `${path}.affinity`),
    ...each(spec.readinessGates, `${path}.readinessGates`, ({ conditionType }, here) =>
      invalidFormat(`${here}.conditionType`, conditionType, isQualifiedName(conditionType)),
    ),
    ...validateSchedulingGates(spec, `${path}.schedulingGates`),
    ...validateTopologySpread(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`),
    ...optionalFormat(spec.serviceAccountName, `${path}.serviceAccountName`, isDns1123Subdomain),
    ...optionalFormat(spec.nodeName, `${path}.nodeName`, isDns1123Subdomain),
    ...inRange(spec.activeDeadlineSeconds, `${path}.activeDeadlineSeconds`, [1, longestSeconds]),
    ...optionalFormat(spec.hostname, `${path}.hostname`, isDns1123Label),
    ...optionalFormat(spec.subdomain, `${path}.subdomain`, isDns1123Label),
    ...validateTolerations(spec.tolerations, `${path}.tolerations`),
    ...each(spec.hostAliases, `${path}.hostAliases`, ({ ip, hostnames }, here) => [
      ...ipAddress(ip, `${here}.ip`),
      ...each(hostnames, `${here}.hostnames`, (name, at) => invalidFormat(at, name, isDns1123Subdomain(name))),
    ]),
    ...optionalFormat(spec.priorityClassName, `${path}.priorityClassName`, isDns1123Subdomain),
    ...optionalFormat(spec.runtimeClassName, `${path}.runtimeClassName`, isDns1123Subdomain),
    ...oneOf(spec.preemptionPolicy, `${path}.preemptionPolicy`, ['Never', 'PreemptLowerPriority']),
    ...(spec.overhead ? validateResources({ limits: spec.overhead }, `${path}.overhead`) : []),
    ...validatePodClaims(spec, `${path}.resourceClaims`),
    ...validatePodResources(spec, `${path}.resources`),
    ...validateHostnameOverride(spec, path),
    ...validateOs(spec, path),
  ];
}

function hostPortConflicts({ containers, initContainers }: PodSpec, path: string): Errors {
  const taken = new Set<string>();
  const check = (list: PodSpec['containers'] | undefined, here: string) =>
    each(list, here, ({ ports }, container) =>
      each(ports, `${container}.ports`, ({ hostPort, hostIP = '', protocol }, at) => {
        if (!hostPort) return [];
        const key = `${protocol}/${hostIP}/${hostPort}`;
        if (taken.has(key)) return [duplicate(`${at}.hostPort`, key)];
        taken.add(key);
        return [];
      }),
    );
  const sidecars = initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...check(containers, `${path}.containers`), ...check(sidecars, `${path}.initContainers`)];
}

function validateDnsConfig({ dnsConfig, dnsPolicy }: PodSpec, path: string): Errors {
  const { nameservers = [], searches = [], options } = dnsConfig ?? {};
  if (dnsPolicy === 'None' && !dnsConfig) return [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')];
  if (dnsPolicy === 'None' && nameservers.length === 0)
    return [required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
  const errors: Errors = [];
  if (nameservers.length > maxNameservers)
    errors.push(
      invalidValue(`${path}.nameservers`, nameservers, `must not have more than ${maxNameservers} nameservers`),
    );
  if (searches.length > maxSearches)
    errors.push(invalidValue(`${path}.searches`, searches, `must not have more than ${maxSearches} search paths`));
  const length = searches.join(' ').length;
  if (length > maxSearchChars)
    errors.push(
      invalidValue(
        `${path}.searches`,
        searches,
        `must not have more than ${maxSearchChars} characters (including spaces) in the search list`,
      ),
    );
  return [
    ...errors,
    ...each(nameservers, `${path}.nameservers`, ipAddress),
    ...each(searches, `${path}.searches`, (search, here) => {
      const name = search.replace(/\.$/, '').replaceAll('_', '-');
      return search === '.' ? [] : invalidFormat(here, search, isDns1123Subdomain(name));
    }),
    ...each(options, `${path}.options`, ({ name }, here) => requiredText(name, `${here}.name`)),
  ];
}

function validateSchedulingGates({ schedulingGates }: PodSpec, path: string): Errors {
  return [
    ...each(schedulingGates, path, ({ name }, here) => invalidFormat(here, name, isQualifiedName(name))),
    ...duplicates(
      schedulingGates,
      ({ name }) => name,
      (at) => `${path}[${at}]`,
    ),
  ];
}

function validateHostnameOverride(
  { hostnameOverride: name, setHostnameAsFQDN, hostNetwork }: PodSpec,
  path: string,
): Errors {
  if (!name) return [];
  const here = `${path}.hostnameOverride`;
  const errors = invalidFormat(here, name, isDns1123Subdomain(name));
  if (name.length > maxHostnameChars) errors.push(tooLong(here, maxHostnameChars));
  if (setHostnameAsFQDN) errors.push(forbidden(here, 'may not be specified when setHostnameAsFQDN is true'));
  if (hostNetwork) errors.push(forbidden(here, 'may not be specified when hostNetwork is true'));
  return errors;
}

/** The template of a workload: a pod without a name; `added` as for its spec. */
export function validatePodTemplateSpec(
  template: PodTemplateSpec | undefined,
  path: string,
  added?: readonly Volume[],
): Errors {
  const { labels, annotations } = template?.metadata ?? {};
  return [
    ...validateLabels(labels, `${path}.metadata.labels`),
    ...validateAnnotations(annotations, `${path}.metadata.annotations`),
    ...validatePodSpec(template?.spec, `${path}.spec`, added),
    ...((template?.spec?.ephemeralContainers ?? []).length > 0
      ? [forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')]
      : []),
  ];
}
