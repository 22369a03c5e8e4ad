import type { FlowSchema } from '../../api/schema/generated/types/flowcontrol-v1.ts';
import type { Cell, Histogram } from '../../base/metrics/families.ts';
import type { PriorityLevel } from './level.ts';

/** A FlowSchema whose level exists, ready for use. */
export interface Schema {
  readonly name: string;
  readonly uid: string;
  readonly object: FlowSchema;
  readonly level: PriorityLevel;
  /** What makes requests one flow. */
  readonly distinguish: 'ByUser' | 'ByNamespace' | '';
  readonly counts: SchemaCounts;
}

/** Of one schema on one level. */
export interface SchemaCounts {
  readonly dispatched: Cell;
  readonly executing: Cell;
  readonly executingSeats: Cell;
  readonly waiting: Cell;
  readonly executed: Histogram;
  readonly waited: Histogram;
}
