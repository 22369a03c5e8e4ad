import { secret } from '../../api/core/secret.ts';
import { serviceAccount } from '../../api/core/service-account.ts';
import { refOf } from '../../api/object.ts';
import type { Secret } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import { type Controller, changesOf, controller, done, mayWrite } from '../../controller-runtime/controller.ts';

const tokenType = 'kubernetes.io/service-account-token';
const nameAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';

/** The one controller that acts as the controller manager itself: upstream has no role for it. */
export const tokensController = 'tokens-controller';

export interface TokenSecretOptions {
  /** PEM of the certificate authorities that vouch for the API server. */
  readonly rootCaCertificates: string;
  /** Signs a token without an end that speaks for the account as long as the secret exists. */
  signToken(claims: {
    readonly namespace: string;
    readonly serviceAccount: { readonly name: string; readonly uid: string };
    readonly secret: { readonly name: string; readonly uid: string };
  }): Promise<string>;
}

/** Fills in secrets of type `kubernetes.io/service-account-token`; removes those whose account is gone. */
export function tokenSecretController(options: TokenSecretOptions): Controller {
  return controller({
    name: tokensController,
    wakesOn: [
      changesOf(secret, (object) => (object.type === tokenType ? [keyFor(object)] : [])),
      changesOf(serviceAccount, ({ metadata }, client) =>
        client
          .view(secret)
          .list(metadata.namespace)
          .filter(
            (object) => object.type === tokenType && object.metadata.annotations?.[nameAnnotation] === metadata.name,
          )
          .map(keyFor),
      ),
    ],
    writes: [mayWrite(secret, 'update', 'delete')],
    async reconcile(key, { client, signal }) {
      const object = client.view(secret).get(key);
      const name = object?.metadata.annotations?.[nameAnnotation];
      if (!object || !name || object.metadata.deletionTimestamp) return done;
      const namespace = object.metadata.namespace ?? '';
      // The view of accounts may be behind the one of secrets: ask before anything is removed.
      const account = await client.get(serviceAccount, { namespace, name }, { signal }).catch((error: unknown) => {
        if (isApiError(error, 'NotFound')) return undefined;
        throw error;
      });
      const uid = object.metadata.annotations?.[uidAnnotation];
      if (!account || (uid !== undefined && uid !== account.metadata.uid)) {
        const preconditions = object.metadata.uid ? { uid: object.metadata.uid } : {};
        await client.delete(secret, refOf(key), { signal, preconditions }).catch((error: unknown) => {
          if (!isApiError(error, 'NotFound', 'Conflict')) throw error;
        });
        return done;
      }
      const missing = await missingData(object, account.metadata.uid ?? '', options);
      if (!missing && uid !== undefined) return done;
      const annotations = { ...object.metadata.annotations, [uidAnnotation]: account.metadata.uid ?? '' };
      const data = { ...object.data, ...missing };
      await client.update(secret, { ...object, metadata: { ...object.metadata, annotations }, data }, { signal });
      return done;
    },
  });
}

function keyFor({ metadata }: Secret): string {
  return `${metadata.namespace}/${metadata.name}`;
}

async function missingData(
  object: Secret,
  accountUid: string,
  options: TokenSecretOptions,
): Promise<Readonly<Record<string, string>> | undefined> {
  const { name = '', uid = '', namespace = '' } = object.metadata;
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const data: Record<string, string> = {};
  const ca = encode(options.rootCaCertificates);
  if (object.data?.['ca.crt'] !== ca) data['ca.crt'] = ca;
  if (!object.data?.['namespace']) data['namespace'] = encode(namespace);
  if (!object.data?.['token']) {
    const account = { name: object.metadata.annotations?.[nameAnnotation] ?? '', uid: accountUid };
    const claims = { namespace, serviceAccount: account, secret: { name, uid } };
    data['token'] = encode(await options.signToken(claims));
  }
  return Object.keys(data).length > 0 ? data : undefined;
}
