import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificate } from '../contract.ts';

/** What one connection's client certificate says. */
export interface Peer {
  readonly certificate: ClientCertificate | undefined;
  /** A certificate was sent and does not hold. */
  readonly refused: boolean;
  readonly notAfterMs: number;
}

export interface ClientAuthorities {
  /** PEM; of users. */
  readonly clientCa: string;
  /** PEM; of proxies that tell who asks. */
  readonly requestHeaderCa?: string;
}

const longestChain = 5;
/** Of a user's UID in a subject (KEP-5001). */
const uidAttribute = '1.3.6.1.4.1.57683.2';

/** Looks at the certificates of connections: what they say, and which authority stands behind them. */
export class Peers {
  readonly #clientRoots: readonly X509Certificate[];
  readonly #requestHeaderRoots: readonly X509Certificate[];

  constructor({ clientCa, requestHeaderCa = '' }: ClientAuthorities) {
    this.#clientRoots = certificatesOf(clientCa);
    this.#requestHeaderRoots = certificatesOf(requestHeaderCa);
  }

  of(socket: TLSSocket): Peer {
    const sent = socket.getPeerCertificate();
    // Node gives an empty object when the client sent none.
    if (!sent?.raw) return { certificate: undefined, refused: false, notAfterMs: Number.POSITIVE_INFINITY };
    const leaf = new X509Certificate(sent.raw);
    const notAfterMs = leaf.validToDate.getTime();
    if (!socket.authorized) return { certificate: undefined, refused: true, notAfterMs };
    const subject = sent.subject as Readonly<Record<string, string | readonly string[] | undefined>>;
    const uid = lastOf(subject[uidAttribute]);
    const certificate = {
      commonName: lastOf(subject['CN']) ?? '',
      organizations: listOf(subject['O']),
      ...(uid && { uid }),
      fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
      ...this.#behind(leaf, socket),
    };
    const refused = !certificate.isClient && !certificate.isRequestHeader;
    return { certificate: refused ? undefined : certificate, refused, notAfterMs };
  }

  /**
   * OpenSSL has found a chain to one of the authorities, and does not say to which. A chain that the client sent is
   * only believed as far as its signatures hold: with a made-up intermediate it could lead elsewhere.
   */
  #behind(leaf: X509Certificate, socket: TLSSocket): Pick<ClientCertificate, 'isClient' | 'isRequestHeader'> {
    if (this.#requestHeaderRoots.length === 0) return { isClient: true, isRequestHeader: false };
    let current: X509Certificate | undefined = leaf;
    let next = socket.getPeerX509Certificate()?.issuerCertificate;
    for (let depth = 0; current && depth < longestChain; depth++) {
      const from: X509Certificate = current;
      const isClient = this.#clientRoots.some((root) => signs(root, from));
      const isRequestHeader = this.#requestHeaderRoots.some((root) => signs(root, from));
      if (isClient || isRequestHeader) return { isClient, isRequestHeader };
      current = next?.ca && signs(next, from) ? next : undefined;
      next = current?.issuerCertificate;
    }
    return { isClient: false, isRequestHeader: false };
  }
}

function signs(issuer: X509Certificate, subject: X509Certificate): boolean {
  return subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

const pemBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

function certificatesOf(pem: string): readonly X509Certificate[] {
  return (pem.match(pemBlock) ?? []).map((text) => new X509Certificate(text));
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

/** As upstream: of several common names the last counts. */
function lastOf(value: string | readonly string[] | undefined): string | undefined {
  return listOf(value).at(-1);
}
