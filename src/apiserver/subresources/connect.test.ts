import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';
import type { AdmissionPlugin } from '../contract.ts';

const pods = '/api/v1/namespaces/default/pods';

/** A node agent that tells what it was asked. */
async function startAgent(server: TestServer): Promise<{ agent: Server; port: number; closed: () => number }> {
  const pair = await server.authority.issue({ name: 'agent', address: '127.0.0.1' });
  const agent = createServer({
    key: pair.keyPem,
    cert: pair.certificatePem,
    ca: server.ca,
    requestCert: true,
    rejectUnauthorized: true,
  });
  let closed = 0;
  agent.on('request', (request, response) => {
    request.socket.once('close', () => closed++);
    const url = request.url ?? '';
    if (url.includes('/missing')) {
      response.writeHead(404).end('container not found\n');
      return;
    }
    response.setHeader('content-type', 'text/plain');
    response.write(`${request.method} ${url} auth=${request.headers.authorization ?? 'none'}\n`);
    if (!url.includes('follow=true')) response.end('the end\n');
  });
  const sockets = new WebSocketServer({ server: agent, handleProtocols: () => 'v5.channel.k8s.io' });
  sockets.on('connection', (socket, request) => {
    socket.send(`hello ${request.url}`);
    socket.on('message', (data) => socket.send(`echo ${data}`));
  });
  agent.listen(0, '127.0.0.1');
  await once(agent, 'listening');
  return { agent, port: (agent.address() as AddressInfo).port, closed: () => closed };
}

/** Sends elsewhere who asks for a detour, as a mutating webhook may. */
const detour: AdmissionPlugin = {
  name: 'detour',
  handles: ({ operation }) => operation === 'CONNECT',
  mutate: async (_request, object) => {
    const options = object as { command?: string[]; tty?: boolean; path?: string; container?: string };
    if (options.command?.[0] === 'detour')
      Object.assign(options, { command: ['date', '-u'], tty: true, container: 'b' });
    if (options.path === '/detour') options.path = '/other way';
  },
};

