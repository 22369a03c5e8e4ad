import type { PersistentVolume, PersistentVolumeClaim } from '../../schema/generated/types/core-v1.ts';
import type { StorageClass } from '../../schema/generated/types/storage-v1.ts';
import { deprecatedLabel, termWarnings } from './deprecated-labels.ts';
import { deprecatedSources } from './pod-volumes.ts';
import { claimSpecWarnings } from './quantities.ts';

const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
const mountAnnotation = 'volume.beta.kubernetes.io/mount-options';

export function claimWarnings({ metadata, spec }: PersistentVolumeClaim): readonly string[] {
  const warnings = claimSpecWarnings(spec, 'spec');
  if (metadata.annotations?.[classAnnotation] !== undefined)
    warnings.push(
      `metadata.annotations[${classAnnotation}]: deprecated since v1.8; use "storageClassName" attribute instead`,
    );
  return warnings;
}

export function volumeWarnings({ metadata, spec = {} }: PersistentVolume): readonly string[] {
  const warnings: string[] = [];
  const { annotations = {} } = metadata;
  if (annotations[classAnnotation] !== undefined)
    warnings.push(
      `metadata.annotations[${classAnnotation}]: deprecated since v1.8; use "storageClassName" attribute instead`,
    );
  if (annotations[mountAnnotation] !== undefined)
    warnings.push(
      `metadata.annotations[${mountAnnotation}]: deprecated since v1.31; use "mountOptions" attribute instead`,
    );
  for (const source in spec)
    if (Object.hasOwn(deprecatedSources, source))
      warnings.push(`spec.${source === 'storageos' ? 'storageOS' : source}: ${deprecatedSources[source]}`);
  if (spec.persistentVolumeReclaimPolicy === 'Recycle')
    warnings.push(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    );
  spec.nodeAffinity?.required?.nodeSelectorTerms?.forEach((term, at) => {
    warnings.push(...termWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${at}]`));
  });
  return warnings;
}

export function storageClassWarnings({ allowedTopologies }: StorageClass): readonly string[] {
  return (allowedTopologies ?? []).flatMap(({ matchLabelExpressions }, at) =>
    (matchLabelExpressions ?? []).flatMap(({ key }, nth) => {
      const message = deprecatedLabel(key);
      const path = `allowedTopologies[${at}].matchLabelExpressions[${nth}].key`;
      return message ? [`${path}: ${key} is ${message}`] : [];
    }),
  );
}
