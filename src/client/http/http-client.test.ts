import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configMap } from '../../api/core/config-map.ts';
import { ApiError } from '../../api/status.ts';
import { FakeClock } from '../../base/clock.ts';
import { createHttpClient } from './http-client.ts';
import type { HttpAnswer, HttpRequest, Transport } from './transport.ts';

/** A server in memory: each answer is given by hand, each watch stays open until it is ended. */
function scripted() {
  const lists: ((request: HttpRequest) => HttpAnswer)[] = [];
  const watches: { readonly path: string; send(line: unknown): void; end(error?: Error): void }[] = [];
  const requests: HttpRequest[] = [];
  const transport: Transport = {
    request: async (request) => {
      requests.push(request);
      if (!request.path.includes('watch=true')) {
        const answer = lists.shift();
        if (!answer) throw new Error('connection refused');
        return answer(request);
      }
      const lines: Uint8Array[] = [];
      let over: { readonly error?: Error } | undefined;
      let wake: () => void = () => undefined;
      const body = async function* () {
        for (;;) {
          for (let line = lines.shift(); line; line = lines.shift()) yield line;
          if (over?.error) throw over.error;
          if (over || request.signal.aborted) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      };
      request.signal.addEventListener('abort', () => wake());
      watches.push({
        path: request.path,
        send: (line) => {
          const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
          lines.push(bytes.subarray(0, 7), bytes.subarray(7)); // frames do not end where lines do
          wake();
        },
        end: (error) => {
          over = error ? { error } : {};
          wake();
        },
      });
      return { status: 200, headers: {}, body: body() };
    },
    close: () => undefined,
  };
  return { transport, lists, watches, requests };
}

function json(status: number, body: unknown): () => HttpAnswer {
  return () => ({
    status,
    headers: {},
    body: (async function* () {
      yield Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    })(),
  });
}

const map = (name: string, resourceVersion: string) => ({
  metadata: { name, namespace: 'd', uid: `uid-${name}`, resourceVersion },
});
const listOf = (resourceVersion: string, ...items: unknown[]) => json(200, { metadata: { resourceVersion }, items });
const gone = {
  kind: 'Status',
  status: 'Failure',
  reason: 'Expired',
  code: 410,
  message: 'too old resource version: 1 (2)',
};

function setUp() {
  const script = scripted();
  const clock = new FakeClock();
  const { transport } = script;
  const transports = { calls: transport, watches: transport };
  const client = createHttpClient({ server: 'https://x', ca: '', token: 'secret', name: 'tester', clock, transports });
  return { ...script, clock, client };
}

describe('http client', () => {
  it('says who it is', async () => {
    const { client, lists, requests } = setUp();
    lists.push(listOf('1'));
    await client.list(configMap, { namespace: 'a b', labelSelector: 'x=y' });
    assert.equal(requests[0]?.path, '/api/v1/namespaces/a%20b/configmaps?labelSelector=x%3Dy');
    assert.equal(requests[0]?.headers['authorization'], 'Bearer secret');
    assert.equal(requests[0]?.headers['user-agent'], 'tester');
    client.close();
  });

  it('makes an ApiError of every bad answer', async () => {
    const { client, lists } = setUp();
    const rejects = async (reason: string, message: RegExp) =>
      assert.rejects(client.get(configMap, { namespace: 'd', name: 'x' }), (error) => {
        assert.ok(error instanceof ApiError);
        assert.equal(error.reason, reason);
        assert.match(error.message, message);
        return true;
      });
    lists.push(json(410, gone));
    await rejects('Expired', /^too old resource version/);
    lists.push(json(503, 'upstream connect error'));
    await rejects('ServiceUnavailable', /the server answered 503: upstream connect error/);
    await rejects('ServiceUnavailable', /the API server cannot be reached: connection refused/);
    client.close();
  });

  it('gives up on a server that does not answer in time', async () => {
    const { client, lists, clock } = setUp();
    lists.push(({ signal }) => ({
      status: 200,
      headers: {},
      body: (async function* () {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        yield* [];
        throw signal.reason;
      })(),
    }));
    const call = client.get(configMap, { namespace: 'd', name: 'x' });
    const failed = assert.rejects(call, (error) => error instanceof ApiError && error.reason === 'Timeout');
    await clock.advance(30_000);
    await failed;
    client.close();
  });

  it('lists again when the watch is too old, and swaps the new state in at once', async () => {
    const { client, lists, watches, clock } = setUp();
    lists.push(listOf('5', map('a', '1'), map('b', '2')));
    const view = client.view(configMap);
    await view.ready();
    const changes: string[] = [];
    view.onChange(({ type, object }) => {
      changes.push(`${type} ${object.metadata.name}`);
      assert.equal(view.list().length, 2, 'never half a list');
    });
    await clock.advance(0);
    assert.match(watches[0]?.path ?? '', /resourceVersion=5/);
    lists.push(listOf('9', map('b', '7'), map('c', '8')));
    watches[0]?.send({ type: 'ERROR', object: gone });
    await clock.advance(0);
    assert.deepEqual(changes.sort(), ['added c', 'deleted a', 'modified b']);
    assert.match(watches[1]?.path ?? '', /resourceVersion=9/);
    client.close();
    await clock.advance(0);
    assert.equal(clock.pendingTimers, 0);
  });

  it('goes on from the last bookmark when the connection breaks', async () => {
    const { client, lists, watches, clock } = setUp();
    lists.push(listOf('5', map('a', '1')));
    const view = client.view(configMap);
    await view.ready();
    await clock.advance(0);
    watches[0]?.send({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '50' } } });
    await clock.advance(0);
    watches[0]?.end(new Error('reset'));
    await clock.advance(10);
    assert.equal(watches.length, 1, 'not at once');
    await clock.advance(1000);
    assert.match(watches[1]?.path ?? '', /resourceVersion=50/);
    watches[1]?.send({ type: 'MODIFIED', object: map('a', '60') });
    await clock.advance(0);
    assert.equal(view.get('d/a')?.metadata.resourceVersion, '60');
    client.close();
  });

  it('shows nothing before the first list, and tries until there is one', async () => {
    const { client, lists, clock } = setUp();
    const view = client.view(configMap);
    await clock.advance(2000);
    assert.deepEqual(view.list(), []);
    lists.push(listOf('5', map('a', '1')));
    const ready = view.ready();
    await clock.advance(10_000);
    await ready;
    assert.equal(view.list().length, 1);
    client.close();
  });

  it('does not let an older event undo its own write', async () => {
    const { client, lists, watches, clock } = setUp();
    lists.push(listOf('5', map('a', '1')));
    const view = client.view(configMap);
    await view.ready();
    await clock.advance(0);
    const ref = { namespace: 'd', name: 'a' };
    lists.push(json(200, map('a', '100')));
    await client.patch(configMap, ref, { type: 'merge', body: {} });
    watches[0]?.send({ type: 'MODIFIED', object: map('a', '99') });
    await clock.advance(0);
    assert.equal(view.get('d/a')?.metadata.resourceVersion, '100');
    lists.push(json(200, { kind: 'Status', status: 'Success', details: { uid: 'uid-a' } }));
    await client.delete(configMap, ref);
    watches[0]?.send({ type: 'MODIFIED', object: map('a', '100') });
    await clock.advance(0);
    assert.equal(view.get('d/a'), undefined);
    client.close();
  });
});
