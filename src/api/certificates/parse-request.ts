import type * as x509 from '@peculiar/x509';

/** What a PKCS #10 request (RFC 2986) asks for. */
export interface ParsedRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  /** For the signer: subject and public key as they are. */
  readonly request: x509.Pkcs10CertificateRequest;
}

/** The X.509 library; most processes never need it. */
export async function loadX509(): Promise<typeof x509> {
  await import('reflect-metadata');
  const library = await import('@peculiar/x509');
  library.cryptoProvider.set(globalThis.crypto);
  return library;
}

/** Reads `spec.request`, which is PEM in base64. Throws Error when it is none, or its signature does not hold. */
export async function parseCertificateRequest(base64: string): Promise<ParsedRequest> {
  const { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } = await loadX509();
  const pem = Buffer.from(base64, 'base64').toString('latin1');
  const block = /-----BEGIN CERTIFICATE REQUEST-----[\s\S]+?-----END CERTIFICATE REQUEST-----/.exec(pem)?.[0];
  if (!block) throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const request = new Pkcs10CertificateRequest(block);
  if (!(await request.verify())) throw new Error('the signature does not belong to the public key of the request');
  const names = request.extensions.flatMap((extension) =>
    extension instanceof SubjectAlternativeNameExtension ? extension.names.items : [],
  );
  const ofType = (type: x509.GeneralNameType) => names.filter((name) => name.type === type).map(({ value }) => value);
  return {
    commonName: request.subjectName.getField('CN').at(-1) ?? '',
    organizations: request.subjectName.getField('O'),
    dnsNames: ofType('dns'),
    ipAddresses: ofType('ip'),
    emailAddresses: ofType('email'),
    uris: ofType('url'),
    request,
  };
}
