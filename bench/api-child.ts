import { constants, createSecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { pod } from '../src/api/core/pod.ts';
import { startTestServer } from '../src/apiserver/api-server.test-helper.ts';
import { benchPod } from './pod.ts';

// The server's side of bench/api.ts, in a process of its own: the API server, and beside it a bare node:http2 server
// that answers `/get` and `/list` with the same bytes from memory.

const server = await startTestServer({ freeze: false });
const context = {
  user: { name: 'bench', groups: [] },
  signal: new AbortController().signal,
  dryRun: false,
  fieldManager: 'bench',
  fieldValidation: 'Ignore' as const,
  warn: () => undefined,
};
for (let index = 0; index < 2000; index++)
  await server.registry.create(pod, { namespace: 'default', name: `pod-${index}` }, benchPod(`pod-${index}`), context);

const one = (await server.registry.get(pod, { namespace: 'default', name: 'pod-1' }, context)).json;
const { entries } = await server.registry.list(pod, {}, context);
const all = Buffer.concat(entries.map(({ json }) => json));

const bare = createSecureServer({ key: server.tls.key, cert: server.tls.cert });
bare.on('stream', (streamed, headers) => {
  const stream = streamed as ServerHttp2Stream;
  stream.respond({ [constants.HTTP2_HEADER_STATUS]: 200, 'content-type': 'application/json' });
  stream.end(headers[':path'] === '/list' ? all : one);
});
bare.listen(0, '127.0.0.1', () => {
  const { ca, admin, url } = server;
  process.send?.({ ca, admin, url, bare: `https://127.0.0.1:${(bare.address() as AddressInfo).port}` });
});

process.on('message', (message) => {
  if (message === 'cpu') process.send?.(process.cpuUsage());
  else
    void server.close().then(() => {
      bare.close();
      process.exit(0);
    });
});
