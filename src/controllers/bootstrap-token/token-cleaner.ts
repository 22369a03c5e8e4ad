import { bootstrapTokenEndMs, bootstrapTokenSecretType } from '../../api/core/bootstrap-token.ts';
import { secret } from '../../api/core/secret.ts';
import { keyOf, refOf } from '../../api/object.ts';
import { isApiError } from '../../api/status.ts';
import { changesOf, controller, done, mayWrite, requeueAfter } from '../../controller-runtime/controller.ts';

/** So far away that it need not be kept in a timer. */
const longestWaitMs = 24 * 3_600_000;

/** Removes bootstrap tokens that have ended. */
export const tokenCleaner = controller({
  name: 'token-cleaner',
  wakesOn: [
    changesOf(secret, (object) =>
      object.type === bootstrapTokenSecretType && object.metadata.namespace === 'kube-system' ? [keyOf(object)] : [],
    ),
  ],
  writes: [mayWrite(secret, 'delete')],
  async reconcile(key, { client, now, signal }) {
    const object = client.view(secret).get(key);
    const endMs = object && bootstrapTokenEndMs(object);
    if (!object || endMs === undefined || object.metadata.deletionTimestamp) return done;
    const waitMs = endMs - now();
    if (waitMs > 0) return requeueAfter(Math.min(waitMs, longestWaitMs));
    const { uid } = object.metadata;
    await client.delete(secret, refOf(key), { signal, preconditions: uid ? { uid } : {} }).catch((error: unknown) => {
      if (!isApiError(error, 'NotFound', 'Conflict')) throw error;
    });
    return done;
  },
});
