import type { Draft } from '../../api/object.ts';
import { compareQuantities } from '../../api/quantity/quantity.ts';
import type { PersistentVolumeClaim } from '../../api/schema/generated/types/core-v1.ts';
import type { StorageClass } from '../../api/schema/generated/types/storage-v1.ts';
import { forbidden } from '../../api/status.ts';
import type { View } from '../../client/client.ts';
import type { AdmissionPlugin } from '../contract.ts';
import { newestDefault } from './newest-default.ts';

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

const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
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
      if (claim.metadata.annotations?.[classAnnotation] !== undefined) return;
      const name = newestDefault(classes, defaultAnnotations);
      if (name) claim.spec.storageClassName = name;
    },
  };
}

/** A claim grows only when it is bound and its class allows it (PersistentVolumeClaimResize). */
export function claimResize(classes: View<StorageClass>): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaimResize',
    handles: ({ operation, kind, subresource }) =>
      operation === 'UPDATE' && kind.group === '' && kind.plural === 'persistentvolumeclaims' && subresource === '',
    validate({ kind, ref, old }, object) {
      const claim = object as PersistentVolumeClaim;
      const before = old as PersistentVolumeClaim;
      const wanted = claim.spec?.resources?.requests?.['storage'] ?? '0';
      if (compareQuantities(wanted, before.spec?.resources?.requests?.['storage'] ?? '0') <= 0) return;
      if (before.status?.phase !== 'Bound')
        throw forbidden(kind, ref.name, 'only bound persistent volume claims can be expanded');
      const className = claim.metadata.annotations?.[classAnnotation] ?? claim.spec?.storageClassName ?? '';
      if (classes.get(className)?.allowVolumeExpansion) return;
      const why =
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
      throw forbidden(kind, ref.name, why);
    },
  };
}
