import { namespace } from '../../api/core/namespace.ts';
import { serviceAccount } from '../../api/core/service-account.ts';
import { isApiError } from '../../api/status.ts';
import { changesOf, controller, done, mayWrite } from '../../controller-runtime/controller.ts';
import { isNamespaceTerminating } from '../shared/pod-control.ts';

const defaultName = 'default';

/** Sees to it that every namespace has the service account `default`. */
export const serviceAccountController = controller({
  name: 'service-account-controller',
  wakesOn: [
    changesOf(namespace),
    changesOf(serviceAccount, ({ metadata }) =>
      metadata.name === defaultName && metadata.namespace ? [metadata.namespace] : [],
    ),
  ],
  writes: [mayWrite(serviceAccount, 'create')],
  async reconcile(key, { client, signal }) {
    const space = client.view(namespace).get(key);
    if (!space || space.metadata.deletionTimestamp) return done;
    if (client.view(serviceAccount).get(`${key}/${defaultName}`)) return done;
    try {
      await client.create(serviceAccount, { metadata: { name: defaultName, namespace: key } }, { signal });
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists') && !isNamespaceTerminating(error)) throw error;
    }
    return done;
  },
});
