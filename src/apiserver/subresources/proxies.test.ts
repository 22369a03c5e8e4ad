import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';
import { directConnection, type NodeConnection } from '../proxy/node-connection.ts';

const space = '/api/v1/namespaces/default';

describe('proxies to pods and services', () => {
  let server: TestServer;
  let client: TestClient;
  const backends: ReturnType<typeof createHttp>[] = [];
  const ports = new Map<number, number>();

  before(async () => {
    // 10.1.1.1 stands for the pod.
    const dial: NodeConnection['dial'] = ({ host, port }, signal) =>
      directConnection.dial(
        host === '10.1.1.1' ? { host: '127.0.0.1', port: ports.get(port) ?? 1 } : { host, port },
        signal,
      );
    server = await startTestServer({
      overrides: { kubelet: { connection: { dial }, credentials: () => ({ key: '', cert: '', ca: '' }) } },
    });
    client = new TestClient(server, server.admin);
    const pair = await server.authority.issue({ name: 'nobody-in-particular' });
    const answer =
      (name: string): RequestListener =>
      (request, response) => {
        response.end(`${name}: ${request.method} ${request.url}, ${request.headers.authorization ?? 'no token'}`);
      };
    const echo: RequestListener = async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      response.end(`${request.method} ${text}`);
    };
    for (const [port, backend] of [
      [80, createHttp(answer('plain'))],
      [81, createHttp(echo)],
      [443, createHttps({ key: pair.keyPem, cert: pair.certificatePem }, answer('secure'))],
    ] as const) {
      backend.listen(0, '127.0.0.1');
      await once(backend, 'listening');
      backends.push(backend);
      ports.set(port, (backend.address() as AddressInfo).port);
    }
    const spec = { containers: [{ name: 'c', image: 'i' }], nodeName: 'n1' };
    await client.post(`${space}/pods`, { metadata: { name: 'p' }, spec });
    const status = { podIP: '10.1.1.1', podIPs: [{ ip: '10.1.1.1' }] };
    assert.equal((await client.patch(`${space}/pods/p/status`, { status })).status, 200);
    await client.post(`${space}/services`, {
      metadata: { name: 's' },
      spec: {
        clusterIP: 'None',
        ports: [
          { name: 'web', port: 80 },
          { name: 'tls', port: 443 },
        ],
      },
    });
    await client.post('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
      metadata: { name: 's-1', labels: { 'kubernetes.io/service-name': 's' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.1.1'], conditions: { ready: true } }],
      ports: [
        { name: 'web', port: 80, protocol: 'TCP' },
        { name: 'tls', port: 443, protocol: 'TCP' },
      ],
    });
  });
  after(async () => {
    client.close();
    for (const backend of backends) {
      backend.closeAllConnections();
      backend.close();
    }
    await server.close();
  });

  const rows: readonly (readonly [path: string, answer: string])[] = [
    ['pods/p:80/proxy/a?b=c', 'plain: GET /a?b=c, no token'],
    ['pods/http:p:80/proxy/', 'plain: GET /, no token'],
    ['pods/https:p:443/proxy/a', 'secure: GET /a, no token'],
    ['services/s:web/proxy/a', 'plain: GET /a, no token'],
    ['services/https:s:tls/proxy/a/', 'secure: GET /a/, no token'],
    ['services/https:s:443/proxy/', 'secure: GET /, no token'],
  ];
  for (const [path, answer] of rows)
    test(path, async () => {
      const { status, text } = await client.get(`${space}/${path}`, { authorization: 'Bearer secret' });
      assert.deepEqual([status, text], [200, answer]);
    });

  test('a read may bring a body', async () => {
    const answer = await client.call('GET', `${space}/pods/p:81/proxy/_search`, {
      body: '{"query":{}}',
      headers: { 'content-length': '12' },
    });
    assert.deepEqual([answer.status, answer.text], [200, 'GET {"query":{}}']);
    assert.equal((await client.get(`${space}/pods/p:81/proxy/`)).text, 'GET ');
  });

  test('a backend that does not speak TLS is unavailable over it', async () => {
    const { status, json } = await client.get(`${space}/pods/https:p:80/proxy/`);
    assert.equal(status, 503, json.message);
    assert.match(json.message, /^error trying to reach service: /);
    assert.equal((await client.get(`${space}/pods/ftp:p:80/proxy/`)).status, 400);
  });
});
