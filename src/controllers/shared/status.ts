import { isDeepStrictEqual } from 'node:util';
import type { Kind } from '../../api/kind.ts';
import { formatTime, type KubeObject } from '../../api/object.ts';
import type { ReconcileContext } from '../../controller-runtime/controller.ts';

/** What conditions of all kinds have in common. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** The conditions with `condition` put in; its transition time is kept while its status stays. In place, or at the end. */
export function setCondition<C extends Condition>(
  conditions: readonly C[] | undefined,
  condition: Omit<C, 'lastTransitionTime'>,
  nowMs: number,
): readonly C[] {
  const old = conditions?.find((other) => other.type === condition.type);
  const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : formatTime(nowMs);
  const next = { ...condition, lastTransitionTime } as unknown as C;
  if (!old) return [...(conditions ?? []), next];
  return (conditions ?? []).map((other) => (other === old ? next : other));
}

export function withoutCondition<C extends Condition>(
  conditions: readonly C[] | undefined,
  type: string,
): readonly C[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

/** Equal as values: fields that are undefined and fields that are absent are the same. */
export function sameValue(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(compact(left), compact(right));
}

function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(compact);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([name, field]) => [name, compact(field)]));
}

/** Writes the status when it differs from the object's; fails with Conflict when the object changed meanwhile. */
export async function writeStatus<T extends KubeObject & { readonly status?: unknown }>(
  context: ReconcileContext,
  kind: Kind<T>,
  object: T,
  status: NonNullable<T['status']>,
): Promise<T> {
  if (sameValue(object.status ?? {}, status)) return object;
  const { signal } = context;
  return await context.client.update(kind, { ...object, status }, { subresource: 'status', signal });
}
