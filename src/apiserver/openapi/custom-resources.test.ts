import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';

const things = '/apis/example.com/v1/namespaces/default/things';

/** As much of a document as this test looks at. */
interface Document {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly get: { readonly responses: { readonly '200': { readonly content: object } } };
        readonly patch: { readonly requestBody: { readonly content: object } };
      }
    >
  >;
}

describe('operations on custom resources', () => {
  let dir = '';
  let server: TestServer;
  let client: TestClient;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'k3ts-openapi-'));
    server = await startTestServer({ dir });
    client = new TestClient(server, server.admin);
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const subresources = { status: {}, scale: { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n' } };
    const made = await client.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions: [{ name: 'v1', served: true, storage: true, subresources, schema }],
      },
    });
    assert.equal(made.status, 201, made.text);
    while ((await client.get(things)).status !== 200) await delay(20);
  });
  after(async () => {
    client.close();
    await server.close();
    await rm(dir, { recursive: true });
  });

  test('name the patches that the server takes, and no strategic one, by which kubectl apply would go', async () => {
    const made = await client.post(things, { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'one' } });
    assert.equal(made.status, 201, made.text);
    const document = JSON.parse((await client.get('/openapi/v3/apis/example.com/v1')).text) as Document;
    for (const subresource of ['', '/status', '/scale']) {
      const path = document.paths[`/apis/example.com/v1/namespaces/{namespace}/things/{name}${subresource}`];
      assert.deepEqual(
        Object.keys(path?.patch.requestBody.content ?? {}).filter((type) => !type.endsWith('cbor')),
        ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'],
      );
      const answers = Object.keys(path?.get.responses['200'].content ?? {});
      assert.ok(
        answers.includes('application/json') && !answers.some((type) => type.includes('protobuf')),
        `${answers}`,
      );
    }
    for (const [type, status] of [
      ['application/strategic-merge-patch+json', 415],
      ['application/merge-patch+json', 200],
    ] as const) {
      const answer = await client.patch(`${things}/one`, { metadata: { labels: { a: 'b' } } }, type);
      assert.equal(answer.status, status, answer.text);
    }
  });
});
