import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { createTestAuthority } from '../apiserver/certificates.test-helper.ts';
import { Listener } from '../apiserver/http/listener.ts';
import { FakeClock } from '../base/clock.ts';
import { parseIp } from '../base/ip.ts';
import { createLogger, silentLogger } from '../base/log.ts';
import type { ServerOptions } from '../options.ts';
import { openKeys } from './keys.ts';
import { createRenewal } from './renewal.ts';

const dayMs = 86_400_000;

test('a server that runs long has new certificates before the old ones end', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'k3ts-keys-'));
  t.after(() => rm(dataDir, { recursive: true }));
  const clock = new FakeClock();
  const address = parseIp('10.0.0.1');
  assert.ok(address);
  const options = {
    ...{ dataDir, clusterDomain: 'cluster.local', serviceCidrs: [], nodeName: 'n1', nodeIps: [address], tlsSans: [] },
    bindAddress: address,
  } as unknown as ServerOptions;
  const keys = await openKeys(options, silentLogger, clock);
  const first = keys.leaves;
  await clock.advance(200 * dayMs);
  assert.equal((await keys.renew()).size, 0);
  assert.deepEqual(keys.leaves, first);
  await clock.advance(50 * dayMs);
  assert.deepEqual([...(await keys.renew())].sort(), ['admin', 'aggregator', 'kubeletClient', 'serving']);
  for (const { certificatePem } of Object.values(keys.leaves))
    assert.ok(new X509Certificate(certificatePem).validToDate.getTime() > clock.now() + 300 * dayMs);
});

test('what fails is tried again, and keeps nothing else from being renewed', async () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  const renewal = createRenewal({ clock, log: createLogger({ write: (line) => lines.push(line) }) });
  let [failures, renewed] = [0, 0];
  renewal.add('of one', async () => {
    failures++;
    throw new Error('no space left');
  });
  renewal.add('of another', async () => {
    renewed++;
  });
  for (let day = 0; day < 4; day++) await clock.advance(dayMs / 2);
  assert.deepEqual([failures, renewed], [4, 4]);
  assert.match(lines[0] ?? '', /cannot renew certificates.*of one.*no space left/);
  renewal.stop();
  await clock.advance(dayMs);
  assert.equal(renewed, 4);
});

test('new connections get the new certificate, the present ones go on', async (t) => {
  const authority = await createTestAuthority();
  const ca = authority.certificatePem;
  const files = async () => {
    const { keyPem, certificatePem } = await authority.issue({ name: 'kube-apiserver', address: '127.0.0.1' });
    return { key: keyPem, cert: certificatePem, clientCa: ca };
  };
  const [before, after] = [await files(), await files()];
  const listener = new Listener({
    ...{ address: '127.0.0.1', port: 0, log: silentLogger, tls: before },
    handle: (exchange) => exchange.send(200, {}, 'ok'),
  });
  const { port } = await listener.listen();
  const open = async () => {
    const socket = connect({ port, host: '127.0.0.1', ca, ALPNProtocols: ['http/1.1'] });
    t.after(() => socket.destroy());
    await once(socket, 'secureConnect');
    return socket;
  };
  const shown = (socket: Awaited<ReturnType<typeof open>>) => socket.getPeerX509Certificate()?.fingerprint256;
  const old = await open();
  listener.setSecureContext(after);
  const young = await open();
  assert.equal(shown(old), new X509Certificate(before.cert).fingerprint256);
  assert.equal(shown(young), new X509Certificate(after.cert).fingerprint256);
  old.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(String((await once(old, 'data'))[0]), /^HTTP\/1.1 200/);
  for (const socket of [old, young]) socket.destroy();
  await listener.stop(0);
});
