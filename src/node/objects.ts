import { configMap } from '../api/core/config-map.ts';
import { persistentVolume } from '../api/core/persistent-volume.ts';
import { persistentVolumeClaim } from '../api/core/persistent-volume-claim.ts';
import { podReferences } from '../api/core/pod-references.ts';
import { secret } from '../api/core/secret.ts';
import { serviceAccount } from '../api/core/service-account.ts';
import type { Kind } from '../api/kind.ts';
import { runtimeClass } from '../api/node/runtime-class.ts';
import type { KubeObject, ObjectRef } from '../api/object.ts';
import type { TokenRequest } from '../api/schema/generated/types/authentication-v1.ts';
import type { PersistentVolume, Pod } from '../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../api/status.ts';
import type { Client } from '../client/client.ts';
import type { NodeContext } from './pods/context.ts';
import { type RememberedObjects, rememberedName } from './remembered.ts';
import type { ObjectSource } from './volumes/volume.ts';

const deadlineMs = 10_000;

/** The files of what a pod names; persistent volumes follow from the claims. */
function rememberedNames(pod: Pod): readonly string[] {
  const { namespace = '' } = pod.metadata;
  const names = podReferences(pod).map(({ plural, name }) => rememberedName({ plural }, { namespace, name }));
  const { runtimeClassName } = pod.spec ?? {};
  return runtimeClassName ? [...names, rememberedName(runtimeClass, { name: runtimeClassName })] : names;
}

/**
 * Reads what pods name through the API; each call has a deadline. While the API is away, what it said last is the answer,
 * but not for tokens.
 */
export function createObjectSource(
  client: Pick<Client, 'get' | 'createSubresource'>,
  remembered: RememberedObjects,
): ObjectSource & Pick<NodeContext, 'runtimeHandler' | 'forgetObjects'> {
  const ask = async <T extends KubeObject>(kind: Kind<T>, ref: ObjectRef): Promise<T | undefined> => {
    try {
      return await client.get(kind, ref, { signal: AbortSignal.timeout(deadlineMs) });
    } catch (error) {
      if (isApiError(error, 'NotFound')) return undefined;
      throw error;
    }
  };
  const find = <T extends KubeObject>(kind: Kind<T>, ref: ObjectRef): Promise<T | undefined> =>
    remembered.find(kind, ref, () => ask(kind, ref));
  return {
    configMap: (namespace, name) => find(configMap, { namespace, name }),
    secret: (namespace, name) => find(secret, { namespace, name }),
    claim: (namespace, name) => find(persistentVolumeClaim, { namespace, name }),
    persistentVolume: (name) => find(persistentVolume, { name }),
    async forgetObjects(pods) {
      let named: ReadonlySet<string> | undefined;
      await remembered.prune(async (name, object) => {
        // Asked only now: a file that `prune` has seen belongs to a pod that is known by now.
        named ??= new Set(pods().flatMap(rememberedNames));
        if (!name.startsWith(`${persistentVolume.plural}_`)) return named.has(name);
        const { namespace = '', name: claim = '' } = ((await object()) as PersistentVolume).spec?.claimRef ?? {};
        return named.has(rememberedName(persistentVolumeClaim, { namespace, name: claim }));
      });
    },
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
