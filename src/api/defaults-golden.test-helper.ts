import type { Kind } from './kind.ts';
import type { Draft, KubeObject } from './object.ts';
import { applyDefaults } from './schema/defaults.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What defaulting adds to or changes in an object, by the field's path; `metadata` is given no more than a name. */
export function added(kind: Kind, fields: Fields): Fields {
  const { metadata } = fields as { readonly metadata?: object };
  const object = {
    ...structuredClone(fields),
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { name: 'o', ...metadata },
  };
  const given = leaves(object);
  kind.defaults?.(object as Draft<KubeObject>);
  applyDefaults(kind.schema(), object as Draft<KubeObject>);
  return Object.fromEntries(Object.entries(leaves(object)).filter(([path, value]) => given[path] !== value));
}

/** Every leaf by its path; empty lists and maps are leaves, shown as `[]` and `{}`. */
function leaves(value: unknown, path = ''): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return { [path]: value };
  const entries = Object.entries(value);
  if (entries.length === 0) return { [path]: Array.isArray(value) ? '[]' : '{}' };
  return Object.assign({}, ...entries.map(([name, item]) => leaves(item, path ? `${path}.${name}` : name)));
}
