import type { Pod } from '../api/schema/generated/types/core-v1.ts';
import type { NodeInfo, World } from './world.ts';

/**
 * One rule of scheduling. For each pod `prepare` looks once at pod and world; what it returns then judges single nodes.
 * Pure: the same pod and world give the same answer.
 */
export interface SchedulerPlugin {
  /** Upstream's plugin name. */
  readonly name: string;
  /** How much its score counts beside others. Default: 1. */
  readonly weight?: number;
  /** Changes of the cluster that can make room for a pod that this plugin has turned away. */
  readonly wakesOn: readonly ClusterEvent[];
  /** Undefined: the rule does not concern this pod. */
  prepare(pod: Pod, world: World): Judge | undefined;
}

export interface Judge {
  /** Why the pod cannot be on this node, or undefined. */
  filter?(node: NodeInfo): Rejection | undefined;
  /** The larger, the better; raw, see `normalize`. */
  score?(node: NodeInfo): number;
  /** How raw scores become 0…100. Default: they already are. */
  readonly normalize?: 'by-maximum' | 'by-maximum-reversed' | 'by-range' | 'by-range-reversed';
}

/** Reasons as they stand in the FailedScheduling event, for example `Insufficient cpu`. */
export type Rejection = readonly string[];

export type ClusterEvent = 'node-changed' | 'pod-assigned' | 'pod-gone' | 'volume-changed' | 'namespace-changed';
