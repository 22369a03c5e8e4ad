import 'reflect-metadata';
import { createPrivateKey } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate with its key, as PEM. The cluster's own keys are made in a room above this one. */
export interface KeyPair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface TestAuthority extends KeyPair {
  issue(subject: {
    readonly name: string;
    readonly groups?: readonly string[];
    readonly address?: string;
    readonly dnsNames?: readonly string[];
  }): Promise<KeyPair>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

async function pemOf(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

/** An authority that holds for an hour. */
export async function createTestAuthority(): Promise<TestAuthority> {
  x509.cryptoProvider.set(globalThis.crypto);
  const notBefore = new Date(Date.now() - 60_000);
  const notAfter = new Date(Date.now() + 3_600_000);
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=test-ca-${crypto.randomUUID()}`,
    notBefore,
    notAfter,
    keys,
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  let serial = 1;
  return {
    certificatePem: authority.toString('pem'),
    keyPem: await pemOf(keys.privateKey),
    async issue({ name, groups = [], address, dnsNames = [] }) {
      const own = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      serial++;
      const names = [
        ...(address ? [{ type: 'ip' as const, value: address }] : []),
        ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
      ];
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial.toString(16).padStart(4, '0'),
        subject: [{ CN: [name] }, ...groups.map((group) => ({ O: [group] }))],
        issuer: authority.subject,
        notBefore,
        notAfter,
        signingKey: keys.privateKey,
        publicKey: own.publicKey,
        signingAlgorithm: algorithm,
        extensions: names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [],
      });
      return { certificatePem: certificate.toString('pem'), keyPem: await pemOf(own.privateKey) };
    },
  };
}
