import { formatTime } from '../../api/object.ts';
import type { ContainerStatus, PodCondition } from '../../api/schema/generated/types/core-v1.ts';
import { initContainers, isSidecar } from './containers.ts';
import type { Pod, Termination } from './types.ts';

export interface ConditionInput {
  readonly pod: Pod;
  readonly phase: string;
  readonly inits: readonly ContainerStatus[];
  readonly mains: readonly ContainerStatus[];
  /** The sandbox runs and has its network. */
  readonly sandboxReady: boolean;
  readonly nowMs: number;
  readonly deleting: Termination | undefined;
}

interface Verdict {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

/** The five conditions that the node owns, with upstream's reasons; times change only when a status does. */
export function podConditions(input: ConditionInput): readonly PodCondition[] {
  const { pod, nowMs } = input;
  const containersReady = containersReadyOf(input);
  const verdicts: readonly Verdict[] = [
    { type: 'PodReadyToStartContainers', status: input.sandboxReady ? 'True' : 'False' },
    initializedOf(input),
    readyOf(input, containersReady),
    { ...containersReady, type: 'ContainersReady' },
    { type: 'PodScheduled', status: 'True' },
  ];
  const generation = pod.metadata.generation;
  return verdicts.map((verdict) => {
    const old = pod.status?.conditions?.find(({ type }) => type === verdict.type);
    const kept = old?.status === verdict.status ? old.lastTransitionTime : undefined;
    return {
      ...verdict,
      ...(generation !== undefined && { observedGeneration: generation }),
      lastTransitionTime: kept ?? formatTime(nowMs),
    };
  });
}

function initializedOf({ pod, phase, inits, mains }: ConditionInput): Verdict {
  const type = 'Initialized';
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const begun = mains.some(({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated);
  const incomplete = initContainers(pod).filter((container, index) => {
    const status = inits[index];
    if (isSidecar(container)) return !status?.started && !begun;
    return !status?.ready && !begun;
  });
  if (incomplete.length === 0) return { type, status: 'True' };
  const names = incomplete.map(({ name }) => name).join(' ');
  return {
    type,
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${names}]`,
  };
}

function containersReadyOf({ pod, phase, inits, mains }: ConditionInput): Omit<Verdict, 'type'> {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const sidecars = inits.filter((_, index) => isSidecar(initContainers(pod)[index] ?? { name: '' }));
  const unready = [...sidecars, ...mains].filter(({ ready }) => !ready).map(({ name }) => name);
  if (unready.length === 0) return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  };
}

function readyOf({ pod }: ConditionInput, containersReady: Omit<Verdict, 'type'>): Verdict {
  const type = 'Ready';
  if (containersReady.status === 'False') return { ...containersReady, type };
  const missing = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = pod.status?.conditions?.find((candidate) => candidate.type === conditionType);
    if (!condition) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    if (condition.status === 'True') return [];
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`];
  });
  if (missing.length === 0) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ReadinessGatesNotReady', message: missing.join(', ') };
}
