import { configMap } from '../api/core/config-map.ts';
import { persistentVolume } from '../api/core/persistent-volume.ts';
import { persistentVolumeClaim } from '../api/core/persistent-volume-claim.ts';
import { secret } from '../api/core/secret.ts';
import { serviceAccount } from '../api/core/service-account.ts';
import type { Kind } from '../api/kind.ts';
import { runtimeClass } from '../api/node/runtime-class.ts';
import type { KubeObject } from '../api/object.ts';
import type { TokenRequest } from '../api/schema/generated/types/authentication-v1.ts';
import { isApiError } from '../api/status.ts';
import type { Client } from '../client/client.ts';
import type { NodeContext } from './pods/context.ts';
import type { ObjectSource } from './volumes/volume.ts';

const deadlineMs = 10_000;

/** Reads what pods name through the API; each call has a deadline. */
export function createObjectSource(client: Client): ObjectSource & Pick<NodeContext, 'runtimeHandler'> {
  const find = async <T extends KubeObject>(
    kind: Kind<T>,
    ref: { namespace?: string; name: string },
  ): Promise<T | undefined> => {
    try {
      return await client.get(kind, ref, { signal: AbortSignal.timeout(deadlineMs) });
    } catch (error) {
      if (isApiError(error, 'NotFound')) return undefined;
      throw error;
    }
  };
  return {
    configMap: (namespace, name) => find(configMap, { namespace, name }),
    secret: (namespace, name) => find(secret, { namespace, name }),
    claim: (namespace, name) => find(persistentVolumeClaim, { namespace, name }),
    persistentVolume: (name) => find(persistentVolume, { name }),
    runtimeHandler: async (name) => (await find(runtimeClass, { name }))?.handler,
    async token(pod, { audience, expirationSeconds }) {
      const { namespace = '', name = '', uid = '' } = pod.metadata;
      const request = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: {},
        spec: {
          audiences: audience ? [audience] : [],
          expirationSeconds,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
        },
      };
      const account = { namespace, name: pod.spec?.serviceAccountName ?? 'default' };
      const answer = await client.createSubresource(serviceAccount, account, 'token', request, {
        signal: AbortSignal.timeout(deadlineMs),
      });
      const { status } = answer as TokenRequest;
      if (!status?.token)
        throw new Error(`no token for service account ${namespace}/${account.name}: the API gave an empty answer`);
      return { token: status.token, expiresAtMs: Date.parse(status.expirationTimestamp ?? '') };
    },
  };
}
