import type { Container, Pod, PodAffinity, PodSpec } from '../../schema/generated/types/core-v1.ts';
import type { ObjectMeta } from '../../schema/generated/types/meta-v1.ts';
import { quote } from '../field-error.ts';
import { isDns1123Label } from '../format.ts';
import { deprecatedLabel, termWarnings } from './deprecated-labels.ts';
import { eachContainer, portWarnings } from './pod-ports.ts';
import { volumeWarnings } from './pod-volumes.ts';
import { fractionalBytes } from './quantities.ts';

/** A pod is warned of when it is made, and not when it changes: that is machines' work. */
export function podWarnings(pod: Pod, old: Pod | undefined): readonly string[] {
  if (old || !pod.spec) return [];
  const { name = '' } = pod.metadata;
  const complaints = isDns1123Label(name);
  const warnings = podSpecWarnings(pod.spec, pod.metadata, '');
  if (complaints.length > 0)
    warnings.unshift(
      `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${complaints.join(' ')}]`,
    );
  return warnings;
}

const deprecatedAnnotations: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};
const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod';
const seccompContainer = 'container.seccomp.security.alpha.kubernetes.io/';
const appArmorContainer = 'container.apparmor.security.beta.kubernetes.io/';
const bytes = ['memory', 'ephemeral-storage'];

type Meta = Pick<ObjectMeta, 'annotations'> | undefined;

/** What is odd about a pod or a template; `path` is '' or the template's, ending in a dot. */
export function podSpecWarnings(spec: PodSpec, meta: Meta, path: string): string[] {
  const warnings: string[] = [];
  const say = (field: string, text: string) => warnings.push(`${path}${field}: ${text}`);
  const annotations = meta?.annotations ?? {};
  placementWarnings(spec, path, warnings);
  for (const name in annotations)
    if (Object.hasOwn(deprecatedAnnotations, name))
      say(`metadata.annotations[${name}]`, deprecatedAnnotations[name] ?? '');
  if (spec.volumes) warnings.push(...volumeWarnings(spec.volumes, `${path}spec.volumes`));
  duplicates(
    spec.hostAliases,
    ({ ip }) => ip,
    (at, ip) => say(`spec.hostAliases[${at}].ip`, `duplicate ip ${quote(ip)}`),
  );
  duplicates(
    spec.imagePullSecrets,
    ({ name = '' }) => name,
    (at, name) => say(`spec.imagePullSecrets[${at}].name`, `duplicate name ${quote(name)}`),
  );
  spec.imagePullSecrets?.forEach(({ name }, at) => {
    if (!name) say(`spec.imagePullSecrets[${at}].name`, 'invalid empty name ""');
  });
  warnings.push(...fractionalBytes(spec.overhead, `${path}spec.overhead`, bytes));
  if (annotations[seccompPod] !== undefined && !spec.securityContext?.seccompProfile)
    say(`metadata.annotations[${seccompPod}]`, 'non-functional in v1.27+; use the "seccompProfile" field instead');
  const around = { spec, annotations, path, warnings };
  eachContainer(spec, path, (container, here) => containerWarnings(container, here, around));
  warnings.push(...portWarnings(spec, path));
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0)
    say('spec.terminationGracePeriodSeconds', 'must be >= 0; negative values are invalid and will be treated as 1');
  affinityWarnings(spec.affinity?.podAffinity, `${path}spec.affinity.podAffinity`, warnings);
  affinityWarnings(spec.affinity?.podAntiAffinity, `${path}spec.affinity.podAntiAffinity`, warnings);
  return warnings;
}

function placementWarnings(
  { nodeSelector, affinity, topologySpreadConstraints }: PodSpec,
  path: string,
  warnings: string[],
): void {
  for (const key in nodeSelector) {
    const message = deprecatedLabel(key);
    if (message) warnings.push(`${path}spec.nodeSelector[${key}]: ${message}`);
  }
  const nodes = affinity?.nodeAffinity;
  const here = `${path}spec.affinity.nodeAffinity`;
  nodes?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms?.forEach((term, at) => {
    const place = `${here}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${at}]`;
    warnings.push(...termWarnings(term, place));
  });
  nodes?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ preference }, at) => {
    const place = `${here}.preferredDuringSchedulingIgnoredDuringExecution[${at}].preference`;
    warnings.push(...termWarnings(preference, place));
  });
  topologySpreadConstraints?.forEach(({ topologyKey, labelSelector }, at) => {
    const place = `${path}spec.topologySpreadConstraints[${at}]`;
    const message = deprecatedLabel(topologyKey);
    if (message) warnings.push(`${place}.topologyKey: ${topologyKey} is ${message}`);
    if (!labelSelector) warnings.push(`${place}.labelSelector: a null labelSelector results in matching no pod`);
  });
}

function affinityWarnings(affinity: PodAffinity | undefined, path: string, warnings: string[]): void {
  const text = 'labelSelector: a null labelSelector results in matching no pod';
  affinity?.requiredDuringSchedulingIgnoredDuringExecution?.forEach(({ labelSelector }, at) => {
    if (!labelSelector) warnings.push(`${path}.requiredDuringSchedulingIgnoredDuringExecution[${at}].${text}`);
  });
  affinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ podAffinityTerm }, at) => {
    if (podAffinityTerm?.labelSelector) return;
    warnings.push(`${path}.preferredDuringSchedulingIgnoredDuringExecution[${at}].podAffinityTerm.${text}`);
  });
}

interface Around {
  readonly spec: PodSpec;
  readonly annotations: Readonly<Record<string, string>>;
  readonly path: string;
  readonly warnings: string[];
}

function containerWarnings(container: Container, here: string, { spec, annotations, path, warnings }: Around): void {
  const { name, securityContext, resources, env } = container;
  if (annotations[seccompContainer + name] !== undefined && !securityContext?.seccompProfile)
    warnings.push(
      `${path}metadata.annotations[${seccompContainer}${name}]: non-functional in v1.27+; use the "seccompProfile" field instead`,
    );
  const hasProfile = securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
  if (annotations[appArmorContainer + name] !== undefined && !hasProfile)
    warnings.push(
      `${path}metadata.annotations[${appArmorContainer}${name}]: deprecated since v1.30; use the "appArmorProfile" field instead`,
    );
  if (resources?.limits) warnings.push(...fractionalBytes(resources.limits, `${here}.resources.limits`, bytes));
  if (resources?.requests) warnings.push(...fractionalBytes(resources.requests, `${here}.resources.requests`, bytes));
  if (!env || env.length < 2) return;
  const seen = new Set<string>();
  env.forEach(({ name: variable, value = '', valueFrom }, at) => {
    const refersToOld = value.includes(`$(${variable})`) && value !== `$(${variable})`;
    if (seen.has(variable) && (valueFrom || !refersToOld))
      warnings.push(
        `${here}.env[${at}]: hides previous definition of ${quote(variable)}, which may be dropped when using apply`,
      );
    seen.add(variable);
  });
}

function duplicates<T>(
  items: readonly T[] | undefined,
  keyOf: (item: T) => string,
  say: (at: number, key: string) => void,
): void {
  if (!items || items.length < 2) return;
  const seen = new Set<string>();
  items.forEach((item, at) => {
    const key = keyOf(item);
    if (seen.has(key)) say(at, key);
    seen.add(key);
  });
}
