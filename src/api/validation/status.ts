import { isIP } from 'node:net';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../schema/generated/types/apps-v1.ts';
import type { Container, Pod, ReplicationController } from '../schema/generated/types/core-v1.ts';
import type { PodDisruptionBudget } from '../schema/generated/types/policy-v1.ts';
import { duplicates, type Errors, each, immutable, ipAddress, notNegative, optionalFormat } from './common.ts';
import { forbidden, invalidValue } from './field-error.ts';
import { isDns1123Subdomain } from './format.ts';

/** What must hold in a status, which controllers and node agents write. */

type Counts = Readonly<Record<string, unknown>>;

/** Each of these counts is 0 or more, and none is greater than `most`. */
function counts(status: Counts | undefined, names: readonly string[], most?: string): Errors {
  const count = (name: string) => Number(status?.[name] ?? 0);
  const errors = names.flatMap((name) => notNegative(count(name), `status.${name}`));
  if (most === undefined) return errors;
  for (const name of names)
    if (count(name) > count(most))
      errors.push(invalidValue(`status.${name}`, count(name), `cannot be greater than status.${most}`));
  return errors;
}

export function validateDeploymentStatus({ status }: Deployment): Errors {
  const pods = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'];
  return [
    ...counts(status as Counts | undefined, pods, 'replicas'),
    ...counts(status as Counts | undefined, [
      'unavailableReplicas',
      'terminatingReplicas',
      'observedGeneration',
      'collisionCount',
    ]),
  ];
}

export function validateReplicasStatus({ status }: ReplicaSet | ReplicationController): Errors {
  const pods = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'];
  return [
    ...counts(status as Counts | undefined, pods, 'replicas'),
    ...counts(status as Counts | undefined, ['observedGeneration']),
  ];
}

export function validateStatefulSetStatus({ status }: StatefulSet): Errors {
  const pods = ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'];
  return [
    ...counts(status as Counts | undefined, pods, 'replicas'),
    ...counts(status as Counts | undefined, ['observedGeneration', 'collisionCount']),
  ];
}

export function validateDaemonSetStatus({ status }: DaemonSet): Errors {
  const numbers =
    'currentNumberScheduled numberMisscheduled desiredNumberScheduled numberReady updatedNumberScheduled numberAvailable numberUnavailable observedGeneration collisionCount';
  return counts(status as Counts | undefined, numbers.split(' '));
}

export function validateDisruptionBudgetStatus({ status }: PodDisruptionBudget): Errors {
  return counts(status as Counts | undefined, [
    'disruptionsAllowed',
    'currentHealthy',
    'desiredHealthy',
    'expectedPods',
  ]);
}

/** Addresses can be read and stand once; a container that has ended for good does not run again. */
export function validatePodStatus({ spec, status }: Pod, old: Pod): Errors {
  const errors: Errors = [];
  if ((spec?.nodeName ?? '') !== (old.spec?.nodeName ?? ''))
    errors.push(forbidden('status.nodeName', 'may not be changed directly'));
  errors.push(
    ...optionalFormat(status?.nominatedNodeName, 'status.nominatedNodeName', isDns1123Subdomain),
    ...(old.status?.qosClass ? immutable(status?.qosClass, old.status.qosClass, 'status.qosClass') : []),
  );
  const lists = [
    ['containers', 'containerStatuses'],
    ['initContainers', 'initContainerStatuses'],
  ] as const;
  for (const [list, statuses] of lists) {
    const restarts = (container: Container) => list === 'initContainers' && container.restartPolicy === 'Always';
    errors.push(...validateTransitions(spec, { list, statuses, restarts }, { status, old: old.status }));
  }
  return [
    ...errors,
    ...validateAddresses(status?.podIPs, 'status.podIPs'),
    ...validateAddresses(status?.hostIPs, 'status.hostIPs'),
    ...notNegative(status?.observedGeneration, 'status.observedGeneration'),
  ];
}

interface Lists {
  readonly list: 'containers' | 'initContainers';
  readonly statuses: 'containerStatuses' | 'initContainerStatuses';
  /** Whether a container runs again whatever its pod says. */
  restarts(container: Container): boolean;
}

function validateTransitions(
  spec: Pod['spec'] | undefined,
  { list, statuses, restarts }: Lists,
  { status, old }: { readonly status: Pod['status'] | undefined; readonly old: Pod['status'] | undefined },
): Errors {
  const policy = spec?.restartPolicy;
  if (policy !== 'Never' && policy !== 'OnFailure') return [];
  const before = old?.[statuses] ?? [];
  return each(status?.[statuses], `status.${statuses}`, ({ name, state }, path) => {
    const ended = before.find((other) => other.name === name)?.state?.terminated;
    if (!ended || state?.terminated) return [];
    const container = spec?.[list]?.find((other) => other.name === name);
    if (container && (restarts(container) || container.restartPolicyRules?.length || container.restartPolicy))
      return [];
    if (policy === 'OnFailure' && ended.exitCode !== 0) return [];
    return [forbidden(`${path}.state`, 'may not be transitioned to non-terminated state')];
  });
}

/** Addresses of one node or pod: one of each family. */
function validateAddresses(addresses: readonly { readonly ip: string }[] | undefined, path: string): Errors {
  if (!addresses) return [];
  const errors = each(addresses, path, ({ ip }, here) => ipAddress(ip, here));
  if (errors.length > 0 || addresses.length < 2) return errors;
  const ips = addresses.map(({ ip }) => ip);
  const families = new Set(ips.map((ip) => isIP(ip)));
  if (ips.length > 2 || families.size < 2) {
    const shown = ips.map((IP) => ({ IP }));
    errors.push(invalidValue(path, shown, 'may specify no more than one IP for each IP family'));
  }
  return [
    ...errors,
    ...duplicates(
      addresses,
      ({ ip }) => ip,
      (at) => `${path}[${at}]`,
    ),
  ];
}
