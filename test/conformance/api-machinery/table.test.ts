import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loose } from '../harness/api.ts';
import { image } from '../harness/objects.ts';
import { startControlPlane } from '../harness/server.ts';

const { api, namespace } = await startControlPlane({ nodes: ['n1'] });

const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const table = (path: string): Promise<Loose> => api.get(path, { accept });
const columnsOf = ({ columnDefinitions }: Loose) => columnDefinitions.map(({ name }: Loose) => name);

test('Servers with support for Table transformation should return a 406 for a backend which does not implement metadata', async () => {
  const answer = await api.raw('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } },
    },
    headers: { accept },
  });
  assert.equal(answer.status, 406);
  assert.equal(answer.json.reason, 'NotAcceptable');
});

test('Servers with support for Table transformation should return pod details', async () => {
  const pods = `/api/v1/namespaces/${await namespace('tables')}/pods`;
  await api.create(pods, { metadata: { name: 'pod-1' }, spec: { containers: [{ name: 'c', image }] } });
  const found = await table(`${pods}/pod-1`);
  assert.equal(found.kind, 'Table');
  assert.equal(found.apiVersion, 'meta.k8s.io/v1');
  assert.equal(found.rows.length, 1);
  assert.deepEqual(columnsOf(found).slice(0, 5), ['Name', 'Ready', 'Status', 'Restarts', 'Age']);
  assert.equal(found.rows[0].cells.length, found.columnDefinitions.length);
  assert.equal(found.rows[0].cells[0], 'pod-1');
  assert.equal(found.rows[0].object.kind, 'PartialObjectMetadata');
});

test('Servers with support for Table transformation should return chunks of table results for list calls', async () => {
  const templates = `/api/v1/namespaces/${await namespace('tables')}/podtemplates`;
  for (let index = 0; index < 20; index++)
    await api.create(templates, {
      metadata: { name: `template-${String(index).padStart(4, '0')}` },
      template: { spec: { containers: [{ name: 'test', image: 'test2' }] } },
    });
  const first = await table(`${templates}?limit=10`);
  assert.equal(first.rows.length, 10);
  assert.equal(first.metadata.remainingItemCount, 10);
  assert.ok(first.metadata.continue && first.metadata.resourceVersion);
  const second = await table(`${templates}?limit=10&continue=${encodeURIComponent(first.metadata.continue)}`);
  assert.equal(second.rows.length, 10);
  assert.equal(second.metadata.continue, undefined);
  assert.equal(second.rows[0].cells[0], 'template-0010');
  assert.deepEqual(columnsOf(first), ['Name', 'Containers', 'Images', 'Pod Labels']);
});

test('Servers with support for Table transformation should return generic metadata details across all namespaces for nodes', async () => {
  const { columnDefinitions, rows } = await table('/api/v1/nodes');
  assert.ok(columnDefinitions.length >= 2 && rows.length >= 1);
  assert.equal(rows[0].cells.length, columnDefinitions.length);
  assert.equal(columnDefinitions[0].name, 'Name');
  assert.equal(rows[0].cells[0], rows[0].object.metadata.name);
  const whole = await table('/api/v1/nodes?includeObject=Object');
  assert.equal(whole.rows[0].object.kind, 'Node');
  const none = await table('/api/v1/nodes?includeObject=None');
  assert.equal(none.rows[0].object, null);
});

test('a watch of tables says once what the columns are', async () => {
  const maps = `/api/v1/namespaces/${await namespace('tables')}/configmaps`;
  const watch = await api.with({ accept }).watch(`${maps}?fieldSelector=metadata.name%3Da`);
  await api.create(maps, { metadata: { name: 'a' } });
  await api.patch(`${maps}/a`, { data: { key: 'value' } });
  const [first, second] = [await watch.next(), await watch.next()];
  watch.stop();
  assert.deepEqual(columnsOf(first.object), ['Name', 'Data', 'Age']);
  assert.equal(second.object.columnDefinitions, null);
  assert.deepEqual(second.object.rows[0].cells.slice(0, 2), ['a', 1]);
});
