import type { Type } from './type.ts';

/** Steps that one expression's types may take: some types double with each use, and few characters make many uses. */
const mostSteps = 2_000_000;
const largestType = 10_000;

/** What the parameters of types stand for. What was bound can be taken back, so that signatures can be tried. */
export class Bindings {
  readonly #bound = new Map<string, Type>();
  /** In the order in which they were bound. */
  readonly #names: string[] = [];
  #params = 0;
  #steps = 0;

  /** A parameter that stands for nothing yet. */
  fresh(): Type {
    this.#params++;
    return { kind: 'param', name: `_var${this.#params}` };
  }

  get size(): number {
    return this.#names.length;
  }

  /** Takes back what was bound since there were `size` bindings, and returns it. */
  undo(size: number): readonly (readonly [string, Type])[] {
    return this.#names.splice(size).map((name) => {
      const type = this.#bound.get(name) as Type;
      this.#bound.delete(name);
      return [name, type];
    });
  }

  bind(name: string, type: Type): void {
    this.#names.push(name);
    this.#bound.set(name, type);
  }

  /** The type itself, or what its parameter stands for; a parameter that stands for nothing is itself. */
  shallow(type: Type): Type {
    let found = type;
    for (let bound: Type | undefined = found; bound; ) {
      this.#steps++;
      if (this.#steps > mostSteps) throw new RangeError('the types of the expression are too large');
      found = bound;
      bound = found.kind === 'param' ? this.#bound.get(found.name) : undefined;
    }
    return found;
  }
}

/** A type with its parameters replaced by what they stand for; those that stand for nothing yet stay. */
export function resolve(type: Type, bindings: Bindings): Type {
  let left = largestType;
  const resolved = (part: Type): Type => {
    left--;
    if (left < 0) throw new RangeError('a type of the expression is too large');
    const known = bindings.shallow(part);
    switch (known.kind) {
      case 'list':
        return { ...known, item: resolved(known.item) };
      case 'optional':
        return { ...known, of: resolved(known.of) };
      case 'map':
        return { ...known, key: resolved(known.key), value: resolved(known.value) };
      default:
        return known;
    }
  };
  return resolved(type);
}

/** Whether a value of type `from` may stand where `to` is wanted. Binds parameters, even if it may not: see `Bindings.undo`. */
export function assign(to: Type, from: Type, bindings: Bindings): boolean {
  const [a, b] = [bindings.shallow(to), bindings.shallow(from)];
  if (a.kind === 'param' && b.kind === 'param') {
    // The younger stands for the older, or long expressions make long chains.
    return isYounger(a.name, b.name) ? bind(a.name, b, bindings) : bind(b.name, a, bindings);
  }
  if (a.kind === 'param') return bind(a.name, b, bindings);
  if (b.kind === 'param') return bind(b.name, a, bindings);
  if (a.kind === 'dyn' || b.kind === 'dyn') return true;
  if (b.kind === 'null') return nullable.has(a.kind);
  if (a.kind === 'list') return b.kind === 'list' && assign(a.item, b.item, bindings);
  if (a.kind === 'optional') return b.kind === 'optional' && assign(a.of, b.of, bindings);
  if (a.kind === 'map') return b.kind === 'map' && assign(a.key, b.key, bindings) && assign(a.value, b.value, bindings);
  if (a.kind !== b.kind) return false;
  if (a.kind === 'object' || a.kind === 'opaque') return 'name' in b && a.name === b.name;
  return true;
}

/** Of names that were made one after the other, by their number. */
function isYounger(name: string, than: string): boolean {
  return name.length === than.length ? name > than : name.length > than.length;
}

const nullable = new Set<Type['kind']>(['null', 'object', 'opaque', 'timestamp', 'duration']);

function bind(name: string, type: Type, bindings: Bindings): boolean {
  if (type.kind === 'param' && type.name === name) return true;
  if (mentions(type, name, bindings)) return false;
  bindings.bind(name, type);
  return true;
}

function mentions(type: Type, name: string, bindings: Bindings): boolean {
  const found = bindings.shallow(type);
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
export function join(a: Type, b: Type, bindings: Bindings): Type {
  const [left, right] = [bindings.shallow(a), bindings.shallow(b)];
  if (left.kind === 'dyn' || right.kind === 'dyn') return { kind: 'dyn' };
  const { size } = bindings;
  if (assign(left, right, bindings)) return left;
  bindings.undo(size);
  return { kind: 'dyn' };
}
