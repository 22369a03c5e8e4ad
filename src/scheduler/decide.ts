import type { Pod } from '../api/schema/generated/types/core-v1.ts';
import type { Judge, SchedulerPlugin } from './plugin.ts';
import type { NodeInfo, World } from './world.ts';

export type SchedulingDecision =
  | { readonly type: 'node'; readonly name: string }
  | {
      readonly type: 'unschedulable';
      /** As it stands in the FailedScheduling event. */
      readonly message: string;
      /** Names of the plugins that turned nodes away: what they wait for wakes the pod. */
      readonly rejectedBy: readonly string[];
    };

interface ActiveJudge {
  readonly plugin: SchedulerPlugin;
  readonly judge: Judge;
}

/** Finds a node for a pod. `pick` chooses among equals: given n, an integer from 0 to n-1. */
export function decide(
  pod: Pod,
  world: World,
  options: { readonly plugins: readonly SchedulerPlugin[]; readonly pick: (n: number) => number },
): SchedulingDecision {
  if (world.nodes.length === 0)
    return { type: 'unschedulable', message: 'no nodes available to schedule pods', rejectedBy: [] };
  const judges: ActiveJudge[] = [];
  for (const plugin of options.plugins) {
    const judge = plugin.prepare(pod, world);
    if (judge) judges.push({ plugin, judge });
  }

  const rejectedBy = new Set<string>();
  const reasons = new Map<string, number>();
  const feasible = world.nodes.filter((node) => {
    for (const { plugin, judge } of judges) {
      const rejection = judge.filter?.(node);
      if (!rejection) continue;
      rejectedBy.add(plugin.name);
      for (const reason of rejection) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      return false;
    }
    return true;
  });
  const [first] = feasible;
  if (!first)
    return { type: 'unschedulable', message: fitError(world.nodes.length, reasons), rejectedBy: [...rejectedBy] };
  return { type: 'node', name: feasible.length === 1 ? first.name : best(feasible, judges, options.pick).name };
}

/** Upstream's wording: `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` */
function fitError(nodeCount: number, reasons: ReadonlyMap<string, number>): string {
  const texts = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodeCount} nodes are available: ${texts.join(', ')}.`;
}

function best(nodes: readonly NodeInfo[], judges: readonly ActiveJudge[], pick: (n: number) => number): NodeInfo {
  const totals = new Array<number>(nodes.length).fill(0);
  for (const { plugin, judge } of judges) {
    if (!judge.score) continue;
    const raw = nodes.map((node) => judge.score?.(node) ?? 0);
    const weight = plugin.weight ?? 1;
    normalized(raw, judge.normalize).forEach((score, at) => {
      totals[at] = (totals[at] ?? 0) + score * weight;
    });
  }
  const highest = Math.max(...totals);
  const winners = nodes.filter((_, at) => totals[at] === highest);
  return winners[pick(winners.length)] ?? (nodes[0] as NodeInfo);
}

function normalized(raw: readonly number[], how: Judge['normalize']): readonly number[] {
  if (!how) return raw;
  const most = Math.max(...raw);
  const least = how === 'by-maximum' || how === 'by-maximum-reversed' ? 0 : Math.min(...raw);
  const reversed = how.endsWith('reversed');
  if (most === least) return raw.map(() => (reversed ? 100 : 0));
  return raw.map((score) => {
    const share = ((score - least) * 100) / (most - least);
    return reversed ? 100 - share : share;
  });
}
