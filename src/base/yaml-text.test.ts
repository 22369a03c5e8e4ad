import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { yamlText } from './yaml-text.ts';

test('maps, lists and texts stand as Go’s tools write them', () => {
  const value = {
    kind: 'Pod',
    apiVersion: 'v1',
    spec: {
      containers: [
        { name: 'a', image: 'registry.k8s.io/pause:3.9', args: ['--a=b', '1', 'true', 'x: y'] },
        { name: 'b' },
      ],
      volumes: [],
      affinity: {},
      replicas: 3,
      missing: undefined,
      nothing: null,
    },
    metadata: { creationTimestamp: '2026-01-01T00:00:00Z', annotations: { script: 'one\n\n  two\n' } },
    matrix: [[1, 2], []],
  };
  assert.equal(
    yamlText(value),
    `apiVersion: v1
kind: Pod
matrix:
- - 1
  - 2
- []
metadata:
  annotations:
    script: |
      one

        two
  creationTimestamp: "2026-01-01T00:00:00Z"
spec:
  affinity: {}
  containers:
  - args:
    - "--a=b"
    - "1"
    - "true"
    - "x: y"
    image: registry.k8s.io/pause:3.9
    name: a
  - name: b
  nothing: null
  replicas: 3
  volumes: []
`,
  );
});

test('every value is read back as it was', () => {
  const odd = fc.constantFrom(
    ...['', ' ', '~', '-', '- a', 'no', 'Off', 'null', '1e3', '0x1f', '.5', 'a #b', 'a:', ':a', '*a', '&a', '!a', '%a'],
    ...[
      'a\n',
      'a\n\n',
      '\na',
      ' a\nb',
      'a\n b\n',
      'a \nb ',
      '\ta\nb',
      'a\r\nb',
      'a\tb\nc',
      '\u2028',
      '\u0085',
      '\ufeffa\nb',
    ],
    ...[
      '{a}',
      '[a]',
      "it's",
      '"',
      '<<',
      '=',
      '---',
      '...',
      'a: b',
      '2026-01-01',
      '?',
      '? a',
      '@a',
      '`',
      '|',
      '>',
      'k'.repeat(2000),
    ],
  );
  const text = fc.oneof(
    odd,
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'ab \n:#-') }),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(text, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const json: unknown = JSON.parse(JSON.stringify(value));
      assert.deepEqual(JSON.parse(JSON.stringify(parse(yamlText(json), { logLevel: 'silent' }))), json);
    }),
    { numRuns: 1000 },
  );
});

test('what is deep does not grow by its indentation', () => {
  let value: unknown = Array.from({ length: 1000 }, () => 'a\nb');
  for (let depth = 0; depth < 200; depth++) value = depth % 2 ? { a: value } : [value];
  const text = yamlText(value);
  assert.ok(text.length < 20_000, String(text.length));
  assert.deepEqual(parse(text), value);
});
