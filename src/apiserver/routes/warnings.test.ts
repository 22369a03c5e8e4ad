import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';

describe('warnings and refusals, as clients get them', () => {
  let server: TestServer;
  let client: TestClient;

  before(async () => {
    server = await startTestServer();
    client = new TestClient(server, server.admin);
  });
  after(async () => {
    client.close();
    await server.close();
  });

  const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
  const claim = (name: string, storage: string) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, annotations: { 'volume.beta.kubernetes.io/storage-class': 'x' } },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  });
  const warning =
    '299 - "metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use \\"storageClassName\\" attribute instead"';

  test('what is odd is told beside the success, also of updates', async () => {
    const created = await client.post(claims, claim('odd', '1Gi'));
    assert.equal(created.status, 201);
    assert.equal(created.headers.warning, warning);
    const updated = await client.put(`${claims}/odd`, {
      ...created.json,
      metadata: { ...created.json.metadata, labels: { a: 'b' } },
    });
    assert.equal(updated.status, 200);
    assert.equal(updated.headers.warning, warning);
    const status = await client.put(`${claims}/odd/status`, updated.json);
    assert.equal(status.status, 200);
    assert.equal(status.headers.warning, undefined);
  });

  test('a refusal names every cause once, and warns of nothing', async () => {
    const { status, json, headers } = await client.post(claims, claim('bad', '0'));
    assert.equal(status, 422);
    assert.equal(headers.warning, undefined);
    const cause = 'spec.resources[storage]: Invalid value: "0": must be greater than zero';
    assert.equal(json.message, `PersistentVolumeClaim "bad" is invalid: ${cause}`);
    assert.deepEqual(json.details.causes, [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: "0": must be greater than zero',
        field: 'spec.resources[storage]',
      },
    ]);
  });
});
