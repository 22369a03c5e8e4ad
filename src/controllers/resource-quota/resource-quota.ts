import { mayUse } from '../../api/core/quota-usage.ts';
import { resourceQuota } from '../../api/core/resource-quota.ts';
import { type Kind, storedKinds } from '../../api/kind.ts';
import { keyOf } from '../../api/object.ts';
import type { ResourceQuota } from '../../api/schema/generated/types/core-v1.ts';
import { type Controller, changesOf, controller, done, mayWriteStatus } from '../../controller-runtime/controller.ts';
import { writeStatus } from '../shared/status.ts';
import { usageOf } from './usage.ts';

/** Shows in each quota how much of it is in use. That nothing goes beyond it is admission's part. */
export function resourceQuotaController(allKinds: () => readonly Kind[]): Controller {
  const kinds = () =>
    storedKinds(allKinds()).filter(
      (kind) => kind.scope === 'Namespaced' && !kind.review && kind.kind !== 'Event' && kind.verbs.includes('watch'),
    );
  const wakes = () => [
    changesOf(resourceQuota),
    ...kinds()
      .filter((kind) => kind !== resourceQuota)
      .map((kind) =>
        changesOf(kind, ({ metadata }, client) => client.view(resourceQuota).list(metadata.namespace).map(keyOf)),
      ),
  ];
  return controller({
    name: 'resourcequota-controller',
    wakesOn: wakes(),
    wakesOnServed: wakes,
    writes: [mayWriteStatus(resourceQuota)],
    async reconcile(key, context) {
      const { client } = context;
      const quota = client.view(resourceQuota).get(key);
      if (!quota || quota.metadata.deletionTimestamp) return done;
      const { namespace } = quota.metadata;
      const used = usageOf(
        quota,
        kinds()
          .filter((kind) => mayUse(quota, kind))
          .map((kind) => ({ kind, objects: client.view(kind).list(namespace) })),
      );
      const status: NonNullable<ResourceQuota['status']> = { ...(quota.spec?.hard && { hard: quota.spec.hard }), used };
      await writeStatus(context, resourceQuota, quota, status);
      return done;
    },
  });
}
