import type { VolumeAttachment, VolumeAttributesClass } from '../../schema/generated/types/storage-v1.ts';
import { type Errors, immutable, requiredFormat } from '../common.ts';
import { forbidden, required } from '../field-error.ts';
import { isDns1123Subdomain } from '../format.ts';
import { driverName } from './driver-name.ts';

export function validateVolumeAttachment({ spec }: VolumeAttachment): Errors {
  if (!spec) return [required('spec')];
  const { persistentVolumeName, inlineVolumeSpec } = spec.source ?? {};
  const errors = [
    ...driverName(spec.attacher, 'spec.attacher'),
    ...requiredFormat(spec.nodeName, 'spec.nodeName', isDns1123Subdomain),
  ];
  if (!persistentVolumeName && !inlineVolumeSpec)
    errors.push(required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'));
  if (persistentVolumeName && inlineVolumeSpec)
    errors.push(forbidden('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'));
  return errors;
}

export function validateVolumeAttachmentUpdate({ spec }: VolumeAttachment, old: VolumeAttachment): Errors {
  return immutable(spec, old.spec, 'spec');
}

export function validateVolumeAttributesClass({ driverName: driver, parameters }: VolumeAttributesClass): Errors {
  const empty = Object.keys(parameters ?? {}).length === 0;
  return [
    ...driverName(driver, 'driverName'),
    ...(empty ? [required('parameters', 'must contain at least one key/value pair')] : []),
  ];
}

export function validateVolumeAttributesClassUpdate(object: VolumeAttributesClass, old: VolumeAttributesClass): Errors {
  return [
    ...immutable(object.driverName, old.driverName, 'driverName'),
    ...immutable(object.parameters, old.parameters, 'parameters'),
  ];
}
