import { compareQuantities } from '../../api/quantity/quantity.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/schema/generated/types/core-v1.ts';
import { cachedLabelSelectorOf } from '../../api/selectors/label-selector.ts';

const betaClassAnnotation = 'volume.beta.kubernetes.io/storage-class';

export function classOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[betaClassAnnotation] ?? spec?.storageClassName ?? '';
}

/** Whether the volume's reference names exactly this claim, or names it without having seen it yet. */
export function isReservedFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec?.claimRef;
  return (
    reference !== undefined &&
    reference.name === claim.metadata.name &&
    reference.namespace === claim.metadata.namespace &&
    (!reference.uid || reference.uid === claim.metadata.uid)
  );
}

/** Why a volume cannot serve a claim; undefined: it can. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  const requested = claim.spec?.resources?.requests?.['storage'];
  const capacity = volume.spec?.capacity?.['storage'];
  if (requested !== undefined && (capacity === undefined || compareQuantities(capacity, requested) < 0))
    return 'requested PV is too small';
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match';
  if ((volume.spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem'))
    return 'incompatible volumeMode';
  if (!(claim.spec?.accessModes ?? []).every((mode) => volume.spec?.accessModes?.includes(mode)))
    return 'incompatible accessMode';
  return undefined;
}

/** The volume to bind: one that was made for this claim, or else the smallest free one that fits. */
export function bestVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
): PersistentVolume | undefined {
  const reserved = volumes.find((volume) => isReservedFor(volume, claim) && !mismatch(volume, claim));
  if (reserved) return reserved;
  const selector = claim.spec?.selector ? cachedLabelSelectorOf(claim.spec.selector) : undefined;
  const fitting = volumes.filter(
    (volume) =>
      !volume.spec?.claimRef &&
      !volume.metadata.deletionTimestamp &&
      volume.status?.phase === 'Available' &&
      (!selector || selector.matches(volume.metadata.labels)) &&
      !mismatch(volume, claim),
  );
  return fitting.sort((a, b) => bySize(a, b))[0];
}

function bySize(a: PersistentVolume, b: PersistentVolume): number {
  const order = compareQuantities(a.spec?.capacity?.['storage'] ?? '0', b.spec?.capacity?.['storage'] ?? '0');
  return order || (a.metadata.name ?? '').localeCompare(b.metadata.name ?? '');
}
