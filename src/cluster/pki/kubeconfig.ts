import { stringify } from 'yaml';
import type { KeyPair } from './certificate.ts';

export interface KubeconfigOptions {
  /** Such as `https://127.0.0.1:6443`. */
  readonly server: string;
  readonly authorityPem: string;
  readonly user: KeyPair;
  /** Name of cluster, user and context. Default: default. */
  readonly name?: string;
}

/** The text of a kubeconfig with everything embedded (kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig). */
export function kubeconfig({ server, authorityPem, user, name = 'default' }: KubeconfigOptions): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(authorityPem) } }],
      users: [
        {
          name,
          user: { 'client-certificate-data': base64(user.certificatePem), 'client-key-data': base64(user.keyPem) },
        },
      ],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
      preferences: {},
    },
    { lineWidth: 0 },
  );
}
