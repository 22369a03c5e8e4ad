import { customResourceDefinition } from '../../api/apiextensions/custom-resource-definition.ts';
import { cleanupFinalizer } from '../../api/apiextensions/deletion.ts';
import { withConditions } from '../../api/apiextensions/names-conditions.ts';
import type { Kind } from '../../api/kind.ts';
import { formatTime } from '../../api/object.ts';
import type { CustomResourceDefinition } from '../../api/schema/generated/types/apiextensions-v1.ts';
import type { Client } from '../../client/client.ts';

/** Deletes the objects of a definition that goes, then lets it go. Whether that is done: finalizers of objects may hold it up. */
export async function deleteInstances(
  definition: CustomResourceDefinition,
  kind: Kind | undefined,
  { client, nowMs, signal }: { readonly client: Client; readonly nowMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const { finalizers = [] } = definition.metadata;
  if (!finalizers.includes(cleanupFinalizer)) return true;
  if (kind) {
    await client.deleteCollection(kind, { signal });
    const { items } = await client.list(kind, { limit: 1, signal });
    if (items.length > 0) {
      await report(client, definition, nowMs, signal);
      return false;
    }
  }
  const metadata = { ...definition.metadata, finalizers: finalizers.filter((name) => name !== cleanupFinalizer) };
  await client.update(customResourceDefinition, { ...definition, metadata }, { signal });
  return true;
}

async function report(
  client: Client,
  definition: CustomResourceDefinition,
  nowMs: number,
  signal: AbortSignal,
): Promise<void> {
  const condition = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionInProgress',
    message: 'CustomResource deletion is in progress',
  };
  const conditions = withConditions(definition.status?.conditions, [condition], formatTime(nowMs));
  if (JSON.stringify(conditions) === JSON.stringify(definition.status?.conditions)) return;
  const status = { ...definition.status, conditions };
  await client.update(customResourceDefinition, { ...definition, status }, { subresource: 'status', signal });
}
