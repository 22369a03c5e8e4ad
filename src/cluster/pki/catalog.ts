import type { CertificateSubject } from './certificate.ts';
import type { AuthorityName } from './pki.ts';

/** The leaf certificates of a server, named as K3s names its files. */
export interface LeafCertificate {
  readonly name: string;
  readonly authority: AuthorityName;
  readonly subject: CertificateSubject;
}

export interface LeafOptions {
  readonly clusterDomain: string;
  /** The first address of each service range, where pods reach the API server. */
  readonly serviceAddresses: readonly string[];
  readonly nodeName: string;
  readonly nodeAddresses: readonly string[];
  /** `--tls-san`: names and addresses. */
  readonly extraNames: readonly string[];
}

const isAddress = (name: string) => /^[\d.]+$|:/.test(name);

/** What the API server shows its clients. */
export function apiServerCertificate(options: LeafOptions): LeafCertificate {
  const addresses = [
    '127.0.0.1',
    '::1',
    ...options.serviceAddresses,
    ...options.nodeAddresses,
    ...options.extraNames.filter(isAddress),
  ];
  const names = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    `kubernetes.default.svc.${options.clusterDomain}`,
    'localhost',
    options.nodeName,
    ...options.extraNames.filter((name) => !isAddress(name)),
  ];
  return {
    name: 'serving-kube-apiserver',
    authority: 'server-ca',
    subject: {
      commonName: 'kube-apiserver',
      dnsNames: [...new Set(names)],
      ipAddresses: [...new Set(addresses)],
      usages: ['server'],
    },
  };
}

/** The administrator of the kubeconfig that is written. */
export const adminCertificate: LeafCertificate = {
  name: 'client-admin',
  authority: 'client-ca',
  subject: { commonName: 'system:admin', organizations: ['system:masters'], usages: ['client'] },
};

/** The API server towards node agents. */
export const kubeletClientCertificate: LeafCertificate = {
  name: 'client-kube-apiserver',
  authority: 'client-ca',
  subject: { commonName: 'system:kube-apiserver', organizations: ['system:masters'], usages: ['client'] },
};

/** The API server towards aggregated API servers (request-header authentication). */
export const aggregatorCertificate: LeafCertificate = {
  name: 'client-auth-proxy',
  authority: 'request-header-ca',
  subject: { commonName: 'system:auth-proxy', usages: ['client'] },
};

/** What a node agent shows on its port. */
export function kubeletServingCertificate(options: Pick<LeafOptions, 'nodeName' | 'nodeAddresses'>): LeafCertificate {
  return {
    name: 'serving-kubelet',
    authority: 'server-ca',
    subject: {
      commonName: options.nodeName,
      dnsNames: [options.nodeName, 'localhost'],
      ipAddresses: [...new Set(['127.0.0.1', ...options.nodeAddresses])],
      usages: ['server'],
    },
  };
}
