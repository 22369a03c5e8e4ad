import type { Type } from './type.ts';

/** What the parameters of types stand for. */
export type Bindings = ReadonlyMap<string, Type>;

/** A type with its parameters replaced by what they stand for; those that stand for nothing yet stay. */
export function resolve(type: Type, bindings: Bindings): Type {
  switch (type.kind) {
    case 'param': {
      const bound = bindings.get(type.name);
      return bound ? resolve(bound, bindings) : type;
    }
    case 'list':
      return { ...type, item: resolve(type.item, bindings) };
    case 'optional':
      return { ...type, of: resolve(type.of, bindings) };
    case 'map':
      return { ...type, key: resolve(type.key, bindings), value: resolve(type.value, bindings) };
    default:
      return type;
  }
}

/** Whether a value of type `from` may stand where `to` is wanted; what the parameters then stand for. */
export function assign(to: Type, from: Type, bindings: Bindings): Bindings | undefined {
  const [a, b] = [shallow(to, bindings), shallow(from, bindings)];
  if (a.kind === 'param') return bind(a.name, b, bindings);
  if (b.kind === 'param') return bind(b.name, a, bindings);
  if (a.kind === 'dyn' || b.kind === 'dyn') return bindings;
  if (b.kind === 'null') return nullable.has(a.kind) ? bindings : undefined;
  if (a.kind !== b.kind) return undefined;
  if (a.kind === 'list') return b.kind === 'list' ? assign(a.item, b.item, bindings) : undefined;
  if (a.kind === 'optional') return b.kind === 'optional' ? assign(a.of, b.of, bindings) : undefined;
  if (a.kind === 'map') {
    const keys = b.kind === 'map' ? assign(a.key, b.key, bindings) : undefined;
    return keys && b.kind === 'map' ? assign(a.value, b.value, keys) : undefined;
  }
  if (a.kind === 'object' || a.kind === 'opaque') return 'name' in b && a.name === b.name ? bindings : undefined;
  return bindings;
}

const nullable = new Set<Type['kind']>(['null', 'object', 'opaque', 'timestamp', 'duration']);

function shallow(type: Type, bindings: Bindings): Type {
  let found = type;
  for (let bound: Type | undefined = found; bound; ) {
    found = bound;
    bound = found.kind === 'param' ? bindings.get(found.name) : undefined;
  }
  return found;
}

function bind(name: string, type: Type, bindings: Bindings): Bindings | undefined {
  if (type.kind === 'param' && type.name === name) return bindings;
  if (mentions(type, name, bindings)) return undefined;
  return new Map(bindings).set(name, type);
}

function mentions(type: Type, name: string, bindings: Bindings): boolean {
  const found = shallow(type, bindings);
  switch (found.kind) {
    case 'param':
      return found.name === name;
    case 'list':
      return mentions(found.item, name, bindings);
    case 'optional':
      return mentions(found.of, name, bindings);
    case 'map':
      return mentions(found.key, name, bindings) || mentions(found.value, name, bindings);
    default:
      return false;
  }
}

/** The one type of both, if they are the same but for what is not known; otherwise dyn. */
export function join(a: Type, b: Type, bindings: Bindings): { readonly type: Type; readonly bindings: Bindings } {
  const [left, right] = [shallow(a, bindings), shallow(b, bindings)];
  if (left.kind === 'dyn' || right.kind === 'dyn') return { type: { kind: 'dyn' }, bindings };
  const bound = assign(left, right, bindings);
  return bound ? { type: left, bindings: bound } : { type: { kind: 'dyn' }, bindings };
}
