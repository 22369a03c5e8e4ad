import type { Draft } from '../../api/object.ts';
import type { PersistentVolumeClaim } from '../../api/schema/generated/types/core-v1.ts';
import type { StorageClass } from '../../api/schema/generated/types/storage-v1.ts';
import type { View } from '../../client/client.ts';
import type { AdmissionPlugin } from '../contract.ts';

const finalizers: Readonly<Record<string, string>> = {
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
};

/** Volumes and claims stay while something uses them; controllers take the finalizer away. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: ({ operation, kind, subresource }) =>
    operation === 'CREATE' && kind.group === '' && kind.plural in finalizers && subresource === '',
  mutate({ kind }, object) {
    const finalizer = finalizers[kind.plural];
    if (!object || !finalizer || object.metadata.finalizers?.includes(finalizer)) return;
    object.metadata.finalizers = [...(object.metadata.finalizers ?? []), finalizer];
  },
};

const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** A claim that names no class gets the default one: of several the newest, then the first by name. */
export function defaultStorageClass(classes: View<StorageClass>): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    handles: ({ operation, kind, subresource }) =>
      operation === 'CREATE' && kind.group === '' && kind.plural === 'persistentvolumeclaims' && subresource === '',
    mutate(_request, object) {
      const claim = object as Draft<PersistentVolumeClaim> | undefined;
      if (!claim?.spec || claim.spec.storageClassName !== undefined) return;
      if (claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return;
      const found = classes
        .list()
        .filter(({ metadata }) => defaultAnnotations.some((name) => metadata.annotations?.[name] === 'true'))
        .sort(
          (a, b) =>
            compare(b.metadata.creationTimestamp, a.metadata.creationTimestamp) ||
            compare(a.metadata.name, b.metadata.name),
        )[0];
      if (found?.metadata.name) claim.spec.storageClassName = found.metadata.name;
    },
  };
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
