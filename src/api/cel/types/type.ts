/** What an expression's value can be, known before it runs. */
export type Type =
  | ({ readonly kind: Simple } & Sized)
  | ({ readonly kind: 'list'; readonly item: Type } & Sized)
  | ({ readonly kind: 'map'; readonly key: Type; readonly value: Type } & Sized)
  | { readonly kind: 'optional'; readonly of: Type }
  /** Something with fields that are known. `field` gives undefined for those that there are not. */
  | { readonly kind: 'object'; readonly name: string; readonly field: (name: string) => Type | undefined }
  /** A type of Kubernetes' own, such as `kubernetes.Quantity`. */
  | { readonly kind: 'opaque'; readonly name: string }
  /** Any type, the same everywhere in a signature. */
  | { readonly kind: 'param'; readonly name: string };

interface Sized {
  /** How many items, entries, characters or bytes it has at the most, if that is known: for what an expression costs. */
  readonly most?: number;
}

type Simple =
  | 'dyn'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'null'
  | 'type';

export const dyn: Type = { kind: 'dyn' };
export const bool: Type = { kind: 'bool' };
export const int: Type = { kind: 'int' };
export const string: Type = { kind: 'string' };

export function listOf(item: Type, most?: number): Type {
  return { kind: 'list', item, ...(most !== undefined && { most }) };
}

export function mapOf(key: Type, value: Type, most?: number): Type {
  return { kind: 'map', key, value, ...(most !== undefined && { most }) };
}

export function optionalOf(of: Type): Type {
  return { kind: 'optional', of };
}

/** Something whose fields are `fields`; made when they are first asked for. */
export function objectOf(name: string, fields: Readonly<Record<string, Type | (() => Type)>>): Type {
  return {
    kind: 'object',
    name,
    field(field) {
      const type = Object.hasOwn(fields, field) ? fields[field] : undefined;
      return typeof type === 'function' ? type() : type;
    },
  };
}

/** As CEL's tools write types. */
export function formatType(type: Type): string {
  switch (type.kind) {
    case 'list':
      return `list(${formatType(type.item)})`;
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case 'optional':
      return `optional_type(${formatType(type.of)})`;
    case 'object':
    case 'opaque':
    case 'param':
      return type.name;
    default:
      return type.kind;
  }
}

const simple = new Set<string>([
  ...['dyn', 'bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration', 'null', 'type'],
]);

/** Reads what `formatType` writes, without objects; capital letters are parameters. Throws for anything else. */
export function parseType(text: string): Type {
  const [, name = '', inner] = /^([\w.]+)(?:\((.*)\))?$/.exec(text.trim()) ?? [];
  const inside = splitTypes(inner ?? '').map(parseType);
  const [first = dyn, second = dyn] = inside;
  if (name === 'list') return listOf(first);
  if (name === 'map') return mapOf(first, second);
  if (name === 'optional_type') return optionalOf(first);
  if (simple.has(name)) return { kind: name as Simple };
  if (/^[A-Z]$/.test(name)) return { kind: 'param', name };
  if (name.includes('.')) return { kind: 'opaque', name };
  throw new Error(`${JSON.stringify(text)} is not a type`);
}

/** The types of a list with commas, those within parentheses together. */
export function splitTypes(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const char = text[at];
    if (char === '(') depth++;
    if (char === ')') depth--;
    if (at === text.length || (char === ',' && depth === 0)) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return parts.filter((part) => part !== '');
}
