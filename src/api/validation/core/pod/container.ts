import type { Container, ContainerPort, PodSpec, Volume } from '../../../schema/generated/types/core-v1.ts';
import { type Errors, each, ipAddress, requiredFormat, requiredOneOf } from '../../common.ts';
import {
  duplicate,
  forbidden,
  invalidFormat,
  invalidValue,
  notFoundValue,
  notSupported,
  required,
} from '../../field-error.ts';
import { isDns1123Label, isPortName, isPortNumber } from '../../format.ts';
import { validateEnvironment } from './env.ts';
import { validateMounts } from './mounts.ts';
import { validateLifecycle, validateProbe } from './probes.ts';
import { validateResizePolicy, validateResources } from './resources.ts';
import { validateRestartRules } from './restart-rules.ts';
import { validateSecurityContext } from './security.ts';

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const messagePolicies = ['FallbackToLogsOnError', 'File'];

/** What a container's checks need to know of its pod. */
export interface PodContext {
  readonly spec: PodSpec;
  /** Names of the pod's claims on devices. */
  readonly claims: ReadonlySet<string>;
  readonly volumes: ReadonlyMap<string, Volume>;
}

/** What all containers share, whatever their role. */
function validateContainerCommon(container: Container, path: string, context: PodContext): Errors {
  const { image, name } = container;
  const errors = requiredFormat(name, `${path}.name`, isDns1123Label);
  if (!image) errors.push(required(`${path}.image`));
  errors.push(
    ...requiredOneOf(container.terminationMessagePolicy, `${path}.terminationMessagePolicy`, messagePolicies),
    ...validatePorts(container.ports, `${path}.ports`),
    ...validateEnvironment(container, path),
    ...validateMounts(container, path, context.volumes),
    ...requiredOneOf(container.imagePullPolicy, `${path}.imagePullPolicy`, pullPolicies),
    ...validateResources(container.resources, `${path}.resources`, context.claims),
    ...validateResizePolicy(container, `${path}.resizePolicy`),
    ...validateSecurityContext(container.securityContext, `${path}.securityContext`, context.spec.hostUsers),
  );
  if (context.spec.hostNetwork) errors.push(...hostPortErrors(container.ports, `${path}.ports`));
  return errors;
}

function hostPortErrors(ports: readonly ContainerPort[] | undefined, path: string): Errors {
  return each(ports, path, ({ hostPort, containerPort }, here) =>
    hostPort === containerPort
      ? []
      : [invalidValue(`${here}.containerPort`, containerPort, 'must match `hostPort` when `hostNetwork` is true')],
  );
}

function validatePorts(ports: readonly ContainerPort[] | undefined, path: string): Errors {
  const names = new Set<string>();
  return each(ports, path, ({ name, containerPort, hostPort, protocol, hostIP }, here) => {
    const errors: Errors = [];
    if (name) {
      const complaints = isPortName(name);
      if (complaints.length > 0) errors.push(...invalidFormat(`${here}.name`, name, complaints));
      else if (names.has(name)) errors.push(duplicate(`${here}.name`, name));
      else names.add(name);
    }
    if (!containerPort) errors.push(required(`${here}.containerPort`));
    else
      errors.push(
        ...isPortNumber(containerPort).map((why) => invalidValue(`${here}.containerPort`, containerPort, why)),
      );
    if (hostPort) errors.push(...isPortNumber(hostPort).map((why) => invalidValue(`${here}.hostPort`, hostPort, why)));
    errors.push(...requiredOneOf(protocol, `${here}.protocol`, ['SCTP', 'TCP', 'UDP']));
    return hostIP ? [...errors, ...ipAddress(hostIP, `${here}.hostIP`)] : errors;
  });
}

/** The containers that make up the pod. */
export function validateContainers(context: PodContext, path: string): Errors {
  const { containers, terminationGracePeriodSeconds } = context.spec;
  if ((containers ?? []).length === 0) return [required(path)];
  const names = new Set<string>();
  return each(containers, path, (container, here) => {
    const errors = validateContainerCommon(container, here, context);
    if (names.has(container.name)) errors.push(duplicate(`${here}.name`, container.name));
    names.add(container.name);
    errors.push(...validateRestartRules(container, here));
    return [
      ...errors,
      ...validateLifecycle(container.lifecycle, `${here}.lifecycle`, terminationGracePeriodSeconds),
      ...validateProbe(container.livenessProbe, 'livenessProbe', here),
      ...validateProbe(container.readinessProbe, 'readinessProbe', here),
      ...validateProbe(container.startupProbe, 'startupProbe', here),
    ];
  });
}

const sidecarOnly = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** Init containers; those that restart always are sidecars and may have what containers have. */
export function validateInitContainers(context: PodContext, path: string): Errors {
  const names = new Set((context.spec.containers ?? []).map(({ name }) => name));
  return each(context.spec.initContainers, path, (container, here) => {
    const errors = validateContainerCommon(container, here, context);
    if (container.name && names.has(container.name)) errors.push(duplicate(`${here}.name`, container.name));
    names.add(container.name);
    const { restartPolicy } = container;
    errors.push(...validateRestartRules(container, here));
    if (restartPolicy === 'Always')
      return [
        ...errors,
        ...validateLifecycle(container.lifecycle, `${here}.lifecycle`, context.spec.terminationGracePeriodSeconds),
        ...validateProbe(container.livenessProbe, 'livenessProbe', here),
        ...validateProbe(container.readinessProbe, 'readinessProbe', here),
        ...validateProbe(container.startupProbe, 'startupProbe', here),
      ];
    for (const field of sidecarOnly)
      if (container[field])
        errors.push(forbidden(`${here}.${field}`, 'may not be set for init containers without restartPolicy=Always'));
    return errors;
  });
}

const notEphemeral = [
  'lifecycle',
  'livenessProbe',
  'ports',
  'readinessProbe',
  'resources',
  'startupProbe',
  'resizePolicy',
] as const;

/** Containers added to a running pod. */
export function validateEphemeralContainers(context: PodContext, path: string): Errors {
  const { spec } = context;
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const seen = new Set(others);
  return each(spec.ephemeralContainers, path, (container, here) => {
    const errors = validateContainerCommon({ ...container, resources: {} }, here, context);
    if (container.name && seen.has(container.name)) errors.push(duplicate(`${here}.name`, container.name));
    seen.add(container.name);
    const { targetContainerName: target } = container;
    if (target && !others.has(target)) errors.push(notFoundValue(`${here}.targetContainerName`, target));
    if (container.restartPolicy) errors.push(notSupported(`${here}.restartPolicy`, container.restartPolicy));
    for (const field of notEphemeral) {
      const value = container[field];
      if (value !== undefined && Object.keys(value).length > 0)
        errors.push(forbidden(`${here}.${field}`, 'cannot be set for an Ephemeral Container'));
    }
    container.volumeMounts?.forEach((mount, at) => {
      if (mount.subPath)
        errors.push(forbidden(`${here}.volumeMounts[${at}].subPath`, 'cannot be set for an Ephemeral Container'));
    });
    return errors;
  });
}
