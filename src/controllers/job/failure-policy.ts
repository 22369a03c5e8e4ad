import type { Job, PodFailurePolicyRule } from '../../api/schema/generated/types/batch-v1.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';

export interface PolicyMatch {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  readonly message: string;
}

/** What the job's pod failure policy says of a failed pod; undefined: no rule speaks of it, it counts. */
export function matchFailurePolicy({ spec }: Job, pod: Pod): PolicyMatch | undefined {
  for (const [at, rule] of (spec?.podFailurePolicy?.rules ?? []).entries()) {
    const message = matchExitCodes(rule, pod, at) ?? matchConditions(rule, pod, at);
    if (message !== undefined) return { action: rule.action as PolicyMatch['action'], message };
  }
  return undefined;
}

function matchExitCodes({ action, onExitCodes }: PodFailurePolicyRule, pod: Pod, at: number): string | undefined {
  if (!onExitCodes) return undefined;
  const { status, metadata } = pod;
  for (const { name, state } of [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]) {
    if (onExitCodes.containerName !== undefined && onExitCodes.containerName !== name) continue;
    const code = state?.terminated?.exitCode;
    if (code === undefined || code === 0) continue;
    const isListed = onExitCodes.values.includes(code);
    if (onExitCodes.operator === 'In' ? isListed : !isListed)
      return `Container ${name} for pod ${metadata.namespace}/${metadata.name} failed with exit code ${code} matching ${action} rule at index ${at}`;
  }
  return undefined;
}

function matchConditions({ action, onPodConditions }: PodFailurePolicyRule, pod: Pod, at: number): string | undefined {
  for (const pattern of onPodConditions ?? [])
    for (const { type, status } of pod.status?.conditions ?? [])
      if (type === pattern.type && status === (pattern.status ?? 'True'))
        return `Pod ${pod.metadata.namespace}/${pod.metadata.name} has condition ${type} matching ${action} rule at index ${at}`;
  return undefined;
}
