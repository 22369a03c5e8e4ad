import type { Schema } from '../../src/api/schema/schema.ts';

/** Bodies that look like objects of a kind and are wrong somewhere: known names, values of any type. */

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

const oddTexts = [
  ...['', ' ', 'a', 'A', '-', '.', '..', '/', 'a/b', 'a/b/c', 'x'.repeat(300), 'ü', '\u0000', '\ud800', '*', '0', '-1'],
  ...['1.2.3.4', '::1', '10.0.0.0/8', 'fe80::/129', '100m', '1e3', '9223372036854775808', '1Ei', '-5', 'NaN', 'true'],
  ...[
    '2020-01-01T00:00:00Z',
    '2020-13-45',
    '5s',
    '25%',
    '101%',
    '{{',
    '$(x)',
    '__proto__',
    'constructor',
    '[',
    '(a+)+$',
  ],
  ...[
    'ClusterIP',
    'Always',
    'Never',
    'TCP',
    'NoSchedule',
    'Exists',
    'In',
    'Equal',
    'Block',
    'RollingUpdate',
    '* * * * *',
  ],
  ...[
    'spec.nodeName',
    'metadata.name',
    'kubernetes.io/hostname',
    'default',
    'self.x == 1',
    'object.spec.x',
    'None',
    'YQ==',
  ],
];
const oddNumbers = [0, 1, -1, 2, 80, 65_535, 65_536, 1.5, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e300, -0];
const wholeNumbers = [0, 1, -1, 2, 80, 443, 65_535, 65_536, 2 ** 31 - 1, -(2 ** 31)];
/** Texts that are read before anything is checked. */
const formatted: Readonly<Record<string, readonly string[]>> = {
  quantity: ['0', '1', '100m', '1Gi', '-1', '1e3', '0.0000000001', '9223372036854775807', '1E'],
  'date-time': ['2020-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59+01:00'],
  'micro-time': ['2020-01-01T00:00:00.000001Z', '2020-01-01T00:00:00Z'],
  byte: ['', 'YQ==', 'a'.repeat(400)],
};
const oddValues = [null, true, false, [], {}, [null], [[]], { '': null }, { a: { b: [] } }, '', 'x', 0, -1, 1.5];

/** A value that may be of this schema. `wrong`: how often it is of any other type, 0 to 1. */
export function madeOf(schema: Schema | undefined, random: () => number, wrong: number, depth = 0): unknown {
  if (!schema || random() < wrong) return pick(random, oddValues);
  if (depth > 12) return undefined;
  switch (schema.type) {
    case 'string':
      if (schema.format && random() < 0.9) return pick(random, formatted[schema.format] ?? oddTexts);
      return schema.enum?.length && random() < 0.7 ? pick(random, schema.enum) : pick(random, oddTexts);
    case 'integer':
      return random() < 0.9 ? pick(random, wholeNumbers) : pick(random, oddNumbers);
    case 'number':
      return pick(random, oddNumbers);
    case 'boolean':
      return random() < 0.5;
    case 'int-or-string':
      return random() < 0.5 ? pick(random, oddNumbers) : pick(random, oddTexts);
    case 'array':
      return Array.from({ length: Math.floor(random() * 3) }, () => madeOf(schema.items, random, wrong, depth + 1));
    case 'object':
      return objectOf(schema, random, wrong, depth);
    default:
      return pick(random, oddValues);
  }
}

function objectOf(schema: Schema, random: () => number, wrong: number, depth: number): unknown {
  const made: Record<string, unknown> = {};
  const names = Object.keys(schema.properties ?? {});
  // The deeper, the fewer fields: or nothing would ever be complete.
  const share = depth < 2 ? 0.7 : depth < 5 ? 0.35 : 0.15;
  for (const name of names) {
    const isNeeded = schema.required?.includes(name) && random() < 0.95;
    if (isNeeded || random() < share) made[name] = madeOf(schema.properties?.[name], random, wrong, depth + 1);
  }
  if (schema.additionalProperties)
    for (let i = Math.floor(random() * 3); i > 0; i--)
      made[pick(random, oddTexts)] = madeOf(schema.additionalProperties, random, wrong, depth + 1);
  return made;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
