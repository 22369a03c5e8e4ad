import type { Kind } from '../../kind.ts';
import { type Draft, draftOf, type KubeObject } from '../../object.ts';
import { applyDefaults } from '../../schema/defaults.ts';
import type { FieldError } from '../../status.ts';
import { changed } from '../cases.test-helper.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../object-meta.ts';

/** A change of the base (dotted paths; undefined removes), and all that is found wrong then: `field: message`. */
export type Case = readonly [changes: Readonly<Record<string, unknown>>, ...faults: string[]];

/** What a kind refuses, as data. */
export interface KindCases {
  /** A valid object, without what the server adds. */
  readonly base: Readonly<Record<string, unknown>>;
  readonly create?: readonly Case[];
  readonly update?: readonly Case[];
  /** Writes of subresources; the stored object is the base with `stored`. */
  readonly subresources?: Readonly<Record<string, readonly Case[]>>;
  readonly stored?: Readonly<Record<string, unknown>>;
}

function draft(kind: Kind, base: KindCases['base'], changes: Case[0]): Draft<KubeObject> {
  const metadata = {
    name: 'o',
    ...(kind.scope === 'Namespaced' && { namespace: 'n' }),
    uid: 'u',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...(base['metadata'] as object | undefined),
  };
  const object = changed(
    { ...base, apiVersion: kind.apiVersion, kind: kind.kind, metadata },
    structuredClone(changes),
  ) as Draft<KubeObject>;
  fill(kind, object);
  return object;
}

function fill(kind: Kind, object: Draft<KubeObject>): void {
  kind.defaults?.(object);
  applyDefaults(kind.schema(), object);
}

/** What the registry finds wrong with a new object. */
export function faultsOfCreate(kind: Kind, { base }: KindCases, changes: Case[0]): readonly FieldError[] {
  const object = draft(kind, base, changes);
  kind.prepareCreate?.(object);
  const rules = {
    namespaced: kind.scope === 'Namespaced',
    ...(kind.validateName && { nameCheck: kind.validateName.bind(kind) }),
  };
  const found = object as KubeObject;
  return [
    ...validateObjectMeta(found.metadata, rules),
    ...((kind.validateCreate ? kind.validateCreate(found) : kind.validate?.(found)) ?? []),
  ];
}

/** What the registry finds wrong with a write of an object, or of one of its subresources. */
export function faultsOfUpdate(
  kind: Kind,
  { base, stored = {} }: KindCases,
  changes: Case[0],
  subresource = '',
): readonly FieldError[] {
  const made = draft(kind, base, {});
  kind.prepareCreate?.(made);
  const old = changed({ ...made, metadata: { ...made.metadata, resourceVersion: '1' } }, stored) as KubeObject;
  const now = changed(draftOf(old), structuredClone(changes)) as Draft<KubeObject>;
  fill(kind, now);
  const part = kind.subresources[subresource];
  if (subresource === '') kind.prepareUpdate?.(now, old);
  else part?.prepareUpdate?.(now, old);
  const object = now as KubeObject;
  return [
    ...validateObjectMetaUpdate(object.metadata, old.metadata),
    ...(subresource === ''
      ? [...(kind.validate?.(object) ?? []), ...(kind.validateUpdate?.(object, old) ?? [])]
      : (part?.validateUpdate?.(object, old) ?? [])),
  ];
}
