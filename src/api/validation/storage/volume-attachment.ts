import { jsonEqual } from '../../patch/record.ts';
import type { VolumeAttachment, VolumeAttributesClass } from '../../schema/generated/types/storage-v1.ts';
import { type Errors, immutable, requiredFormat } from '../common.ts';
import { validateInlineVolumeSpec } from '../core/persistent-volume.ts';
import { asGoStruct, forbidden, invalidValue, required, tooLong } from '../field-error.ts';
import { isDns1123Subdomain } from '../format.ts';
import { immutableDetail } from '../object-meta.ts';
import { driverName } from './driver-name.ts';
import { validateParameters } from './parameters.ts';

const maxMetadataBytes = 256 * 1024;
const maxMessageBytes = 1024;
const exactlyOne = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';

export function validateVolumeAttachment(attachment: VolumeAttachment): Errors {
  const { spec } = attachment;
  if (!spec) return [required('spec')];
  return [
    ...driverName(spec.attacher, 'spec.attacher'),
    ...validateSource(spec.source, 'spec.source'),
    ...requiredFormat(spec.nodeName, 'spec.nodeName', isDns1123Subdomain),
    ...validateVolumeAttachmentStatus(attachment),
  ];
}

function validateSource(source: VolumeAttachment['spec']['source'] | undefined, path: string): Errors {
  const { persistentVolumeName: name, inlineVolumeSpec: inline } = source ?? {};
  if (name === undefined && !inline) return [required(path, exactlyOne)];
  if (name !== undefined && inline) return [forbidden(path, exactlyOne)];
  if (inline) return validateInlineVolumeSpec(inline, `${path}.inlineVolumeSpec`);
  return name ? [] : [required(`${path}.persistentVolumeName`, 'must specify non empty persistentVolumeName')];
}

/** What the driver says of the attachment, and what went wrong. */
export function validateVolumeAttachmentStatus({ status }: VolumeAttachment): Errors {
  const errors: Errors = [];
  let bytes = 0;
  for (const [name, value] of Object.entries(status?.attachmentMetadata ?? {}))
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  if (bytes > maxMetadataBytes) errors.push(tooLong('status.attachmentMetadata', maxMetadataBytes));
  for (const name of ['attachError', 'detachError'] as const)
    if (Buffer.byteLength(status?.[name]?.message ?? '') > maxMessageBytes)
      errors.push(tooLong(`status.${name}.message`, maxMessageBytes));
  return errors;
}

export function validateVolumeAttachmentUpdate({ spec }: VolumeAttachment, old: VolumeAttachment): Errors {
  if (jsonEqual(spec, old.spec)) return [];
  const source = asGoStruct(spec.source ?? {}, { PersistentVolumeName: null, InlineVolumeSpec: null });
  const shown = asGoStruct({ ...spec, source }, { Attacher: '', Source: null, NodeName: '' });
  return [invalidValue('spec', shown, immutableDetail)];
}

export function validateVolumeAttributesClass({ driverName: driver, parameters }: VolumeAttributesClass): Errors {
  return [...driverName(driver, 'driverName'), ...validateParameters(parameters, 'parameters', false)];
}

export function validateVolumeAttributesClassUpdate(object: VolumeAttributesClass, old: VolumeAttributesClass): Errors {
  return [
    ...immutable(object.driverName, old.driverName, 'driverName'),
    ...immutable(object.parameters, old.parameters, 'parameters'),
  ];
}
