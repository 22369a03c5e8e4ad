import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { Kind } from '../../src/api/kind.ts';
import { builtInKinds } from '../../src/api/kinds.ts';
import { isObject, madeOf, randomOf } from './generate.ts';
import { growsNot, runs, startTarget, type Target } from './server.ts';

const json = 'application/json';

function pathOf({ group, version, plural, scope }: Kind): string {
  const base = group ? `/apis/${group}/${version}` : `/api/${version}`;
  return `${base}${scope === 'Namespaced' ? '/namespaces/default' : ''}/${plural}`;
}

/** Mostly well-formed, as what decides lies behind the name and the types. */
function bodyOf(kind: Kind, seed: number): string {
  const random = randomOf(seed);
  const value = madeOf(kind.schema(), random, [0, 0, 0.01, 0.05, 0.2][seed % 5] ?? 0);
  const made = isObject(value) ? value : {};
  const { metadata } = made;
  const sent = random() < 0.3 && isObject(metadata) ? metadata : {};
  const named = random() < 0.9 ? { metadata: { ...sent, name: 'x', namespace: undefined } } : {};
  return JSON.stringify({ ...made, ...named, kind: kind.kind, apiVersion: kind.apiVersion });
}

/** Objects of every kind with fields of every sort: whatever is wrong with them is said, nothing stumbles. */
describe('hostile bodies', () => {
  let target: Target;
  const stored = new Set<Kind>();
  before(async () => {
    target = await startTarget();
  });
  after(() => target.close());

  const kinds = builtInKinds.filter(({ verbs }) => verbs.includes('create'));
  const send = (method: string, path: string, text: string, type: string) =>
    target.survives(
      target.client.call(method, path, { body: text, headers: { 'content-type': type } }),
      `${method} ${path} as ${type}: ${text}`,
    );

  test('every kind is created', async () => {
    const attack = async () => {
      for (const kind of kinds)
        await fc.assert(
          fc.asyncProperty(fc.nat(), async (seed) => {
            const text = bodyOf(kind, seed);
            const { status } = await send('POST', `${pathOf(kind)}?dryRun=All`, text, json);
            if (status !== 201 || kind.review || stored.has(kind)) return;
            if ((await send('POST', pathOf(kind), text, json)).status === 201) stored.add(kind);
          }),
          { numRuns: Math.ceil(runs / 5) },
        );
    };
    await growsNot(attack);
    await target.isWell();
  });

  const patches = [
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
    'application/apply-patch+yaml',
  ];

  test('every kind, and every part of it, is replaced, patched and applied', async () => {
    for (const kind of stored) {
      const parts = Object.entries(kind.subresources)
        .filter(([part, { verbs }]) => verbs.includes('update') && part !== 'proxy')
        .map(([part]) => `/${part}`);
      const attempt = fc.record({
        seed: fc.nat(),
        part: fc.constantFrom('', ...parts),
        type: fc.constantFrom(json, ...patches),
      });
      await fc.assert(
        fc.asyncProperty(attempt, async ({ seed, part, type }) => {
          const query =
            type === 'application/apply-patch+yaml' ? 'dryRun=All&fieldManager=me&force=true' : 'dryRun=All';
          const path = `${pathOf(kind)}/x${part}?${query}`;
          await send(type === json ? 'PUT' : 'PATCH', path, bodyOf(kind, seed), type);
        }),
        { numRuns: Math.ceil(runs / 5) },
      );
    }
    await target.isWell();
  });

  test('any JSON, any bytes', async () => {
    const types = fc.constantFrom(json, 'application/yaml', 'application/vnd.kubernetes.protobuf', 'text/plain');
    const bytes = fc.oneof(
      fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      fc.string({ unit: 'binary', maxLength: 100 }).map((text) => Buffer.from(text)),
      fc
        .tuple(fc.constantFrom('[', '{"a":', '{"metadata":{"annotations":{"a":'), fc.nat(60_000))
        .map(([open, times]) => Buffer.from(open.repeat(times))),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...kinds), types, bytes, async (kind, type, body) => {
        const answer = target.client.call('POST', `${pathOf(kind)}?dryRun=All`, {
          body,
          headers: { 'content-type': type },
        });
        await target.survives(answer, `${pathOf(kind)} as ${type}: ${body.toString('base64').slice(0, 400)}`);
      }),
      { numRuns: runs * 2 },
    );
    await target.isWell();
  });

  test('YAML bombs and loops', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((c, i) => {
        const last = 'abcdefghi'[i];
        return `${c}: &${c} [*${last},*${last},*${last},*${last},*${last},*${last},*${last},*${last},*${last}]`;
      }),
    ].join('\n');
    for (const text of [
      bomb,
      'a: &a [*a]',
      '&a [*a, *a]',
      '? [a]\n: b',
      '--- a\n--- b',
      '!!binary x',
      '<<: {a: 1}',
      '- '.repeat(20_000),
    ])
      for (const kind of kinds.slice(0, 3)) await send('POST', pathOf(kind), text, 'application/yaml');
    await target.isWell();
  });
});
