import { formatTime } from '../../api/object.ts';
import type { Node, NodeCondition, Taint } from '../../api/schema/generated/types/core-v1.ts';

const notReady = 'node.kubernetes.io/not-ready';
const unreachable = 'node.kubernetes.io/unreachable';

/** Conditions that the node agent reports, and the taint for each that keeps new pods away while it is True. */
const pressureTaints: Readonly<Record<string, string>> = {
  MemoryPressure: 'node.kubernetes.io/memory-pressure',
  DiskPressure: 'node.kubernetes.io/disk-pressure',
  PIDPressure: 'node.kubernetes.io/pid-pressure',
  NetworkUnavailable: 'node.kubernetes.io/network-unavailable',
};
const reportedTypes = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;
const unschedulable = 'node.kubernetes.io/unschedulable';
const ownedNoSchedule: ReadonlySet<string> = new Set([
  notReady,
  unreachable,
  unschedulable,
  ...Object.values(pressureTaints),
]);

/** True, False or Unknown; undefined while the node agent has said nothing yet. */
export function readyStatus({ status }: Node): string | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status;
}

/** The conditions of a node that has not been heard of: what is not known is Unknown. Undefined: they say so already. */
export function silentConditions({ status, metadata }: Node, nowMs: number): readonly NodeCondition[] | undefined {
  const now = formatTime(nowMs);
  const old = status?.conditions ?? [];
  const conditions = [...old];
  let isChanged = false;
  for (const type of reportedTypes) {
    const at = conditions.findIndex((condition) => condition.type === type);
    const condition = conditions[at];
    if (condition?.status === 'Unknown') continue;
    isChanged = true;
    if (condition)
      conditions[at] = {
        ...condition,
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
        lastTransitionTime: now,
      };
    else
      conditions.push({
        type,
        status: 'Unknown',
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
        lastHeartbeatTime: metadata.creationTimestamp ?? now,
        lastTransitionTime: now,
      });
  }
  return isChanged ? conditions : undefined;
}

/**
 * The taints that the node's conditions call for, those of others kept. `evicts`: whether pods may be driven away; not
 * while no node at all is ready, as then it is more likely we who are cut off. Undefined: they are right already.
 */
export function wantedTaints(
  node: Node,
  options: { readonly evicts: boolean; readonly nowMs: number },
): readonly Taint[] | undefined {
  const ready = readyStatus(node);
  const noSchedule = new Set<string>();
  if (ready === 'False') noSchedule.add(notReady);
  if (ready === 'Unknown') noSchedule.add(unreachable);
  if (node.spec?.unschedulable) noSchedule.add(unschedulable);
  for (const { type, status } of node.status?.conditions ?? []) {
    const key = pressureTaints[type];
    if (key && status === 'True') noSchedule.add(key);
  }
  const noExecute =
    ready === undefined || ready === 'True' || !options.evicts ? undefined : ready === 'False' ? notReady : unreachable;
  const old = node.spec?.taints ?? [];
  const isWanted = ({ key, effect }: Taint) => {
    // A node that has said nothing yet keeps the taint it was registered with.
    if (ready === undefined && key === notReady) return true;
    if (effect === 'NoSchedule' && ownedNoSchedule.has(key)) return noSchedule.has(key);
    if (effect === 'NoExecute' && (key === notReady || key === unreachable)) return key === noExecute;
    return true;
  };
  const taints = old.filter(isWanted);
  const has = (key: string, effect: string) => taints.some((taint) => taint.key === key && taint.effect === effect);
  const timeAdded = formatTime(options.nowMs);
  const kept = taints.length;
  for (const key of noSchedule) if (!has(key, 'NoSchedule')) taints.push({ key, effect: 'NoSchedule', timeAdded });
  if (noExecute && !has(noExecute, 'NoExecute')) taints.push({ key: noExecute, effect: 'NoExecute', timeAdded });
  return kept === old.length && taints.length === old.length ? undefined : taints;
}
