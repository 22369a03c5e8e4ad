import { createPrivateKey, randomBytes } from 'node:crypto';
import type * as x509 from '@peculiar/x509';
import { loadX509, type ParsedRequest } from '../../api/certificates/parse-request.ts';

/** A certificate authority as PEM: its certificate and its ECDSA P-256 key. */
export interface SigningAuthority {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface SigningPolicy {
  readonly usages: readonly string[];
  readonly durationMs: number;
  readonly nowMs: number;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Clocks of the certificate's readers may be a little behind. */
const backdateMs = 5 * 60_000;
/** What lives shorter is not shortened by that. */
const shortMs = 8 * 3_600_000;

const keyUsageOf = (flags: typeof x509.KeyUsageFlags): Readonly<Record<string, number>> => ({
  signing: flags.digitalSignature,
  'digital signature': flags.digitalSignature,
  'content commitment': flags.nonRepudiation,
  'key encipherment': flags.keyEncipherment,
  'key agreement': flags.keyAgreement,
  'data encipherment': flags.dataEncipherment,
  'cert sign': flags.keyCertSign,
  'crl sign': flags.cRLSign,
  'encipher only': flags.encipherOnly,
  'decipher only': flags.decipherOnly,
});

const extendedUsages: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
};

/** Country, organizations, units, locality, province, street, postal code, common name, serial number: what upstream's signer takes over. */
const subjectTypes = [
  '2.5.4.6',
  '2.5.4.10',
  '2.5.4.11',
  '2.5.4.7',
  '2.5.4.8',
  '2.5.4.9',
  '2.5.4.17',
  '2.5.4.3',
  '2.5.4.5',
];

/**
 * The subject, text for text as it was read and judged. As texts of the library's own form they would be read once more:
 * one that begins with `#`, or has quotes or backslashes in it, would come out as another than the one that was judged.
 * Other attributes, a user's UID among them, are nobody's to ask for.
 */
function subjectOf({ subjectName }: ParsedRequest['request']): x509.JsonNameParams {
  return subjectTypes.flatMap((type) => subjectName.getField(type).map((utf8String) => ({ [type]: [{ utf8String }] })));
}

/**
 * The certificate (PEM) that a request asks for: its subject and names as they are, these usages, never an authority.
 * It ends with its issuer at the latest.
 */
export async function signRequest(
  authority: SigningAuthority,
  { request, dnsNames, ipAddresses, emailAddresses, uris }: ParsedRequest,
  { usages, durationMs, nowMs }: SigningPolicy,
): Promise<string> {
  const library = await loadX509();
  const issuer = new library.X509Certificate(authority.certificatePem);
  const startMs = nowMs - backdateMs;
  const endMs = durationMs < shortMs ? nowMs + durationMs : startMs + durationMs;
  const names: x509.JsonGeneralName[] = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...emailAddresses.map((value) => ({ type: 'email' as const, value })),
    ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
    ...uris.map((value) => ({ type: 'url' as const, value })),
  ];
  const flagOf = keyUsageOf(library.KeyUsageFlags);
  const keyUsages = usages.reduce((flags, usage) => flags | (flagOf[usage] ?? 0), 0);
  const extended = [...new Set(usages.flatMap((usage) => extendedUsages[usage] ?? []))];
  const certificate = await library.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: new library.Name(subjectOf(request)),
    issuer: issuer.subjectName,
    notBefore: new Date(startMs),
    notAfter: new Date(Math.min(endMs, issuer.notAfter.getTime())),
    signingAlgorithm: algorithm,
    publicKey: request.publicKey,
    signingKey: await importKey(authority.keyPem),
    extensions: [
      new library.BasicConstraintsExtension(false, undefined, true),
      ...(keyUsages ? [new library.KeyUsagesExtension(keyUsages, true)] : []),
      ...(extended.length > 0 ? [new library.ExtendedKeyUsageExtension(extended)] : []),
      await library.AuthorityKeyIdentifierExtension.create(await issuer.publicKey.export()),
      ...(names.length > 0 ? [new library.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** A positive serial number of 16 bytes (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function importKey(pem: string): Promise<CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return crypto.subtle.importKey('pkcs8', new Uint8Array(der), algorithm, false, ['sign']);
}
