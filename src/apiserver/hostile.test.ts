import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { builtInKinds } from '../api/kinds.ts';
import { parseCidr } from '../base/cidr.ts';
import type { Logger } from '../base/log.ts';
import { silentLogger } from '../base/log.ts';
import { type Answer, TestClient } from './api-client.test-helper.ts';
import { startTestServer, type TestServer } from './api-server.test-helper.ts';

/** Whatever a client sends, the answer says what is wrong with it: never a 5xx, never a crash. */
describe('hostile requests', () => {
  let server: TestServer;
  let client: TestClient;
  const faults: unknown[] = [];
  const log: Logger = { ...silentLogger, child: () => log, error: (...args) => void faults.push(args) };

  before(async () => {
    server = await startTestServer({
      log,
      overrides: {
        systemObjects: {
          serviceCidrs: [parseCidr('10.43.0.0/16') ?? assert.fail()],
          advertised: { address: '192.0.2.1', port: 6443 },
        },
      },
    });
    client = new TestClient(server, server.admin);
    await client.post(pods, pod);
  });
  after(async () => {
    client.close();
    await server.close();
  });

  const pods = '/api/v1/namespaces/default/pods';
  const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const json = { 'content-type': 'application/json' };

  async function refused(answer: Promise<Answer>, what: string): Promise<void> {
    const { status, text } = await answer;
    assert.ok(status < 500, `${status} for ${what}: ${text.slice(0, 500)}`);
    assert.deepEqual(faults.splice(0), [], what);
  }

  test('odd paths', async () => {
    const paths = [
      '//',
      '/%',
      '/%00',
      '/api/v1/namespaces/%2e%2e/pods',
      '/api/../../etc/passwd',
      '/api/v1/namespaces//pods',
      '/apis/apps/v1/namespaces/default/deployments/%ff',
      '/api/v1/pods/__proto__/constructor',
      '/apis/__proto__/v1/x',
      '/api/v1/toString',
      '/apis/apps/v1/constructor',
      `/api/v1/namespaces/${'a'.repeat(10_000)}`,
      '/api/v1/watch',
      '/api/v1/watch/pods/x/y/z',
      `${pods}/p/exec`,
      `${pods}/p/__proto__`,
      `${pods}/p/proxy/..`,
      `${pods}/p/log`,
      '/openapi/v3/..%2f..',
      '/openapi/v3/apis/nope/v1',
      '/healthz/nope',
      '/readyz?exclude=%00',
      '/metrics/x',
      '/api/v1/nodes/x:y:z/proxy/a',
      '/api/v1/proxy/nodes/x',
      '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/x/status/y',
    ];
    for (const path of paths)
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'BREW'])
        await refused(client.call(method, path), `${method} ${path}`);
  });

  test('odd queries', async () => {
    const queries = [
      'limit=-1',
      'limit=x',
      'limit=99999999999999999999',
      'continue=%00',
      'continue=eyJ9',
      'continue=bnVsbA',
      'resourceVersion=-1',
      'resourceVersion=1e3',
      'resourceVersionMatch=x',
      'labelSelector=a%20b%20c',
      'labelSelector=((((',
      'labelSelector=a%20in%20(',
      'fieldSelector==',
      'fieldSelector=a=b=c',
      'fieldSelector=__proto__%3Dx',
      'fieldSelector=metadata.name%3D%5C',
      'watch=x',
      'watch=1&resourceVersion=x',
      'watch=1&timeoutSeconds=-1&resourceVersion=abc',
      'watch=1&sendInitialEvents=x',
      'pretty=%ff',
      '%=%',
      '&&&=',
      'dryRun=x',
      'fieldValidation=x',
      `fieldManager=${'x'.repeat(500)}`,
      'includeObject=x',
      'gracePeriodSeconds=1e99',
      'propagationPolicy=x',
      'force=x',
      'orphanDependents=x',
      'timeout=x',
      'timeout=-5s',
    ];
    for (const query of queries) {
      await refused(client.call('GET', `${pods}?timeoutSeconds=1&${query}`), query);
      await refused(client.post(`${pods}?${query}`, { metadata: { generateName: 'q-' } }), `POST ${query}`);
      await refused(client.patch(`${pods}/p?${query}`, {}), `PATCH ${query}`);
      await refused(client.delete(`${pods}/none?${query}`), `DELETE ${query}`);
    }
  });

  test('odd bodies, for each kind that can be made', async () => {
    const bodies = [
      '',
      '{',
      'null',
      '[]',
      '1',
      '"x"',
      '{}',
      '{"metadata":null}',
      '{"metadata":[]}',
      '{"metadata":{"name":{}}}',
      '{"metadata":{"name":"x","labels":[1]}}',
      '{"metadata":{"name":"x","annotations":{"a":1}},"spec":null}',
      '{"metadata":{"name":"x"},"spec":[]}',
      '{"metadata":{"name":"x"},"spec":{"__proto__":{"a":1}}}',
      '{"kind":{},"apiVersion":[]}',
      '{"metadata":{"name":"x","ownerReferences":[{}],"finalizers":[""],"managedFields":[{}]}}',
      '{"spec":{"selector":null,"template":null,"containers":[null]}}',
      '{"metadata":{"name":"x","creationTimestamp":"no"}}',
      `{"metadata":{"name":"x"},"spec":${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}}`,
      '\u0000',
      '{"a":"\ud800"}',
      '{"metadata":{"generateName":"\\u0000"}}',
    ];
    for (const { group, version, plural, scope, review, verbs } of builtInKinds) {
      if (!verbs.includes('create') || review) continue;
      const base = group ? `/apis/${group}/${version}` : `/api/${version}`;
      const path = `${base}${scope === 'Namespaced' ? '/namespaces/default' : ''}/${plural}`;
      for (const body of bodies)
        await refused(client.call('POST', path, { body, headers: json }), `${path} ${body.slice(0, 80)}`);
      for (const body of ['{"spec":{}}', '{"spec":null,"status":{"x":1}}'])
        await refused(
          client.call('POST', `${path}?dryRun=All`, {
            body: body.replace('{', '{"metadata":{"name":"x"},'),
            headers: json,
          }),
          `${path} ${body}`,
        );
    }
  });

  test('odd patches', async () => {
    const types = [
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
      'application/apply-patch+yaml',
      'text/plain',
      'application/json',
    ];
    const bodies = [
      '',
      'null',
      '[]',
      '{}',
      '1',
      '[null]',
      '[{"op":"add"}]',
      '[{"op":"add","path":"x","value":1}]',
      '[{"op":"add","path":"/__proto__/x","value":1}]',
      '[{"op":"remove","path":""}]',
      '[{"op":"move","from":"/metadata","path":"/metadata/labels"}]',
      '[{"op":"replace","path":"/spec/containers/9/image","value":1}]',
      '[{"op":"add","path":"/spec/containers/-1","value":{}}]',
      '{"metadata":null}',
      '{"spec":null}',
      '{"spec":{"containers":null}}',
      '{"spec":{"containers":{"a":1}}}',
      '{"spec":{"containers":[null]}}',
      '{"spec":{"containers":[{"$patch":"nope","name":"c"}]}}',
      '{"$patch":"delete"}',
      '{"$patch":"replace"}',
      '{"spec":{"$setElementOrder/containers":[1],"$deleteFromPrimitiveList/x":[1],"$retainKeys":1}}',
      '{"metadata":{"managedFields":[{"fieldsV1":{"x:":1}}]}}',
      '{"metadata":{"managedFields":"x"}}',
      '{"kind":"Node"}',
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"other"}}',
      'a: &a [*a]',
      '!!js/function x',
    ];
    for (const type of types)
      for (const body of bodies)
        for (const query of ['', '?fieldManager=m', '?fieldManager=m&force=true'])
          await refused(
            client.call('PATCH', `${pods}/p${query}`, { body, headers: { 'content-type': type } }),
            `${type} ${query} ${body}`,
          );
  });

  test('odd headers', async () => {
    const headers = [
      { accept: 'x' },
      { accept: 'application/json;as=Nope;g=x;v=y' },
      { accept: 'application/vnd.kubernetes.protobuf;as=Table;g=meta.k8s.io;v=v1' },
      { accept: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer a.b.c' },
      { authorization: `Bearer ${'x'.repeat(8000)}` },
      { 'impersonate-user': '' },
      { 'impersonate-group': 'x' },
      { 'impersonate-extra-%ff': 'x', 'impersonate-user': 'a' },
      { 'content-encoding': 'br' },
      { 'accept-encoding': 'zstd;q=x' },
      { 'user-agent': '\t' },
      { 'audit-id': 'x'.repeat(2000) },
    ];
    for (const header of headers)
      await refused(client.call('GET', pods, { headers: header }), JSON.stringify(header).slice(0, 100));
    for (const type of [
      'application/vnd.kubernetes.protobuf',
      'application/yaml',
      'application/cbor',
      'x',
      'application/json; charset=x',
    ])
      for (const body of ['k8s\0', 'k8s\0\x0a\xff\xff\xff\xff', 'a: [', '- - -', '\xff\xfe'])
        await refused(
          client.call('POST', pods, { body: Buffer.from(body, 'latin1'), headers: { 'content-type': type } }),
          `${type} ${JSON.stringify(body)}`,
        );
  });

  test('anything at all', async () => {
    const word = fc.oneof(
      fc.constantFrom(
        'api',
        'apis',
        'v1',
        'apps',
        'namespaces',
        'default',
        'pods',
        'p',
        'status',
        'scale',
        'deployments',
        'watch',
        'log',
        'eviction',
        'token',
        'proxy',
      ),
      fc.string({ maxLength: 8 }).map(encodeURIComponent),
    );
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
      path: fc.array(word, { maxLength: 9 }).map((words) => `/${words.join('/')}`),
      query: fc.string({ maxLength: 20 }).map(encodeURIComponent),
      body: fc.option(fc.json({ maxDepth: 4 })),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path, query, body }) => {
        const options = method === 'GET' || body === null ? {} : { body, headers: json };
        await refused(client.call(method, `${path}?timeoutSeconds=1&${query}`, options), `${method} ${path} ${body}`);
      }),
      { numRuns: 500 },
    );
    assert.equal((await client.get('/readyz')).text, 'ok');
  });
});
