import type { Kind } from '../../api/kind.ts';
import type { Namespace } from '../../api/schema/generated/types/core-v1.ts';
import { ApiError, forbidden, notFound } from '../../api/status.ts';
import type { View } from '../../client/client.ts';
import type { AdmissionPlugin } from '../contract.ts';

const immortal = new Set(['default', 'kube-system', 'kube-public']);

function isReview({ group, plural }: Kind): boolean {
  return group === 'authorization.k8s.io' && plural === 'localsubjectaccessreviews';
}

/** Nothing is created in a namespace that is missing or going away, and the system's own namespaces stay. */
export function namespaceLifecycle(namespaces: View<Namespace>): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    handles: ({ operation, kind, ref }) =>
      // Nobody learns from an access review whether a namespace is there.
      (operation === 'CREATE' && kind.scope === 'Namespaced' && ref.namespace !== undefined && !isReview(kind)) ||
      (operation === 'DELETE' && kind.plural === 'namespaces' && kind.group === ''),
    mutate({ operation, kind, ref }) {
      if (operation === 'DELETE') {
        if (immortal.has(ref.name)) throw forbidden(kind, ref.name, 'this namespace may not be deleted');
        return;
      }
      const { namespace = '' } = ref;
      const found = namespaces.get(namespace);
      if (!found) throw notFound({ group: '', plural: 'namespaces' }, namespace);
      if (!found.metadata.deletionTimestamp && found.status?.phase !== 'Terminating') return;
      const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
      const { message, details } = forbidden(kind, ref.name, why);
      throw new ApiError('Forbidden', message, {
        ...details,
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${namespace} is being terminated`,
            field: 'metadata.namespace',
          },
        ],
      });
    },
  };
}
