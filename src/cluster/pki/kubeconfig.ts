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
  const text = (value: string) => JSON.stringify(value); // YAML has JSON's strings
  return `apiVersion: v1
kind: Config
clusters:
  - name: ${text(name)}
    cluster:
      server: ${server}
      certificate-authority-data: ${base64(authorityPem)}
users:
  - name: ${text(name)}
    user:
      client-certificate-data: ${base64(user.certificatePem)}
      client-key-data: ${base64(user.keyPem)}
contexts:
  - name: ${text(name)}
    context:
      cluster: ${text(name)}
      user: ${text(name)}
current-context: ${text(name)}
preferences: {}
`;
}
