import { copyJson } from './copy-json.ts';
import type { ObjectMeta, OwnerReference } from './schema/generated/types/meta-v1.ts';

export type { ObjectMeta, OwnerReference };

/** What all persistent objects of the Kubernetes API have in common. Cached objects are shared: never change one. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** A deep, writable copy's type: `draftOf(object)`, or an object under construction. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? Draft<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Draft<T[Key]> }
    : T;

/** A deep copy that may be changed. */
export function draftOf<T>(object: T): Draft<T> {
  return copyJson(object) as Draft<T>;
}

/** Names one object of a kind: `namespace/name`, or `name` where the kind is cluster-scoped. */
export type ObjectKey = string;

export function keyOf(object: {
  readonly metadata: { readonly namespace?: string; readonly name?: string };
}): ObjectKey {
  const { namespace, name = '' } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
}

export interface ObjectRef {
  readonly namespace?: string;
  readonly name: string;
}

export function refOf(key: ObjectKey): ObjectRef {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The owner that controls this object, if any: the one owner reference with `controller: true`. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

let lastSecond = Number.NaN;
let lastText = '';

/** RFC 3339 with seconds, as `metav1.Time` is written. Times come in their order: many of them are of the same second. */
export function formatTime(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second === lastSecond) return lastText;
  lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
  lastSecond = second;
  return lastText;
}

/** RFC 3339 with microseconds, as `metav1.MicroTime` is written. */
export function formatMicroTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}
