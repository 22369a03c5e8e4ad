import 'reflect-metadata';
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { createTestAuthority, type KeyPair, type TestAuthority } from '../certificates.test-helper.ts';
import { Peers } from './peer.ts';

/** The server's side of a connection on which the client shows this. */
async function socketWith(t: TestContext, ca: string[], shown: KeyPair): Promise<TLSSocket> {
  const serving = await (await createTestAuthority()).issue({ name: 'server', address: '127.0.0.1' });
  const server = createServer({
    key: serving.keyPem,
    cert: serving.certificatePem,
    ca,
    requestCert: true,
    rejectUnauthorized: false,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<TLSSocket>((resolve) => server.once('secureConnection', resolve));
  const { port } = server.address() as AddressInfo;
  const client = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    key: shown.keyPem,
    cert: shown.certificatePem,
  });
  client.on('error', () => undefined);
  t.after(() => {
    client.destroy();
    server.close();
  });
  return accepted;
}

/** A certificate that calls itself as `pretended`, and says it is issued by `issuer`, which has not signed it. */
async function forgedIntermediate(pretended: TestAuthority, issuer: TestAuthority): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const forged = await x509.X509CertificateGenerator.create({
    serialNumber: '07',
    subject: new x509.X509Certificate(pretended.certificatePem).subject,
    issuer: new x509.X509Certificate(issuer.certificatePem).subject,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingKey: keys.privateKey,
    publicKey: keys.publicKey,
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return forged.toString('pem');
}

test('which authority stands behind a certificate is told by signatures, not by names', async (t) => {
  const [users, proxies, strangers] = await Promise.all([
    createTestAuthority(),
    createTestAuthority(),
    createTestAuthority(),
  ]);
  const ca = [users.certificatePem, proxies.certificatePem];
  const peers = new Peers({ clientCa: users.certificatePem, requestHeaderCa: proxies.certificatePem });
  const of = async (shown: KeyPair) => peers.of(await socketWith(t, ca, shown));
  const jane = await users.issue({ name: 'jane', groups: ['dev', 'ops'] });
  const found = await of(jane);
  assert.deepEqual([found.certificate?.commonName, found.certificate?.organizations], ['jane', ['dev', 'ops']]);
  assert.deepEqual([found.certificate?.isClient, found.certificate?.isRequestHeader], [true, false]);
  const proxy = (await of(await proxies.issue({ name: 'system:auth-proxy' }))).certificate;
  assert.deepEqual([proxy?.isClient, proxy?.isRequestHeader], [false, true]);
  assert.equal((await of(await strangers.issue({ name: 'eve' }))).refused, true);

  const forged = await forgedIntermediate(users, proxies);
  const pretender = await of({ ...jane, certificatePem: `${jane.certificatePem}\n${forged}` });
  assert.notEqual(pretender.certificate?.isRequestHeader, true, 'a made-up chain makes no proxy');
});
