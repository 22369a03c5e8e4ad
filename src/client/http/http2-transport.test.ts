import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { FakeClock, systemClock } from '../../base/clock.ts';
import { readBody } from './answers.ts';
import { createHttp2Transport } from './http2-transport.ts';

const get = (signal: AbortSignal, path = '/') => ({ method: 'GET', path, headers: {}, signal }) as const;
const unending = () => new AbortController().signal;

async function serve(port = 0): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const sessions = new Set<ServerHttp2Session>();
  const server: Http2Server = createServer((request, response) => {
    if (request.url === '/half') {
      response.writeHead(200);
      response.write('half');
      return;
    }
    response.end(JSON.stringify({ path: request.url }));
  });
  server.on('session', (session) => sessions.add(session));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('http2 transport', () => {
  it('connects again after the server was restarted', async () => {
    const first = await serve();
    const transport = createHttp2Transport({ server: `http://127.0.0.1:${first.port}`, ca: '', clock: systemClock });
    const answer = await transport.request(get(unending()));
    assert.deepEqual(await readBody(answer.body), { path: '/' });
    await first.stop();
    await assert.rejects(transport.request(get(unending())));
    const second = await serve(first.port);
    const again = await transport.request(get(unending(), '/again'));
    assert.deepEqual(await readBody(again.body), { path: '/again' });
    transport.close();
    await second.stop();
  });

  it('fails a body that the connection cuts off', async () => {
    const server = await serve();
    const transport = createHttp2Transport({ server: `http://127.0.0.1:${server.port}`, ca: '', clock: systemClock });
    const { body } = await transport.request(get(unending(), '/half'));
    const read = assert.rejects(readBody(body));
    await server.stop();
    await read;
    transport.close();
  });

  it('ends a request, and a body, with the reason of its signal', async () => {
    const server = await serve();
    const transport = createHttp2Transport({ server: `http://127.0.0.1:${server.port}`, ca: '', clock: systemClock });
    const stop = new AbortController();
    const { body } = await transport.request(get(stop.signal, '/half'));
    const reason = new Error('enough');
    const read = assert.rejects(readBody(body), (error) => error === reason);
    stop.abort(reason);
    await read;
    transport.close();
    await server.stop();
  });

  it('gives up on a server that accepts and says nothing', async () => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => sockets.push(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const clock = new FakeClock();
    const transport = createHttp2Transport({ server: `http://127.0.0.1:${port}`, ca: '', clock });
    const stop = new AbortController();
    const reason = new Error('too slow');
    const aborted = assert.rejects(transport.request(get(stop.signal)), (error) => error === reason);
    setTimeout(() => stop.abort(reason), 50);
    await aborted;
    const pinged = assert.rejects(transport.request(get(unending())), /no answer to a ping/);
    await clock.advance(30_000);
    await clock.advance(15_000);
    await pinged;
    transport.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});
