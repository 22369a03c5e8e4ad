import { createHmac } from 'node:crypto';
import {
  bootstrapTokenExpired,
  bootstrapTokenSecretName,
  bootstrapTokenSecretType,
} from '../../api/core/bootstrap-token.ts';
import { configMap } from '../../api/core/config-map.ts';
import { secret } from '../../api/core/secret.ts';
import type { Secret } from '../../api/schema/generated/types/core-v1.ts';
import { changesOf, controller, done, mayWrite } from '../../controller-runtime/controller.ts';
import { sameValue } from '../shared/status.ts';

const key = 'kube-public/cluster-info';
const signaturePrefix = 'jws-kubeconfig-';

/**
 * Signs the kubeconfig in `cluster-info` with every bootstrap token that is for signing, so that whoever holds one can
 * trust what everybody can read (kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens, ConfigMap signing).
 * Makes no `cluster-info`: who wants one does (`kubeadm`).
 */
export const bootstrapSigner = controller({
  name: 'bootstrap-signer',
  wakesOn: [
    changesOf(configMap, ({ metadata }) => (`${metadata.namespace}/${metadata.name}` === key ? [key] : [])),
    changesOf(secret, ({ type }) => (type === bootstrapTokenSecretType ? [key] : [])),
  ],
  writes: [mayWrite(configMap, 'update')],
  async reconcile(_key, { client, now, signal }) {
    const info = client.view(configMap).get(key);
    const kubeconfig = info?.data?.['kubeconfig'];
    if (!info || kubeconfig === undefined) return done;
    const others = Object.entries(info.data ?? {}).filter(([name]) => !name.startsWith(signaturePrefix));
    const signatures = client
      .view(secret)
      .list('kube-system')
      .flatMap((object) => tokenOf(object, now()) ?? [])
      .map(({ id, secretPart }) => [`${signaturePrefix}${id}`, detachedJws(kubeconfig, id, secretPart)]);
    const data = Object.fromEntries([...others, ...signatures]);
    if (!sameValue(data, info.data)) await client.update(configMap, { ...info, data }, { signal });
    return done;
  },
});

function tokenOf(object: Secret, nowMs: number): { readonly id: string; readonly secretPart: string } | undefined {
  if (object.type !== bootstrapTokenSecretType || object.metadata.deletionTimestamp) return undefined;
  const text = (name: string) => Buffer.from(object.data?.[name] ?? '', 'base64').toString();
  const [id, secretPart] = [text('token-id'), text('token-secret')];
  const isOwn = id !== '' && secretPart !== '' && object.metadata.name === bootstrapTokenSecretName(id);
  const isForSigning = text('usage-bootstrap-signing') === 'true';
  return isOwn && isForSigning && !bootstrapTokenExpired(object, nowMs) ? { id, secretPart } : undefined;
}

/** A JSON Web Signature without its content (RFC 7515, appendix F). */
export function detachedJws(content: string, keyId: string, secretPart: string): string {
  const encode = (text: string) => Buffer.from(text).toString('base64url');
  const header = encode(JSON.stringify({ alg: 'HS256', kid: keyId }));
  const signature = createHmac('sha256', secretPart)
    .update(`${header}.${encode(content)}`)
    .digest('base64url');
  return `${header}..${signature}`;
}
