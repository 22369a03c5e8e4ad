import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import type * as x509Library from '@peculiar/x509';

/** A certificate with its key, as PEM. */
export interface KeyPair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** What a certificate is for. */
export interface CertificateSubject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly usages: readonly ('server' | 'client')[];
}

export interface Validity {
  readonly nowMs: number;
  readonly days: number;
}

const dayMs = 86_400_000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Clocks of joining machines may be a little behind. */
const backdateMs = 3_600_000;

/** The library is only needed to issue; most starts just read what is there. */
async function library(): Promise<typeof x509Library> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(globalThis.crypto);
  return x509;
}

function dates({ nowMs, days }: Validity): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(nowMs - backdateMs), notAfter: new Date(nowMs + days * dayMs) };
}

/** A positive serial number of 16 bytes (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function exportKey(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'sec1', format: 'pem' })
    .toString();
}

async function importKey(pem: string): Promise<CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return crypto.subtle.importKey('pkcs8', new Uint8Array(der), algorithm, false, ['sign']);
}

/** A self-signed certificate authority, ECDSA P-256. */
export async function createAuthority(commonName: string, validity: Validity): Promise<KeyPair> {
  const x509 = await library();
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [commonName] }],
    ...dates(validity),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.keyEncipherment,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: await exportKey(keys.privateKey) };
}

/** A certificate for `subject` signed by `authority`, with a new key; the PEM holds the authority's certificate behind it. */
export async function issueCertificate(
  authority: KeyPair,
  subject: CertificateSubject,
  validity: Validity,
): Promise<KeyPair> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificatePem = await signCertificate(authority, keys.publicKey, subject, validity);
  return { certificatePem, keyPem: await exportKey(keys.privateKey) };
}

/** Signs a certificate for somebody else's public key. */
export async function signCertificate(
  authority: KeyPair,
  publicKey: CryptoKey,
  subject: CertificateSubject,
  validity: Validity,
): Promise<string> {
  const x509 = await library();
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const usages = subject.usages.map((usage) => x509.ExtendedKeyUsage[usage === 'server' ? 'serverAuth' : 'clientAuth']);
  const names: x509Library.JsonGeneralName[] = [
    ...(subject.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(subject.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    // As texts of the library's own form, names with quotes, backslashes or a leading '#' would become others.
    subject: new x509.Name([
      ...(subject.organizations ?? []).map((utf8String) => ({ O: [{ utf8String }] })),
      { CN: [{ utf8String: subject.commonName }] },
    ]),
    issuer: issuer.subjectName,
    ...dates(validity),
    signingAlgorithm: algorithm,
    publicKey,
    signingKey: await importKey(authority.keyPem),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension(usages),
      await x509.AuthorityKeyIdentifierExtension.create(await issuer.publicKey.export()),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return `${certificate.toString('pem')}\n${authority.certificatePem}`;
}

/** A new private key for signing service-account tokens. */
export async function createSigningKey(): Promise<string> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return exportKey(keys.privateKey);
}

/** Reads a pair and checks that key and certificate belong together. Throws what OpenSSL says, or which of the two is wrong. */
export function parseKeyPair(pair: KeyPair): { certificate: X509Certificate; key: KeyObject } {
  const certificate = new X509Certificate(pair.certificatePem);
  const key = createPrivateKey(pair.keyPem);
  const own = createPublicKey(key).export({ type: 'spki', format: 'der' });
  if (!own.equals(certificate.publicKey.export({ type: 'spki', format: 'der' })))
    throw new Error('the key does not belong to the certificate');
  return { certificate, key };
}

/** Why a certificate on disk has to be issued again, or undefined. */
export function reasonToReissue(
  certificate: X509Certificate,
  authority: X509Certificate,
  subject: CertificateSubject,
  options: { readonly nowMs: number; readonly renewBeforeDays: number },
): string | undefined {
  if (certificate.validToDate.getTime() - options.nowMs < options.renewBeforeDays * dayMs) return 'close to expiry';
  if (!certificate.verify(authority.publicKey)) return 'signed by another authority';
  const has = new Set((certificate.subjectAltName ?? '').split(', '));
  const lacks = [
    ...(subject.dnsNames ?? []).filter((name) => !has.has(`DNS:${name}`)),
    ...(subject.ipAddresses ?? []).filter((address) => !certificate.checkIP(address)),
  ];
  return lacks.length > 0 ? `does not cover ${lacks.join(', ')}` : undefined;
}
