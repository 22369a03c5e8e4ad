import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../schema/generated/types/apps-v1.ts';
import type { Pod, ReplicationController } from '../schema/generated/types/core-v1.ts';
import type { PodDisruptionBudget } from '../schema/generated/types/policy-v1.ts';
import { duplicates, type Errors, each, ipAddress, notNegative } from './common.ts';
import { forbidden, invalidValue } from './field-error.ts';

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
  const errors = [
    ...each(status?.podIPs, 'status.podIPs', ({ ip }, path) => ipAddress(ip, path)),
    ...each(status?.hostIPs, 'status.hostIPs', ({ ip }, path) => ipAddress(ip, path)),
    ...duplicates(
      status?.podIPs,
      ({ ip }) => ip,
      (at) => `status.podIPs[${at}]`,
    ),
  ];
  const policy = spec?.restartPolicy;
  if (policy !== 'Never' && policy !== 'OnFailure') return errors;
  const before = old.status?.containerStatuses ?? [];
  status?.containerStatuses?.forEach(({ name, state }, at) => {
    const ended = before.find((other) => other.name === name)?.state?.terminated;
    if (!ended || state?.terminated) return;
    const mayRestart = spec?.containers.find((container) => container.name === name)?.restartPolicyRules?.length;
    if (mayRestart || (policy === 'OnFailure' && ended.exitCode !== 0)) return;
    errors.push(forbidden(`status.containerStatuses[${at}].state`, 'may not be transitioned to non-terminated state'));
  });
  return errors;
}
