import { configMap } from '../../api/core/config-map.ts';
import { namespace } from '../../api/core/namespace.ts';
import { isApiError } from '../../api/status.ts';
import { type Controller, changesOf, controller, done, mayWrite } from '../../controller-runtime/controller.ts';
import { isNamespaceTerminating } from '../shared/pod-control.ts';
import { sameValue } from '../shared/status.ts';

const mapName = 'kube-root-ca.crt';
const description = 'Certificates that vouch for the API server at its addresses inside the cluster.';

/** Publishes the certificates (PEM) that vouch for the API server in every namespace, for pods to mount. */
export function rootCaController(caCertificates: string): Controller {
  const data = { 'ca.crt': caCertificates };
  const annotation = { 'kubernetes.io/description': description };
  return controller({
    name: 'root-ca-cert-publisher',
    wakesOn: [
      changesOf(namespace),
      changesOf(configMap, ({ metadata }) =>
        metadata.name === mapName && metadata.namespace ? [metadata.namespace] : [],
      ),
    ],
    writes: [mayWrite(configMap, 'create', 'update')],
    async reconcile(key, { client, signal }) {
      const space = client.view(namespace).get(key);
      if (!space || space.metadata.deletionTimestamp) return done;
      const existing = client.view(configMap).get(`${key}/${mapName}`);
      if (existing && sameValue(existing.data, data)) return done;
      try {
        if (existing) {
          const annotations = { ...existing.metadata.annotations, ...annotation };
          await client.update(
            configMap,
            { ...existing, metadata: { ...existing.metadata, annotations }, data },
            { signal },
          );
        } else {
          const metadata = { name: mapName, namespace: key, annotations: annotation };
          await client.create(configMap, { metadata, data }, { signal });
        }
      } catch (error) {
        if (!isNamespaceTerminating(error) && !isApiError(error, 'AlreadyExists')) throw error;
      }
      return done;
    },
  });
}
