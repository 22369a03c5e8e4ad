import type { PodTemplate } from '../../schema/generated/types/core-v1.ts';
import type { Errors } from '../common.ts';
import { validatePodTemplateSpec } from './pod/pod-spec.ts';

export function validatePodTemplate({ template }: PodTemplate): Errors {
  return validatePodTemplateSpec(template, 'template');
}