describe('through the API server to the node agent', () => {
  let server: TestServer;
  let client: TestClient;
  let agent: Awaited<ReturnType<typeof startAgent>>;

  before(async () => {
    server = await startTestServer({ admission: [detour] });
    client = new TestClient(server, server.admin);
    agent = await startAgent(server);
    await client.post('/api/v1/nodes', { metadata: { name: 'n1' } });
    const status = {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: agent.port } },
    };
    const node = await client.patch('/api/v1/nodes/n1/status', { status });
    assert.equal(node.status, 200, node.text);
    const spec = (names: string[]) => ({ nodeName: 'n1', containers: names.map((name) => ({ name, image: 'x' })) });
    await client.post(pods, { metadata: { name: 'one' }, spec: spec(['main']) });
    await client.post(pods, { metadata: { name: 'two' }, spec: spec(['a', 'b']) });
    await client.post(pods, { metadata: { name: 'nowhere' }, spec: { ...spec(['a']), nodeName: undefined } });
    await client.post(pods, { metadata: { name: 'lost' }, spec: { ...spec(['a']), nodeName: 'gone' } });
  });
  after(async () => {
    client.close();
    agent.agent.close();
    agent.agent.closeAllConnections();
    await server.close();
  });

  test('logs are streamed, with the parameters that the agent knows and without the caller’s token', async () => {
    const { status, text } = await client.get(`${pods}/one/log?tailLines=5&timestamps=true&container=main&x=y`);
    assert.equal(status, 200);
    assert.equal(text, 'GET /containerLogs/default/one/main?timestamps=true&tailLines=5 auth=none\nthe end\n');
  });

  test('which container: the only one, the named one, or an error that lists them', async () => {
    assert.match((await client.get(`${pods}/one/log`)).text, /one\/main /);
    const which = await client.get(`${pods}/two/log`);
    assert.deepEqual(
      [which.status, which.json.message],
      [400, 'a container name must be specified for pod two, choose one of: [a b]'],
    );
    const wrong = await client.get(`${pods}/two/log?container=c`);
    assert.equal(wrong.json.message, 'container c is not valid for pod two');
    assert.equal((await client.get(`${pods}/two/log?container=a&tailLines=-1`)).status, 422);
    assert.deepEqual((await client.get(`${pods}/nowhere/log`)).text, '');
    assert.equal((await client.get(`${pods}/lost/log`)).json.message, 'nodes "gone" not found');
  });

  test('an error of the agent becomes a Status', async () => {
    await client.post(pods, {
      metadata: { name: 'missing' },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'x' }] },
    });
    const { status, json } = await client.get(`${pods}/missing/log`);
    assert.deepEqual([status, json.message], [404, 'container not found']);
  });

  test('a client that stops following frees the agent', async () => {
    const before = agent.closed();
    const stream = client.session.request({ ':path': `${pods}/one/log?follow=true` });
    await once(stream, 'data');
    stream.close();
    for (let turn = 0; turn < 100 && agent.closed() === before; turn++) await delay(20);
    assert.ok(agent.closed() > before, 'the connection to the agent was not closed');
  });

  test('exec is a tunnel of bytes', async () => {
    const path = `${pods}/one/exec?command=ls&command=-l&stdin=true&stdout=true&tty=false`;
    const socket = new WebSocket(`${server.url.replace('https', 'wss')}${path}`, 'v5.channel.k8s.io', {
      ca: server.ca,
      cert: server.admin.certificatePem,
      key: server.admin.keyPem,
    });
    const messages: string[] = [];
    socket.on('message', (data) => messages.push(data.toString()));
    await once(socket, 'open');
    assert.equal(socket.protocol, 'v5.channel.k8s.io');
    socket.send('x');
    while (messages.length < 2) await once(socket, 'message');
    assert.deepEqual(messages, ['hello /exec/default/one/main?input=1&output=1&command=ls&command=-l', 'echo x']);
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  });

  test('what the admission chain makes of the options is what the agent gets', async () => {
    const path = `${pods}/two/exec?command=detour&stdout=true&container=a`;
    const socket = new WebSocket(`${server.url.replace('https', 'wss')}${path}`, 'v5.channel.k8s.io', {
      ca: server.ca,
      cert: server.admin.certificatePem,
      key: server.admin.keyPem,
    });
    const [message] = await once(socket, 'message');
    assert.equal(String(message), 'hello /exec/default/two/b?output=1&tty=1&command=date&command=-u');
    const closed = once(socket, 'close');
    socket.close();
    await closed;
    const { text } = await client.get('/api/v1/nodes/n1/proxy/detour?x=1');
    assert.match(text, /^GET \/other%20way\?x=1 /);
    assert.match((await client.get('/api/v1/nodes/n1/proxy/a%2Fb/')).text, /^GET \/a%2Fb\/ /);
  });

  test('exec without an upgrade, and an upgrade that is refused, are ordinary errors', async () => {
    const { status, json } = await client.post(`${pods}/one/exec?command=ls`, '');
    assert.deepEqual([status, json.message], [400, 'Upgrade request required']);
    const socket = new WebSocket(`${server.url.replace('https', 'wss')}${pods}/none/exec?command=ls`, {
      ca: server.ca,
      cert: server.admin.certificatePem,
      key: server.admin.keyPem,
    });
    const [error] = await once(socket, 'error').catch((thrown: Error) => [thrown]);
    assert.match(String(error), /404/);
  });

  test('the node proxy reaches the agent’s own API', async () => {
    const { text } = await client.get('/api/v1/nodes/n1/proxy/pods?x=1');
    assert.match(text, /^GET \/pods\?x=1 auth=none/);
    assert.equal((await client.get('/api/v1/nodes/n1:1/proxy/')).status, 503);
  });

  test('pods on loopback are not reached through the API server', async () => {
    await client.patch(`${pods}/one/status`, { status: { podIP: '127.0.0.1', podIPs: [{ ip: '127.0.0.1' }] } });
    const { status, json } = await client.get(`${pods}/one:80/proxy/`);
    assert.deepEqual([status, json.message], [400, 'address not allowed: 127.0.0.1']);
    assert.equal((await client.get('/api/v1/namespaces/default/services/none/proxy/')).status, 404);
  });
});
