import { namespace } from '../../api/core/namespace.ts';
import { type Kind, storedKinds } from '../../api/kind.ts';
import type { Namespace } from '../../api/schema/generated/types/core-v1.ts';
import {
  type Controller,
  changesOf,
  controller,
  done,
  mayWrite,
  mayWriteStatus,
  requeueAfter,
} from '../../controller-runtime/controller.ts';
import { writeStatus } from '../shared/status.ts';
import { type ContentClient, deleteContent } from './act.ts';
import { type ContentReport, deletionConditions, merged } from './plan.ts';

/** The finalizer in `spec` that stands for "the content is not gone yet". */
const contentFinalizer = 'kubernetes';
/** How soon what was left is looked at again: pods end long before their grace period does. */
const recheckAfterMs = 1_000;

/** Content that lies behind other API servers. */
export interface RemoteContent {
  /** Kinds of servers that answer. */
  kinds(): readonly Kind[];
  /** Why some of the content is not known now. */
  unknown(): readonly string[];
  /** Speaks of these kinds, as the namespace controller. */
  readonly client: ContentClient;
}

async function deleteRemote(remotes: RemoteContent, namespace: string, signal: AbortSignal): Promise<ContentReport> {
  const kinds = remotes
    .kinds()
    .filter(({ scope, verbs }) => scope === 'Namespaced' && verbs.includes('delete') && verbs.includes('list'));
  const report = await deleteContent(remotes.client, namespace, { kinds, signal });
  return { ...report, discoveryFailures: remotes.unknown() };
}

/**
 * Empties namespaces that are being deleted, then lets them go. `kinds` gives all kinds there are at the moment: custom
 * resources come and go.
 */
export function namespaceController(kinds: () => readonly Kind[], remotes?: RemoteContent): Controller {
  const contentKinds = () =>
    storedKinds(kinds()).filter((kind) => kind.scope === 'Namespaced' && !kind.review && kind.verbs.includes('delete'));
  return controller({
    name: 'namespace-controller',
    wakesOn: [changesOf(namespace)],
    concurrency: 10,
    writes: [
      { kind: namespace, verbs: ['update'], subresource: 'finalize' },
      mayWrite(namespace, 'delete'),
      mayWriteStatus(namespace),
      ...contentKinds().map((kind) => mayWrite(kind, 'delete', 'deletecollection')),
    ],
    async reconcile(key, context) {
      const { client, signal } = context;
      const object = client.view(namespace).get(key);
      if (!object?.metadata.deletionTimestamp) return done;
      if (!object.spec?.finalizers?.includes(contentFinalizer)) return done;
      const terminating: Namespace =
        object.status?.phase === 'Terminating'
          ? object
          : await writeStatus(context, namespace, object, { ...object.status, phase: 'Terminating' });
      const own = await deleteContent(client, key, { kinds: contentKinds(), signal });
      const result = remotes ? merged(own, await deleteRemote(remotes, key, signal)) : own;
      const conditions = deletionConditions(terminating.status?.conditions, result, context.now());
      const isKnown = result.discoveryFailures.length === 0;
      const isClean = isKnown && result.remaining.size === 0 && result.failures.length === 0;
      const isFirstPass = terminating.status?.conditions === undefined;
      // A namespace that is empty at the first look needs no conditions: it is gone with the next write.
      const current =
        isClean && isFirstPass
          ? terminating
          : await writeStatus(context, namespace, terminating, { ...terminating.status, conditions });
      if (result.failures.length > 0) throw new Error(`cannot empty namespace: ${result.failures.join('; ')}`);
      if (!isClean) return requeueAfter(recheckAfterMs);
      const finalizers = (current.spec?.finalizers ?? []).filter((name) => name !== contentFinalizer);
      await client.update(
        namespace,
        { ...current, spec: { ...current.spec, finalizers } },
        { subresource: 'finalize', signal },
      );
      return done;
    },
  });
}
