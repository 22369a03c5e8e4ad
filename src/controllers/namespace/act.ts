import { pod } from '../../api/core/pod.ts';
import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import { isApiError } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';
import type { Client } from '../../client/client.ts';
import type { ContentReport } from './plan.ts';

/** What emptying a namespace asks of a client. */
export type ContentClient = Pick<Client, 'list' | 'delete' | 'deleteCollection'>;

/**
 * Deletes all objects of all kinds in a namespace and reports what is left. While there are pods nothing else is deleted:
 * what they need, such as network policies, stays until they have ended (KEP-5080).
 */
export async function deleteContent(
  client: ContentClient,
  namespace: string,
  options: { readonly kinds: readonly Kind[]; readonly signal: AbortSignal },
): Promise<ContentReport> {
  const { kinds, signal } = options;
  const remaining = new Map<string, number>();
  const finalizers = new Map<string, number>();
  const failures: string[] = [];
  const isPods = (kind: Kind) => kind.kind === pod.kind && kind.group === '';
  const ordered = [...kinds.filter(isPods), ...kinds.filter((kind) => !isPods(kind))];
  for (const kind of ordered) {
    let left: readonly KubeObject[];
    try {
      left = await deleteAll(client, kind, namespace, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      failures.push(`${kind.plural}${kind.group && `.${kind.group}`}: ${toError(error).message}`);
      continue;
    }
    if (left.length === 0) continue;
    remaining.set(kind.group ? `${kind.plural}.${kind.group}` : `${kind.plural}.`, left.length);
    for (const object of left) {
      for (const name of object.metadata.finalizers ?? []) finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
    }
    if (isPods(kind)) break;
  }
  return { remaining, finalizers, failures, discoveryFailures: [] };
}

/** Background, so that objects with dependents do not wait for them. */
async function deleteAll(
  client: ContentClient,
  kind: Kind,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const { items } = await client.list(kind, { namespace, signal });
  if (items.length === 0) return [];
  if (kind.verbs.includes('deletecollection'))
    await client.deleteCollection(kind, { namespace, propagationPolicy: 'Background', signal });
  else
    for (const { metadata } of items) {
      const ref = { namespace, name: metadata.name ?? '' };
      await client.delete(kind, ref, { propagationPolicy: 'Background', signal }).catch((error: unknown) => {
        if (!isApiError(error, 'NotFound')) throw error;
      });
    }
  return (await client.list(kind, { namespace, signal })).items;
}
