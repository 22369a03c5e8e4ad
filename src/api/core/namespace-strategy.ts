import { type Draft, draftOf } from '../object.ts';
import type { Namespace } from '../schema/generated/types/core-v1.ts';

/** Keeps a namespace until everything in it is gone. */
const kubernetesFinalizer = 'kubernetes';

/** Network policies and the like select namespaces by name through this label. */
const nameLabel = 'kubernetes.io/metadata.name';

export function defaultNamespace({ metadata }: Draft<Namespace>): void {
  if (metadata.name) metadata.labels = { ...metadata.labels, [nameLabel]: metadata.name };
}

export function prepareNewNamespace(namespace: Draft<Namespace>): void {
  namespace.status = { phase: 'Active' };
  const finalizers = namespace.spec?.finalizers ?? [];
  const all = finalizers.includes(kubernetesFinalizer) ? finalizers : [...finalizers, kubernetesFinalizer];
  namespace.spec = { ...namespace.spec, finalizers: all };
}

/** Finalizers of the content are changed through `namespaces/finalize` only. */
export function prepareNamespaceUpdate(namespace: Draft<Namespace>, old: Namespace): void {
  const finalizers = old.spec?.finalizers;
  namespace.spec = { ...namespace.spec, ...(finalizers && { finalizers: [...finalizers] }) };
}

export function prepareNamespaceFinalize(namespace: Draft<Namespace>, old: Namespace): void {
  if (old.status) namespace.status = draftOf(old.status);
}

export function namespaceHolds({ spec }: Namespace): boolean {
  return (spec?.finalizers?.length ?? 0) > 0;
}

export function prepareNamespaceDelete(namespace: Draft<Namespace>): void {
  namespace.status = { ...namespace.status, phase: 'Terminating' };
}
