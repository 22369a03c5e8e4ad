import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';

const things = '/apis/example.com/v1/namespaces/default/things';
const large = '9223372036854775807';
const odd = '-9007199254740993';

describe('whole numbers of custom resources beyond 2^53', () => {
  let dir = '';
  let server: TestServer;
  let client: TestClient;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'k3ts-numbers-'));
    server = await startTestServer({ dir });
    client = new TestClient(server, server.admin);
    const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const count = { type: 'integer', format: 'int64', minimum: -9007199254740994, default: 1 };
    const made = await client.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            additionalPrinterColumns: [{ name: 'Count', type: 'integer', jsonPath: '.spec.count' }],
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: {
                    type: 'object',
                    properties: {
                      count,
                      free,
                      set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'integer' } },
                    },
                    'x-kubernetes-validations': [{ rule: 'self.count != 9223372036854775806' }],
                  },
                },
              },
            },
          },
        ],
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

  const send = (method: string, path: string, body: string, type = 'application/json') =>
    client.call(method, path, { body, headers: { 'content-type': type } });
  const keeps = (text: string, ...numbers: string[]) => {
    for (const number of numbers) assert.ok(text.includes(number), `${number} is not in ${text}`);
  };

  test('they come back as they came: create, get, list, pretty, YAML', async () => {
    const body = `{"metadata":{"name":"a"},"spec":{"count":${large},"free":{"deep":[${odd}]}}}`;
    const made = await send('POST', things, body);
    assert.equal(made.status, 201, made.text);
    keeps(made.text, `"count":${large}`, `[${odd}]`);
    for (const path of [`${things}/a`, things, `${things}/a?pretty=true`])
      keeps((await client.get(path)).text, large, odd);
    const yaml = await client.get(`${things}/a`, { accept: 'application/yaml' });
    keeps(yaml.text, `count: ${large}`, odd);
    const again = await send(
      'POST',
      things,
      yaml.text.replace('name: a', 'name: b').replace(/^ {2}(uid|resourceVersion):.*\n/gm, ''),
      'application/yaml',
    );
    assert.equal(again.status, 201, again.text);
    keeps(again.text, `"count":${large}`, odd);
  });

  test('patches and applies keep them, and those that they do not touch', async () => {
    const merged = await send(
      'PATCH',
      `${things}/a`,
      `{"spec":{"free":{"more":${large}}}}`,
      'application/merge-patch+json',
    );
    keeps(merged.text, `"more":${large}`, `"count":${large}`, odd);
    const test = `[{"op":"test","path":"/spec/count","value":${large}},{"op":"add","path":"/spec/free/x","value":${odd}}]`;
    const tested = await send('PATCH', `${things}/a`, test, 'application/json-patch+json');
    assert.equal(tested.status, 200, tested.text);
    const other = `[{"op":"test","path":"/spec/count","value":9223372036854775806}]`;
    assert.equal((await send('PATCH', `${things}/a`, other, 'application/json-patch+json')).status, 422);
    const applied = `{apiVersion: example.com/v1, kind: Thing, metadata: {name: c}, spec: {count: ${odd}, set: [${large}]}}`;
    const apply = () => send('PATCH', `${things}/c?fieldManager=me`, applied, 'application/apply-patch+yaml');
    const first = await apply();
    assert.equal(first.status, 201, first.text);
    keeps(first.text, `"count":${odd}`, `v:${large}`);
    assert.equal((await apply()).json.metadata.resourceVersion, first.json.metadata.resourceVersion);
    assert.equal((await send('PUT', `${things}/c`, (await client.get(`${things}/c`)).text)).status, 200);
  });

  test('rules, bounds and columns see them', async () => {
    const create = (spec: string) => send('POST', things, `{"metadata":{"generateName":"x-"},"spec":${spec}}`);
    assert.match((await create('{"count":9223372036854775806}')).text, /failed rule/);
    assert.match((await create('{"count":-9007199254740995}')).text, /greater than or equal to/);
    const table = await client.get(`${things}/a`, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    assert.equal(table.status, 200);
  });

  test('a server that starts again still has them', async () => {
    client.close();
    await server.close();
    server = await startTestServer({ dir });
    client = new TestClient(server, server.admin);
    while ((await client.get(things)).status !== 200) await delay(20);
    const merged = await send(
      'PATCH',
      `${things}/a`,
      '{"metadata":{"labels":{"a":"b"}}}',
      'application/merge-patch+json',
    );
    keeps(merged.text, `"count":${large}`, odd);
  });
});
