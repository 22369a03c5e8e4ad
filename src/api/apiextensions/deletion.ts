import type { Draft } from '../object.ts';
import type { CustomResourceDefinition } from '../schema/generated/types/apiextensions-v1.ts';
import { withConditions } from './names-conditions.ts';

/** Keeps a definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** A definition that is asked to go first sees to its objects: the deletion's mark comes with the finalizer. */
export function prepareDefinitionDelete(draft: Draft<CustomResourceDefinition>): void {
  const { metadata } = draft;
  const finalizers = metadata.finalizers ?? [];
  if (finalizers.includes(cleanupFinalizer)) return;
  metadata.finalizers = [...finalizers, cleanupFinalizer];
  const conditions = withConditions(
    draft.status?.conditions,
    [
      {
        type: 'Terminating',
        status: 'True',
        reason: 'InstanceDeletionPending',
        message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      },
    ],
    metadata.deletionTimestamp ?? '',
  );
  draft.status = { ...draft.status, conditions: conditions as Draft<typeof conditions> };
}

/** Only what was marked may go. */
export function holdsDefinition({ metadata }: CustomResourceDefinition): boolean {
  return metadata.deletionTimestamp === undefined;
}
