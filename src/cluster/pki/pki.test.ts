import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { FakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { adminCertificate, apiServerCertificate, type LeafCertificate } from './catalog.ts';
import { openPki, type Pki } from './pki.ts';
import { PkiError } from './pki-error.ts';

let dir = '';
let clock = new FakeClock();
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'k3ts-pki-'));
  clock = new FakeClock(Date.now());
});
afterEach(() => rm(dir, { recursive: true }));

const open = () => openPki({ dir, clock, log: silentLogger });
const issue = (pki: Pki, leaf: LeafCertificate) => pki.certificate(leaf.name, leaf.authority, leaf.subject);
const serving = (extraNames: readonly string[] = []) =>
  apiServerCertificate({
    clusterDomain: 'cluster.local',
    serviceAddresses: ['10.43.0.1'],
    nodeName: 'n1',
    nodeAddresses: ['192.168.1.5'],
    extraNames,
  });

test('every file below the folder has mode 0600', async () => {
  await issue(await open(), adminCertificate);
  for (const name of await readdir(dir)) assert.equal((await stat(join(dir, name))).mode & 0o777, 0o600, name);
});

test('a second start uses what the first one made', async () => {
  const first = await open();
  const admin = await issue(first, adminCertificate);
  const second = await open();
  assert.deepEqual(second.authorities, first.authorities);
  assert.equal(second.serviceAccountKeyPem, first.serviceAccountKeyPem);
  assert.deepEqual(await issue(second, adminCertificate), admin);
});

test('the certificates make a TLS connection with client authentication', async () => {
  const pki = await open();
  const [server, admin] = await Promise.all([issue(pki, serving()), issue(pki, adminCertificate)]);
  const listener = createServer({
    cert: server.certificatePem,
    key: server.keyPem,
    ca: pki.authorities['client-ca'].certificatePem,
    requestCert: true,
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  assert.ok(address && typeof address === 'object');
  const peer = new Promise<string>((resolve) =>
    listener.once('secureConnection', (socket) => {
      const subject = socket.getPeerCertificate().subject;
      resolve(`${subject.O}/${subject.CN} ${socket.authorized}`);
      socket.end();
    }),
  );
  const socket = connect({
    port: address.port,
    host: '127.0.0.1',
    ca: pki.authorities['server-ca'].certificatePem,
    cert: admin.certificatePem,
    key: admin.keyPem,
  });
  assert.equal(await peer, 'system:masters/system:admin true');
  socket.destroy();
  await new Promise((resolve) => listener.close(resolve));
});

test('a certificate is issued again within 120 days of its end, and when it lacks a name', async () => {
  const pki = await open();
  const first = await issue(pki, serving());
  await clock.advance(200 * 86_400_000);
  assert.equal((await issue(pki, serving())).certificatePem, first.certificatePem);
  const named = await issue(pki, serving(['k3ts.example', '203.0.113.7']));
  const { subjectAltName = '' } = new X509Certificate(named.certificatePem);
  assert.match(subjectAltName, /DNS:k3ts\.example/);
  assert.match(subjectAltName, /203\.0\.113\.7/);
  await clock.advance(250 * 86_400_000);
  assert.notEqual((await issue(pki, serving(['k3ts.example', '203.0.113.7']))).certificatePem, named.certificatePem);
});

for (const file of ['server-ca.crt', 'client-ca.key', 'service.key', 'client-admin.crt']) {
  test(`a half-written ${file} is reported by name`, async () => {
    await issue(await open(), adminCertificate);
    await truncate(join(dir, file), 60);
    await assert.rejects(
      async () => issue(await open(), adminCertificate),
      (error) => error instanceof PkiError && error.message.includes(join(dir, file)),
    );
  });
}

test('a key that belongs to another certificate is reported by name', async () => {
  const pki = await open();
  await issue(pki, adminCertificate);
  await writeFile(join(dir, 'client-admin.key'), await readFile(join(dir, 'server-ca.key')));
  await assert.rejects(issue(pki, adminCertificate), /client-admin\.key: the key does not belong to the certificate/);
});

test('names are what they are, whatever characters they have', async () => {
  const pki = await open();
  for (const [at, commonName] of ['#0c0161', 'a"b"', 'a\\b', 'a, O=b'].entries()) {
    const subject = { commonName, organizations: [commonName], usages: ['client'] } as const;
    const { certificatePem } = await pki.certificate(`odd-${at}`, 'client-ca', subject);
    const { subject: found } = new X509Certificate(certificatePem).toLegacyObject();
    assert.deepEqual({ ...(found as object) }, { O: commonName, CN: commonName });
  }
});

test('a start that was cut short between key and certificate goes on', async () => {
  const pki = await open();
  await issue(pki, adminCertificate);
  await rm(join(dir, 'client-admin.crt'));
  const again = await issue(await open(), adminCertificate);
  assert.ok(createPublicKey(again.keyPem));
});
