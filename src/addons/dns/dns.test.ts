import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { type Answer, decode, encode, type Question, streamDecode, streamEncode } from 'dns-packet';
import type { Service } from '../../api/schema/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../api/schema/generated/types/discovery-v1.ts';
import { FakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createForwarder } from './forward.ts';
import { reverseName } from './names.ts';
import { type ClusterNames, resolveClusterName } from './records.ts';
import { createResponder } from './responder.ts';
import { createDnsServer, type DnsServer } from './server.ts';

const service = (name: string, spec: NonNullable<Service['spec']>): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec,
});
const services = [
  service('web', {
    clusterIP: '10.43.0.20',
    clusterIPs: ['10.43.0.20'],
    ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
  }),
  service('db', { clusterIP: 'None', clusterIPs: ['None'], ports: [{ name: 'sql', port: 5432 }] }),
  service('lazy', { clusterIP: 'None', publishNotReadyAddresses: true }),
  service('empty', { clusterIP: 'None' }),
  service('out', { type: 'ExternalName', externalName: 'example.org' }),
  service('alias', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' }),
  service('circle', { type: 'ExternalName', externalName: 'circle.default.svc.cluster.local' }),
];
const slice = (serviceName: string, endpoints: EndpointSlice['endpoints']): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${serviceName}-x`, namespace: 'default', labels: { 'kubernetes.io/service-name': serviceName } },
  addressType: 'IPv4',
  endpoints: endpoints ?? [],
  ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
});
const slices = [
  slice('db', [
    { addresses: ['10.42.0.5'], hostname: 'db-0', conditions: { ready: true } },
    { addresses: ['10.42.0.6'], conditions: { ready: true } },
    { addresses: ['10.42.0.7'], hostname: 'db-2', conditions: { ready: false } },
  ]),
  slice('lazy', [{ addresses: ['10.42.0.9'], conditions: { ready: false } }]),
];
const names: ClusterNames = {
  domain: 'cluster.local',
  service: (namespace, name) =>
    services.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace),
  slices: (_namespace, name) =>
    slices.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name),
  hasNamespace: (name) => name === 'default',
  servicesByAddress: (address) => services.filter(({ spec }) => spec?.clusterIP === address),
  slicesByAddress: (address) =>
    slices.filter(({ endpoints }) => endpoints?.some((one) => one.addresses.includes(address))),
  node: (name) =>
    name === 'n1'
      ? {
          apiVersion: 'v1',
          kind: 'Node',
          metadata: { name },
          status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] },
        }
      : undefined,
  ownsAddress: (address) => address.startsWith('10.'),
};

function text(answer: Answer): string {
  if (answer.type === 'SRV') return `SRV ${answer.data.port} ${answer.data.target}`;
  return 'data' in answer ? `${answer.type} ${String(answer.data)}` : answer.type;
}

const cases: readonly { ask: string; type?: Question['type']; rcode?: string; answers: readonly string[] }[] = [
  { ask: 'web.default.svc.cluster.local', answers: ['A 10.43.0.20'] },
  { ask: 'WEB.Default.svc.cluster.LOCAL', answers: ['A 10.43.0.20'] },
  { ask: 'web.default.svc.cluster.local', type: 'AAAA', answers: [] },
  { ask: 'missing.default.svc.cluster.local', rcode: 'NXDOMAIN', answers: [] },
  { ask: 'web.nowhere.svc.cluster.local', rcode: 'NXDOMAIN', answers: [] },
  { ask: 'default.svc.cluster.local', answers: [] },
  { ask: '_http._tcp.web.default.svc.cluster.local', type: 'SRV', answers: ['SRV 80 web.default.svc.cluster.local'] },
  { ask: '_http._udp.web.default.svc.cluster.local', type: 'SRV', rcode: 'NXDOMAIN', answers: [] },
  { ask: 'db.default.svc.cluster.local', answers: ['A 10.42.0.5', 'A 10.42.0.6'] },
  { ask: 'db-0.db.default.svc.cluster.local', answers: ['A 10.42.0.5'] },
  { ask: '10-42-0-6.db.default.svc.cluster.local', answers: ['A 10.42.0.6'] },
  { ask: 'db-2.db.default.svc.cluster.local', rcode: 'NXDOMAIN', answers: [] },
  { ask: 'lazy.default.svc.cluster.local', answers: ['A 10.42.0.9'] },
  { ask: 'empty.default.svc.cluster.local', rcode: 'NXDOMAIN', answers: [] },
  {
    ask: '_sql._tcp.db.default.svc.cluster.local',
    type: 'SRV',
    answers: ['SRV 5432 db-0.db.default.svc.cluster.local', 'SRV 5432 10-42-0-6.db.default.svc.cluster.local'],
  },
  { ask: 'out.default.svc.cluster.local', answers: ['CNAME example.org'] },
  { ask: '10-42-0-77.default.pod.cluster.local', answers: ['A 10.42.0.77'] },
  { ask: '10-42-0-777.default.pod.cluster.local', rcode: 'NXDOMAIN', answers: [] },
  { ask: 'dns-version.cluster.local', type: 'TXT', answers: ['TXT 1.1.0'] },
  { ask: '20.0.43.10.in-addr.arpa', type: 'PTR', answers: ['PTR web.default.svc.cluster.local'] },
  { ask: '5.0.42.10.in-addr.arpa', type: 'PTR', answers: ['PTR db-0.db.default.svc.cluster.local'] },
  { ask: '6.0.42.10.in-addr.arpa', type: 'PTR', answers: ['PTR 10-42-0-6.db.default.svc.cluster.local'] },
  { ask: 'n1', answers: ['A 192.0.2.1'] },
];

for (const { ask, type = 'A', rcode = 'NOERROR', answers } of cases) {
  test(`the cluster says of ${ask} ${type}: ${answers.join(', ') || rcode}`, () => {
    const resolution = resolveClusterName({ name: ask, type, class: 'IN' }, names);
    assert.equal(resolution?.rcode, rcode);
    assert.deepEqual(resolution.answers.map(text), answers);
  });
}

test('names outside the cluster are left to other resolvers', () => {
  for (const name of ['example.org', 'cluster.local.example.org', '8.8.8.8.in-addr.arpa', 'n2'])
    assert.equal(resolveClusterName({ name, type: 'A', class: 'IN' }, names), undefined, name);
});

test('reverse names of both families are read', () => {
  assert.equal(reverseName('1.2.0.192.in-addr.arpa'), '192.0.2.1');
  assert.equal(
    reverseName('1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'),
    '2001:0db8:0000:0000:0000:0000:0000:0001',
  );
  assert.equal(reverseName('300.2.0.192.in-addr.arpa'), undefined);
});

// The server on real sockets, and a resolver of the outside world that counts its questions.
let server: DnsServer;
let asked = 0;
let port = 0;
const outside = createSocket('udp4');

before(async () => {
  outside.on('message', (query, from) => {
    asked++;
    const { id = 0, questions = [] } = decode(query);
    const answers: Answer[] = [{ type: 'A', name: questions[0]?.name ?? '', ttl: 60, data: '203.0.113.9' }];
    outside.send(encode({ type: 'response', id, questions, answers }), from.port, from.address);
  });
  await new Promise<void>((resolve) => outside.bind(0, '127.0.0.1', resolve));
  port = await freePort();
  const forwarder = createForwarder({ upstreams: ['127.0.0.1'], port: outside.address().port });
  const respond = createResponder({ names, forwarder, clock: new FakeClock(), log: silentLogger });
  server = createDnsServer({ respond, port, log: silentLogger });
  await server.listen('127.0.0.1');
});

after(async () => {
  await server.stop();
  outside.close();
});

/** A port that is free for both UDP and TCP a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  assert.ok(address && typeof address === 'object');
  return address.port;
}

function askUdp(name: string, more: Partial<Parameters<typeof encode>[0]> = {}): Promise<ReturnType<typeof decode>> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.on('message', (message) => {
      socket.close();
      resolve(decode(message));
    });
    socket.send(encode({ type: 'query', id: 7, questions: [{ type: 'A', name }], ...more }), port, '127.0.0.1');
  });
}

test('the server answers over UDP, and knows that it is the authority', async () => {
  const { answers = [], flag_aa, id } = await askUdp('web.default.svc.cluster.local');
  assert.deepEqual(answers.map(text), ['A 10.43.0.20']);
  assert.equal(flag_aa, true);
  assert.equal(id, 7);
});

test('the server answers over TCP', async () => {
  const answer = await new Promise<ReturnType<typeof streamDecode>>((resolve) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(
        streamEncode({ type: 'query', id: 9, questions: [{ type: 'A', name: 'db.default.svc.cluster.local' }] }),
      ),
    );
    socket.on('data', (chunk: Buffer) => {
      socket.end();
      resolve(streamDecode(chunk));
    });
  });
  assert.deepEqual((answer.answers ?? []).map(text).sort(), ['A 10.42.0.5', 'A 10.42.0.6']);
});

test('a negative answer carries the zone, so that it can be kept', async () => {
  const { authorities = [], answers = [] } = await askUdp('missing.default.svc.cluster.local');
  assert.equal(answers.length, 0);
  assert.deepEqual(
    authorities.map(({ type }) => type),
    ['SOA'],
  );
});

test('other names are asked outside once, and remembered', async () => {
  for (let times = 0; times < 3; times++) {
    const { answers = [] } = await askUdp('example.org');
    assert.deepEqual(answers.map(text), ['A 203.0.113.9']);
  }
  assert.equal(asked, 1);
});

test('an alias comes with what it leads to, inside and outside', async () => {
  const answersFor = async (name: string) => ((await askUdp(name)).answers ?? []).map(text);
  assert.deepEqual(await answersFor('alias.default.svc.cluster.local'), [
    'CNAME web.default.svc.cluster.local',
    'A 10.43.0.20',
  ]);
  assert.deepEqual(await answersFor('out.default.svc.cluster.local'), ['CNAME example.org', 'A 203.0.113.9']);
  assert.ok((await answersFor('circle.default.svc.cluster.local')).length < 10, 'a circle ends');
});

test('what is no DNS message is dropped, and the server lives on', async () => {
  const socket = createSocket('udp4');
  for (const junk of ['', 'x', 'GET / HTTP/1.1\r\n\r\n', '\xff'.repeat(600)])
    await new Promise((resolve) => socket.send(Buffer.from(junk, 'latin1'), port, '127.0.0.1', resolve));
  socket.close();
  assert.equal(((await askUdp('web.default.svc.cluster.local')).answers ?? []).length, 1);
});
