import type { Kind, Verb } from '../api/kind.ts';
import { controllerOf, type KubeObject, keyOf, type ObjectKey } from '../api/object.ts';
import type { Logger } from '../base/log.ts';
import type { Change, Client } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';

/**
 * A reconciler: a name, what wakes it, and one function from a key to an outcome. It learns which key to look at, never
 * which event woke it; it reads the world and repairs it. One key never runs twice at once.
 */
export interface Controller {
  /** Unique. Also the service account it acts as, `system:controller:<name>`, unless `account` says another. */
  readonly name: string;
  readonly account?: string;
  readonly wakesOn: readonly Wake[];
  /**
   * In place of `wakesOn`, for controllers that look at every kind: asked again whenever the kinds that are served change
   * (custom resources come and go).
   */
  wakesOnServed?(): readonly Wake[];
  /** Kinds it reads through views beside those that wake it; it starts when all views are ready. */
  readonly reads?: readonly Kind[];
  /** Keys worked on at once. Default: 5. */
  readonly concurrency?: number;
  /** All it writes; with get, list and watch on the kinds of `wakesOn` and `reads`, that is all it must be allowed. */
  readonly writes?: readonly Permission[];
  reconcile(key: ObjectKey, context: ReconcileContext): Promise<Outcome>;
}

/** Verbs on a kind, or on one of its subresources. */
export interface Permission {
  readonly kind: Kind;
  readonly verbs: readonly Verb[];
  readonly subresource?: string;
}

/** For `Controller.writes`. */
export function mayWrite(kind: Kind, ...verbs: readonly Verb[]): Permission {
  return { kind, verbs };
}

/** For `Controller.writes`: the status of `kind`; by update, unless other verbs are named. */
export function mayWriteStatus(kind: Kind, ...verbs: readonly Verb[]): Permission {
  return { kind, verbs: verbs.length > 0 ? verbs : ['update'], subresource: 'status' };
}

export interface ReconcileContext {
  readonly client: Client;
  readonly events: EventRecorder;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  now(): number;
}

export type Outcome =
  | { readonly type: 'done' }
  /** Look again after this long, unless something wakes the key before. */
  | { readonly type: 'requeue-after'; readonly ms: number };

export const done: Outcome = { type: 'done' };

export function requeueAfter(ms: number): Outcome {
  return { type: 'requeue-after', ms };
}

/** An error that trying again cannot mend: logged, not retried until something wakes the key. Any other error is retried with back-off. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

export interface Wake {
  readonly kind: Kind;
  /** `client` is the controller's own; all its views are ready. Must be quick and must not throw. */
  keysOf(change: Change<KubeObject>, client: Client): readonly ObjectKey[];
}

/** Wakes on changes of `kind`: the object's own key, or the keys that `map` gives for the object (before and after a change). */
export function changesOf<T extends KubeObject>(
  kind: Kind<T>,
  map?: (object: T, client: Client) => readonly ObjectKey[],
): Wake {
  return {
    kind,
    keysOf(change, client) {
      if (!map) return [keyOf(change.object)];
      const keys = map(change.object as T, client);
      return change.type === 'modified' ? [...new Set([...keys, ...map(change.old as T, client)])] : keys;
    },
  };
}

/** For `changesOf(pod, ownerKey(replicaSet))`: the key of the object of `kind` that controls this one. */
export function ownerKey(kind: Kind): (object: KubeObject) => readonly ObjectKey[] {
  return (object) => {
    const owner = controllerOf(object);
    if (!owner || owner.kind !== kind.kind || owner.apiVersion.split('/')[0] !== kind.apiVersion.split('/')[0])
      return [];
    return [kind.scope === 'Namespaced' ? `${object.metadata.namespace}/${owner.name}` : owner.name];
  };
}

export function controller(definition: Controller): Controller {
  return definition;
}
