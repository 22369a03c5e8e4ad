import { fill } from '../fill.ts';
import type { Draft } from '../object.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
} from '../schema/generated/types/core-v1.ts';
import { defaultCommonSources } from './volume-defaults.ts';

export function defaultPersistentVolume(volume: Draft<PersistentVolume>): void {
  volume.status ??= {};
  fill(volume.status, { phase: 'Pending' });
  if (!volume.spec) return;
  fill(volume.spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
  defaultCommonSources(volume.spec);
}

/** Claims, and the templates of claims in stateful sets. */
export function defaultPersistentVolumeClaim(claim: Draft<PersistentVolumeClaim>): void {
  claim.status ??= {};
  fill(claim.status, { phase: 'Pending' });
  if (claim.spec) fill(claim.spec, { volumeMode: 'Filesystem' });
}

const volumePopulators = new Set(['/PersistentVolumeClaim', 'snapshot.storage.k8s.io/VolumeSnapshot']);

/** `dataSource` and `dataSourceRef` say the same where both can: whichever is set fills the other (KEP-1495). */
export function normalizeDataSources(spec: Draft<PersistentVolumeClaimSpec> | undefined): void {
  if (!spec) return;
  const { dataSource, dataSourceRef } = spec;
  if (dataSource && !dataSourceRef) {
    if (volumePopulators.has(sourceKind(dataSource))) spec.dataSourceRef = { ...dataSource };
    else delete spec.dataSource;
  } else if (
    dataSourceRef &&
    !dataSource &&
    !dataSourceRef.namespace &&
    volumePopulators.has(sourceKind(dataSourceRef))
  ) {
    const { namespace: _, ...sameNamespace } = dataSourceRef;
    spec.dataSource = sameNamespace;
  }
}

function sourceKind({ apiGroup = '', kind }: { readonly apiGroup?: string; readonly kind: string }): string {
  return `${apiGroup}/${kind}`;
}
