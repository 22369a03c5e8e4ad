import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';

const maps = '/api/v1/namespaces/default/configmaps';

interface Event {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: objects of every shape.
  readonly object: any;
}

describe('watches', () => {
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

  const create = (name: string) => client.post(maps, { metadata: { name }, data: {} });

  /** The events of a watch, one after the other. */
  async function* open(path: string, headers: Record<string, string> = {}): AsyncGenerator<Event> {
    const stream = client.session.request({ ':path': path, ...headers });
    stream.setEncoding('utf8');
    try {
      for await (const line of createInterface({ input: stream })) yield JSON.parse(line);
    } finally {
      stream.close();
    }
  }

  async function next(events: AsyncGenerator<Event>): Promise<Event> {
    const { value, done } = await events.next();
    assert.ok(!done, 'the watch has ended');
    return value;
  }

  test('what there is, then every change', async () => {
    await create('first');
    const events = open(`${maps}?watch=1`);
    const names = async () => {
      const { type, object } = await next(events);
      return `${type} ${object.metadata.name}`;
    };
    assert.equal(await names(), 'ADDED first');
    await create('second');
    assert.equal(await names(), 'ADDED second');
    await client.patch(`${maps}/first`, { data: { a: 'b' } });
    const modified = await next(events);
    assert.deepEqual(
      [modified.type, modified.object.data, modified.object.kind],
      ['MODIFIED', { a: 'b' }, 'ConfigMap'],
    );
    await client.delete(`${maps}/first`);
    assert.equal(await names(), 'DELETED first');
    await events.return(undefined);
  });

  test('from a version on, also by the old path', async () => {
    const { json } = await client.get(maps);
    const events = open(`/api/v1/watch/namespaces/default/configmaps?resourceVersion=${json.metadata.resourceVersion}`);
    await create('later');
    assert.equal((await next(events)).object.metadata.name, 'later');
    await events.return(undefined);
  });

  test('initial events end with a marked bookmark', async () => {
    const events = open(
      `${maps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    for (;;) {
      const { type, object } = await next(events);
      if (type === 'ADDED') continue;
      assert.equal(type, 'BOOKMARK');
      assert.equal(object.metadata.annotations['k8s.io/initial-events-end'], 'true');
      break;
    }
    await events.return(undefined);
    const without = await client.get(`${maps}?watch=1&sendInitialEvents=true`);
    assert.equal(without.status, 422);
  });

  test('a version that is none is an ordinary error', async () => {
    const { status, json } = await client.get(`${maps}?watch=1&resourceVersion=x`);
    assert.deepEqual([status, json.kind], [400, 'Status']);
  });

  test('a watch ends when its time is over', async () => {
    const { status } = await client.get(`${maps}?watch=1&timeoutSeconds=1&resourceVersion=0`);
    assert.equal(status, 200);
  });

  test('tables, row by row', async () => {
    const events = open(`${maps}?watch=1&fieldSelector=metadata.name%3Drow`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    await create('row');
    const { type, object } = await next(events);
    assert.deepEqual([type, object.kind, object.rows[0].cells[0]], ['ADDED', 'Table', 'row']);
    await events.return(undefined);
  });

  test('the same over a WebSocket', async () => {
    const socket = new WebSocket(
      `${server.url.replace('https', 'wss')}${maps}?watch=1&fieldSelector=metadata.name%3Dws`,
      {
        ca: server.ca,
        cert: server.admin.certificatePem,
        key: server.admin.keyPem,
      },
    );
    const message = new Promise<Event>((resolve, reject) => {
      socket.once('message', (data) => resolve(JSON.parse(data.toString())));
      socket.once('error', reject);
    });
    await create('ws');
    const { type, object } = await message;
    assert.deepEqual([type, object.metadata.name], ['ADDED', 'ws']);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.close();
    await closed;
  });

  test('over a WebSocket in protobuf: one event a message, without a length', async () => {
    const selected = `${maps}?watch=1&fieldSelector=metadata.name%3Dpb`;
    const socket = new WebSocket(`${server.url.replace('https', 'wss')}${selected}`, {
      ca: server.ca,
      cert: server.admin.certificatePem,
      key: server.admin.keyPem,
      headers: { accept: 'application/vnd.kubernetes.protobuf' },
    });
    const message = new Promise<readonly [Buffer, boolean]>((resolve, reject) => {
      socket.once('message', (data, isBinary) => resolve([data as Buffer, isBinary]));
      socket.once('error', reject);
    });
    await create('pb');
    const [data, isBinary] = await message;
    assert.equal(isBinary, true);
    // WatchEvent.type, then WatchEvent.object.raw, which has its own envelope.
    assert.equal(data.subarray(0, 7).toString('latin1'), '\n\x05ADDED');
    assert.ok(data.includes('k8s\0'));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.close();
    await closed;
  });

  async function upgraded(headers: readonly string[]): Promise<TLSSocket> {
    const { hostname, port } = new URL(server.url);
    const user = { cert: server.admin.certificatePem, key: server.admin.keyPem };
    const socket = connectTls({ host: hostname, port: Number(port), ca: server.ca, ...user });
    await once(socket, 'secureConnect');
    const selected = `${maps}?watch=1&fieldSelector=metadata.name%3Dplain`;
    socket.write(`GET ${selected} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n${headers.join('\r\n')}\r\n\r\n`);
    return socket;
  }

  test('what is no WebSocket is refused, and nobody watches for it any longer', async () => {
    const running = async () => {
      const { text } = await client.get('/metrics');
      return text.split('\n').filter((line) => /^apiserver_longrunning_requests.*resource="configmaps"/.test(line));
    };
    const before = await running();
    const socket = await upgraded(['Upgrade: websocket', 'Sec-WebSocket-Version: 13']);
    let text = '';
    for await (const data of socket) text += String(data);
    assert.match(text, /^HTTP\/1.1 400 /);
    for (let turn = 0; turn < 50 && String(await running()) !== String(before); turn++) await delay(20);
    assert.deepEqual(await running(), before);
    assert.ok(before.length > 0, 'earlier watches are counted');
  });

  test('who wants another protocol than a WebSocket gets the plain stream', async () => {
    const socket = await upgraded(['Upgrade: something']);
    await create('plain');
    let text = '';
    for await (const data of socket) {
      text += String(data);
      if (text.includes('"type":"ADDED"')) break;
    }
    assert.match(text, /^HTTP\/1.1 200 /);
    socket.destroy();
  });

  test('YAML cannot be streamed', async () => {
    const { status, text } = await client.get(`${maps}?watch=1`, { accept: 'application/yaml' });
    assert.equal(status, 406);
    assert.match(
      text,
      /accepted:\s+application\/json;stream=watch,\s+application\/vnd.kubernetes.protobuf;stream=watch/,
    );
  });
});
