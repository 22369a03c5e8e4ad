import { randomInt } from 'node:crypto';
import { mirrorPodAnnotation } from '../../api/core/mirror-pod.ts';
import { podReferences } from '../../api/core/pod-references.ts';
import type { Draft } from '../../api/object.ts';
import type { Pod, ServiceAccount, Volume } from '../../api/schema/generated/types/core-v1.ts';
import { forbidden } from '../../api/status.ts';
import type { View } from '../../client/client.ts';
import type { AdmissionPlugin } from '../contract.ts';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
/** An hour and seven seconds, upstream's number: tells these tokens from those that somebody asked for. */
const tokenSeconds = 3607;
const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Gives each pod its service account, the account's token as a volume, and its image pull secrets. */
export function serviceAccountAdmission(serviceAccounts: View<ServiceAccount>): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    handles: ({ operation, kind, subresource }) =>
      operation === 'CREATE' && kind.group === '' && kind.plural === 'pods' && subresource === '',
    mutate({ kind, ref }, object) {
      const pod = object as Draft<Pod> | undefined;
      const spec = pod?.spec;
      if (!pod || !spec) return;
      if (pod.metadata.annotations?.[mirrorPodAnnotation]) {
        const why = mirrorFault(pod as Pod);
        if (why) throw forbidden(kind, ref.name, why);
        return;
      }
      const name = spec.serviceAccountName || 'default';
      spec.serviceAccountName = name;
      spec.serviceAccount = name;
      const account = serviceAccounts.get(`${ref.namespace}/${name}`);
      if (!account) {
        const why = `error looking up service account ${ref.namespace}/${name}: serviceaccount "${name}" not found`;
        throw forbidden(kind, ref.name, why);
      }
      if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(spec);
      if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length)
        spec.imagePullSecrets = account.imagePullSecrets.map((secret) => ({ ...secret }));
    },
  };
}

/** A pod that only shows what a node runs anyway must not open secrets to that node. */
function mirrorFault(pod: Pod): string | undefined {
  const references = podReferences(pod);
  if (references.some(({ plural }) => plural === 'serviceaccounts'))
    return 'a mirror pod may not reference service accounts';
  if (references.some(({ plural }) => plural === 'secrets')) return 'a mirror pod may not reference secrets';
  const sources = (pod.spec?.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  if (sources.some(({ serviceAccountToken }) => serviceAccountToken))
    return 'a mirror pod may not use ServiceAccountToken volume projections';
  return undefined;
}

function mountToken(spec: Draft<NonNullable<Pod['spec']>>): void {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const without = containers.filter(
    (container) => !container.volumeMounts?.some((mount) => mount.mountPath === mountPath),
  );
  if (without.length === 0) return;
  const known = spec.volumes?.find((volume) => volume.name.startsWith('kube-api-access-'));
  const volume = known ?? tokenVolume();
  if (!known) spec.volumes = [...(spec.volumes ?? []), volume];
  for (const container of without)
    container.volumeMounts = [...(container.volumeMounts ?? []), { name: volume.name, readOnly: true, mountPath }];
}

function tokenVolume(): Draft<Volume> {
  const suffix = Array.from({ length: 5 }, () => nameAlphabet[randomInt(nameAlphabet.length)]).join('');
  return {
    name: `kube-api-access-${suffix}`,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    },
  };
}
