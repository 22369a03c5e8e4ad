import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { growsNot, runs, startTarget, type Target } from './server.ts';

const pods = '/api/v1/namespaces/default/pods';
const pod = {
  metadata: { name: 'p', labels: { a: 'b' } },
  spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }], env: [{ name: 'E', value: 'v' }] }] },
};

const pointers = fc.oneof(
  fc.constantFrom(
    ...['', '/', '/spec', '/spec/containers', '/spec/containers/0', '/spec/containers/-', '/spec/containers/-1'],
    ...[
      '/spec/containers/9',
      '/spec/containers/4294967296',
      '/spec/containers/1e3',
      '/spec/containers/01',
      '/metadata',
    ],
    ...['/metadata/labels/a', '/metadata/managedFields', '/metadata/annotations/x~1y', '/metadata/labels/~2', '/kind'],
    ...['/__proto__', '/__proto__/polluted', '/constructor/prototype/x', '/status', '/metadata/name', '/metadata/uid'],
  ),
  fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 }).map((parts) => parts.map((part) => `/${part}`).join('')),
);
const values = fc.oneof(
  fc.constantFrom<unknown>(null, {}, [], 'x', 0, [null], { name: 'c' }, { $patch: 'delete' }, [{ name: 'c' }]),
  fc.jsonValue({ maxDepth: 3 }),
);
const operations = fc.array(
  fc.record(
    {
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'nope'),
      path: pointers,
      from: pointers,
      value: values,
    },
    { requiredKeys: ['op'] },
  ),
  { maxLength: 6 },
);

const directives = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    values,
    fc.dictionary(
      fc.constantFrom(
        ...['metadata', 'spec', 'containers', 'env', 'ports', 'name', 'image', 'labels', 'a', '$patch', '$retainKeys'],
        ...['$setElementOrder/containers', '$deleteFromPrimitiveList/finalizers', 'finalizers', 'volumes', '__proto__'],
        ...['managedFields', 'fieldsV1', 'f:spec', 'k:{"name":"c"}', 'v:1', '.', 'apiVersion', 'kind', 'tolerations'],
      ),
      tie('node'),
      { maxKeys: 4 },
    ),
    fc.array(tie('node'), { maxLength: 3 }),
  ),
})).node;

/** Patches of every kind: an object is what was meant, or the patch is refused. */
describe('hostile patches', () => {
  let target: Target;
  before(async () => {
    target = await startTarget();
    const made = await target.client.post(pods, pod);
    assert.equal(made.status, 201, made.text);
  });
  after(() => target.close());

  const patch = (body: string, type: string, query = 'dryRun=All') =>
    target.survives(
      target.client.call('PATCH', `${pods}/p?${query}`, { body, headers: { 'content-type': type } }),
      `${type} ?${query}: ${body.slice(0, 2000)}`,
    );

  test('JSON patches', async () => {
    const attack = () =>
      fc.assert(
        fc.asyncProperty(operations, async (list) => {
          await patch(JSON.stringify(list), 'application/json-patch+json');
        }),
        { numRuns: runs * 3 },
      );
    await growsNot(attack);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    await target.isWell();
  });

  test('merges, strategic merges and applies', async () => {
    await fc.assert(
      fc.asyncProperty(directives, fc.constantFrom('merge', 'strategic', 'apply'), async (body, how) => {
        const head = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } };
        const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
        if (how === 'merge') await patch(JSON.stringify(body), 'application/merge-patch+json');
        else if (how === 'strategic') await patch(JSON.stringify(body), 'application/strategic-merge-patch+json');
        else
          await patch(
            JSON.stringify(isObject ? { ...head, ...body } : body),
            'application/apply-patch+yaml',
            'dryRun=All&fieldManager=me&force=true',
          );
      }),
      { numRuns: runs * 3 },
    );
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    await target.isWell();
  });

  test('patches that would make much of little', async () => {
    const json = 'application/json-patch+json';
    const copies = Array.from({ length: 60 }, () => ({ op: 'copy', from: '/metadata', path: '/metadata/x' }));
    const doubled = Array.from({ length: 40 }, (_, i) => ({
      op: 'copy',
      from: '/metadata/annotations',
      path: `/metadata/annotations/c${i}`,
    }));
    const bombs: readonly (readonly [type: string, body: string])[] = [
      [json, JSON.stringify(copies)],
      [json, JSON.stringify([{ op: 'add', path: '/metadata/annotations', value: { a: 'x' } }, ...doubled])],
      [json, JSON.stringify(Array.from({ length: 10_000 }, () => ({ op: 'test', path: '/kind', value: 'Pod' })))],
      [json, JSON.stringify(Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'Pod' })))],
      [
        json,
        JSON.stringify(Array.from({ length: 9000 }, () => ({ op: 'add', path: '/spec/containers/0', value: {} }))),
      ],
      [json, JSON.stringify([{ op: 'add', path: '/a'.repeat(100_000), value: 1 }])],
      ['application/merge-patch+json', `${'{"metadata":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
      ['application/strategic-merge-patch+json', `{"unknown":${'['.repeat(200)}{"gone":null}${']'.repeat(200)}}`],
      ['application/strategic-merge-patch+json', `{"spec":{"containers":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`],
      [
        'application/merge-patch+json',
        JSON.stringify({
          metadata: { labels: Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, 'v'])) },
        }),
      ],
      [
        'application/strategic-merge-patch+json',
        JSON.stringify({
          spec: { containers: Array.from({ length: 20_000 }, (_, i) => ({ name: `c${i}`, image: 'i' })) },
        }),
      ],
      [
        'application/strategic-merge-patch+json',
        JSON.stringify({
          spec: { '$setElementOrder/containers': Array.from({ length: 20_000 }, (_, i) => ({ name: `c${i}` })) },
        }),
      ],
    ];
    for (const [type, body] of bombs) await patch(body, type);
    const env = Array.from({ length: 20_000 }, (_, i) => ({ name: `E${i}`, value: 'v' }));
    const applied = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', env }] },
    };
    await patch(JSON.stringify(applied), 'application/apply-patch+yaml', 'dryRun=All&fieldManager=me&force=true');
    await target.isWell();
  });
});
