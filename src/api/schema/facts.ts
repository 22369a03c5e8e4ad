/**
 * What the published API description says of each built-in type, read from one generated string when asked for.
 *
 * The form: a line `@package` opens a package; each following line is a definition, `Name|attributes|field;field;…`.
 * A field is `name number type attributes`, with `!` after the name of a required one. Types: string, bool, int32,
 * int64, double, bytes, object and any (content of any kind), `[]T`, `{}T` (a map), `Name` in the same package,
 * `core.v1:Name` in another one (the last two words of the package). Attributes: `lt=` list type with its keys, `mt=`
 * map type, `ps=` patch strategy, `pk=` patch merge key, `=json` default, `gvk=` group/version/kind, `as=` what the JSON
 * looks like where it is no struct, `union=` discriminator and its fields.
 */
import { factsText } from './generated/facts.ts';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface Field extends Attributes {
  readonly name: string;
  /** Protobuf field number; two or more where Go embeds a struct: its number, then the number inside; none: JSON only. */
  readonly numbers: readonly number[];
  readonly required: boolean;
  /** `string`, `[]int32`, `{}string`, `[]io.k8s.api.core.v1.Container` … */
  readonly type: string;
}

export interface Attributes {
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
  readonly patchStrategy?: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly patchMergeKey?: string;
  readonly default?: unknown;
}

export interface Union {
  readonly discriminator?: string;
  /** Field name to the value of the discriminator that selects it. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface Definition extends Attributes {
  readonly name: string;
  /** How the JSON looks where it is no struct of the fields; absent for structs. */
  readonly as?: 'quantity' | 'int-or-string' | 'date-time' | 'micro-time' | 'object' | 'any';
  readonly groupVersionKinds: readonly GroupVersionKind[];
  readonly unions: readonly Union[];
  /** In alphabetical order. */
  readonly fields: readonly Field[];
}

interface Place {
  readonly pkg: string;
  readonly start: number;
  readonly end: number;
}

interface Index {
  readonly places: ReadonlyMap<string, Place>;
  readonly packages: ReadonlyMap<string, string>;
}

let index: Index | undefined;

function readIndex(): Index {
  const places = new Map<string, Place>();
  const packages = new Map<string, string>();
  let pkg = '';
  for (let start = 0; start < factsText.length; ) {
    const end = factsText.indexOf('\n', start);
    if (factsText.charCodeAt(start) === 64) {
      pkg = factsText.slice(start + 1, end);
      packages.set(pkg.split('.').slice(-2).join('.'), pkg);
    } else {
      places.set(`${pkg}.${factsText.slice(start, factsText.indexOf('|', start))}`, { pkg, start, end });
    }
    start = end + 1;
  }
  return { places, packages };
}

function theIndex(): Index {
  index ??= readIndex();
  return index;
}

/** Names of all built-in definitions, for example `io.k8s.api.apps.v1.Deployment`. */
export function definitionNames(): readonly string[] {
  return [...theIndex().places.keys()];
}

/** Reads one definition; nothing is kept. Undefined: there is none of this name. */
export function readDefinition(name: string): Definition | undefined {
  const { places, packages } = theIndex();
  const place = places.get(name);
  if (!place) return undefined;
  const [, attributes = '', fields = ''] = factsText.slice(place.start, place.end).split('|');
  const own = attributes ? attributes.split(' ') : [];
  const as = attributeValue(own, 'as=') as Definition['as'];
  return {
    name,
    ...(as && { as }),
    ...readAttributes(own),
    groupVersionKinds: (attributeValue(own, 'gvk=')?.split(',') ?? []).map((text) => {
      const [group = '', version = '', kind = ''] = text.split('/');
      return { group, version, kind };
    }),
    unions: own.filter((part) => part.startsWith('union=')).map(readUnion),
    fields: fields ? fields.split(';').map((field) => readField(field, place.pkg, packages)) : [],
  };
}

function attributeValue(parts: readonly string[], prefix: string): string | undefined {
  return parts.find((part) => part.startsWith(prefix))?.slice(prefix.length);
}

function readField(text: string, pkg: string, packages: ReadonlyMap<string, string>): Field {
  const [label = '', numbers = '', type = '', ...rest] = text.split(' ');
  const required = label.endsWith('!');
  return {
    name: required ? label.slice(0, -1) : label,
    numbers: numbers === '-' ? [] : numbers.split('.').map(Number),
    required,
    type: readType(type, pkg, packages),
    ...readAttributes(rest),
  };
}

function readType(text: string, pkg: string, packages: ReadonlyMap<string, string>): string {
  const inner = /^(?:\[\]|\{\})*/.exec(text)?.[0].length ?? 0;
  const head = text.slice(0, inner);
  const core = text.slice(inner);
  const colon = core.indexOf(':');
  if (colon > 0) return `${head}${packages.get(core.slice(0, colon))}.${core.slice(colon + 1)}`;
  return /^[A-Z]/.test(core) ? `${head}${pkg}.${core}` : text;
}

function readAttributes(parts: readonly string[]): Attributes {
  const attributes: { -readonly [Key in keyof Attributes]: Attributes[Key] } = {};
  for (const part of parts) {
    const value = part.slice(3);
    if (part.startsWith('=')) attributes.default = JSON.parse(part.slice(1));
    else if (part.startsWith('lt=')) {
      const [type = '', keys] = value.split(/[()]/);
      attributes.listType = type as 'atomic' | 'set' | 'map';
      if (keys) attributes.listMapKeys = keys.split(',');
    } else if (part.startsWith('mt=')) attributes.mapType = value as 'atomic' | 'granular';
    else if (part.startsWith('ps=')) attributes.patchStrategy = value.split(',') as ('merge' | 'retainKeys')[];
    else if (part.startsWith('pk=')) attributes.patchMergeKey = value;
  }
  return attributes;
}

function readUnion(part: string): Union {
  const [discriminator = '', fields = ''] = part.slice('union='.length).split(/[()]/);
  return {
    ...(discriminator && { discriminator }),
    fields: Object.fromEntries(fields.split(',').map((pair) => pair.split(':') as [string, string])),
  };
}
