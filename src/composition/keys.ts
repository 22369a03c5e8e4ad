import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { apiAddress } from '../apiserver/system-objects.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { writeFileAtomic } from '../base/files.ts';
import { formatIp, isUnspecified } from '../base/ip.ts';
import type { Logger } from '../base/log.ts';
import {
  adminCertificate,
  aggregatorCertificate,
  apiServerCertificate,
  kubeletClientCertificate,
  kubeletServingCertificate,
  type LeafCertificate,
} from '../cluster/pki/catalog.ts';
import type { KeyPair } from '../cluster/pki/certificate.ts';
import { kubeconfig } from '../cluster/pki/kubeconfig.ts';
import { openPki, type Pki } from '../cluster/pki/pki.ts';
import { ensureServerToken } from '../cluster/tokens/server-token.ts';
import type { KubeletTls } from '../node/server/listener.ts';
import type { ServerOptions } from '../options.ts';

/** The pairs that the API server works with. */
export interface Leaves {
  readonly serving: KeyPair;
  readonly admin: KeyPair;
  readonly kubeletClient: KeyPair;
  /** Shown to aggregated API servers. */
  readonly aggregator: KeyPair;
}

/** Everything secret of a server. */
export interface Keys {
  readonly pki: Pki;
  /** The present ones: ask each time. */
  readonly leaves: Leaves;
  /** Issues again what is close to its end. Resolves to the names of those that are others now. Errors: PkiError. */
  renew(): Promise<ReadonlySet<keyof Leaves>>;
}

/** Opens, or makes, what is not there. Errors: PkiError, TokenError. */
export async function openKeys(options: ServerOptions, log: Logger, clock: Clock = systemClock): Promise<Keys> {
  const pki = await openPki({ dir: join(options.dataDir, 'server', 'tls'), clock, log: log.child('pki') });
  await ensureServerToken({
    dir: join(options.dataDir, 'server'),
    caHash: pki.serverCaHash,
    ...(options.token !== undefined && { given: options.token }),
  });
  const issue = (leaf: LeafCertificate) => pki.certificate(leaf.name, leaf.authority, leaf.subject);
  const serving = apiServerCertificate({
    clusterDomain: options.clusterDomain,
    serviceAddresses: options.serviceCidrs.map(apiAddress),
    nodeName: options.nodeName,
    nodeAddresses: options.nodeIps.map(formatIp),
    extraNames: [...options.tlsSans, localAddress(options)],
  });
  const issueAll = async (): Promise<Leaves> => {
    const [servingPair, admin, kubeletClient, aggregator] = await Promise.all([
      issue(serving),
      issue(adminCertificate),
      issue(kubeletClientCertificate),
      issue(aggregatorCertificate),
    ]);
    return { serving: servingPair, admin, kubeletClient, aggregator };
  };
  let leaves = await issueAll();
  return {
    pki,
    get leaves() {
      return leaves;
    },
    async renew() {
      const before = leaves;
      leaves = await issueAll();
      const names = Object.keys(leaves) as (keyof Leaves)[];
      return new Set(names.filter((name) => leaves[name].certificatePem !== before[name].certificatePem));
    },
  };
}

/** What this machine's node agent shows on its port. */
export async function kubeletTls(options: ServerOptions, pki: Pki): Promise<KubeletTls> {
  const leaf = kubeletServingCertificate({ nodeName: options.nodeName, nodeAddresses: options.nodeIps.map(formatIp) });
  const pair = await pki.certificate(leaf.name, leaf.authority, leaf.subject, join(options.dataDir, 'agent'));
  return {
    key: pair.keyPem,
    cert: pair.certificatePem,
    clientCa: pki.authorities['client-ca'].certificatePem,
  };
}

/** Where this machine reaches the API: on loopback, unless it listens on one address only. */
function localAddress({ bindAddress }: ServerOptions): string {
  return isUnspecified(bindAddress) ? '127.0.0.1' : formatIp(bindAddress);
}

/** An IPv6 address stands in brackets in a URL (RFC 3986). */
export function hostInUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** The administrator's kubeconfig. */
export async function writeKubeconfig(options: ServerOptions, pki: Pki, admin: KeyPair): Promise<void> {
  const { path, mode } = options.kubeconfig;
  const server = `https://${hostInUrl(localAddress(options))}:${options.httpsListenPort}`;
  const text = kubeconfig({ server, authorityPem: pki.authorities['server-ca'].certificatePem, user: admin });
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, text, { mode });
}
