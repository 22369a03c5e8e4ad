import type { KubeObject } from '../api/object.ts';

/** Publishes core/v1 Events about objects; never blocks and never fails its caller. */
export interface EventRecorder {
  /** Same object, type, reason and message within a while: the count of the one event grows, as upstream's correlator does it. */
  record(about: KubeObject, event: EventText): void;
}

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** The part of the object, as `involvedObject.fieldPath` names it: `spec.containers{web}`. */
  readonly fieldPath?: string;
}
