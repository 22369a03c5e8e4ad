import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import type { MatchCondition } from '../../api/schema/generated/types/admissionregistration-v1.ts';
import type { AdmissionRequest } from '../contract.ts';

/** What expressions see of a request. */
export interface Seen {
  readonly request: AdmissionRequest;
  /** The version in which the object is shown. */
  readonly kind: Kind;
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
}

/** Whether all conditions hold. One that fails to give an answer counts only if none says no. */
export type ConditionsMatch = (
  conditions: readonly MatchCondition[],
  seen: Seen,
) => Promise<{ readonly matches: boolean; readonly error?: string }>;
