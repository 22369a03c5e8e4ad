import { readFileSync } from 'node:fs';

/** One declarative validation marker of upstream's API: `+k8s:alpha(since: "1.36")=+k8s:maxItems=32`. */
export interface Marker {
  /** Definition name of the type, `io.k8s.api.core.v1.Pod`. */
  readonly type: string;
  /** The field's name in JSON. */
  readonly field: string;
  readonly rule: string;
  readonly value: string;
}

/** Reads the markers of a `.proto` file; `type` begins with `prefix`. */
export function readMarkers(file: string, prefix: string): readonly Marker[] {
  const markers: Marker[] = [];
  let message = '';
  let pending: (readonly [rule: string, value: string])[] = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const opened = /^message (\w+) \{/.exec(line);
    if (opened) message = opened[1] ?? '';
    if (opened) pending = [];
    const marker = /^\s+\/\/ \+k8s:alpha\(since: "[\d.]+"\)=\+k8s:(\w+)(?:=(.*))?$/.exec(line);
    if (marker) pending.push([marker[1] ?? '', (marker[2] ?? '').replaceAll('"', '')]);
    const field =
      /^\s+(?:optional|repeated|map<.*>) ?\S* (\w+) = \d+;/.exec(line) ?? /^\s+map<.*> (\w+) = \d+;/.exec(line);
    if (!field) continue;
    for (const [rule, value] of pending)
      markers.push({ type: `${prefix}${message}`, field: field[1] ?? '', rule, value });
    pending = [];
  }
  return markers;
}

type Value = unknown;

/** A value of the field that breaks the rule; undefined: such a rule is not tried. Removal is the value `null`. */
export function violation({ rule, value }: Marker, present: Value): { readonly value: Value } | undefined {
  switch (rule) {
    case 'required':
      return {
        value: Array.isArray(present) ? [] : typeof present === 'string' ? '' : typeof present === 'number' ? 0 : null,
      };
    case 'maxItems':
      return { value: Array.from({ length: Number(value) + 1 }, () => (present as Value[])[0]) };
    case 'unique':
      return { value: [(present as Value[])[0], (present as Value[])[0]] };
    case 'maxLength':
    case 'maxBytes':
      return { value: 'x'.repeat(Number(value) + 1) };
    case 'minimum':
      return { value: Number(value) - 1 };
    case 'format':
      return typeof present === 'string' ? { value: '-/-/-' } : undefined;
    case 'immutable':
    case 'update':
      return { value: another(present) };
    default:
      return undefined;
  }
}

function another(value: Value): Value {
  if (typeof value === 'string') return value === 'Retain' ? 'Delete' : value === 'IPv4' ? 'IPv6' : `${value}x`;
  if (Array.isArray(value)) return value.slice(1);
  if (typeof value !== 'object' || value === null) return 'x';
  const [first] = Object.entries(value);
  return first ? { ...value, [first[0]]: another(first[1]) } : { x: 'x' };
}
