import type { Job, JobSpec } from '../../schema/generated/types/batch-v1.ts';
import { labelSelectorOf } from '../../selectors/label-selector.ts';
import { type Errors, immutable, notNegative, oneOf } from '../common.ts';
import { validatePodTemplateSpec } from '../core/pod/pod-spec.ts';
import { invalidValue, notSupported, required } from '../field-error.ts';
import { validateLabelSelector } from '../label-selector.ts';

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;
const maxIndexedParallelism = 100_000;

/** A job, after defaulting and with its generated selector. */
export function validateJob({ spec }: Job): Errors {
  if (!spec) return [required('spec.template.spec.containers')];
  const errors = validateJobSpec(spec, 'spec');
  const { selector, template } = spec;
  if (!selector) errors.unshift(required('spec.selector'));
  else {
    const selectorErrors = validateLabelSelector(selector, 'spec.selector');
    errors.push(...selectorErrors);
    const labels = template.metadata?.labels;
    if (selectorErrors.length === 0 && !labelSelectorOf(selector).matches(labels))
      errors.push(
        invalidValue('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`'),
      );
  }
  return errors;
}

/** The part that cron jobs' templates share. */
export function validateJobSpec(spec: JobSpec, path: string): Errors {
  const errors = counts.flatMap((name) => notNegative(spec[name], `${path}.${name}`));
  const { completionMode, completions, parallelism, podFailurePolicy, template } = spec;
  errors.push(...oneOf(completionMode, `${path}.completionMode`, ['Indexed', 'NonIndexed']));
  if (completionMode === 'Indexed') {
    if (completions === undefined) errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
    if (parallelism !== undefined && parallelism > maxIndexedParallelism)
      errors.push(
        invalidValue(
          `${path}.parallelism`,
          parallelism,
          `must be less than or equal to ${maxIndexedParallelism} when completion mode is Indexed`,
        ),
      );
  } else
    for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const)
      if (spec[name] !== undefined)
        errors.push(invalidValue(`${path}.${name}`, spec[name], 'requires indexed completion mode'));
  errors.push(...oneOf(spec.podReplacementPolicy, `${path}.podReplacementPolicy`, ['Failed', 'TerminatingOrFailed']));
  errors.push(...validatePodTemplateSpec(template, `${path}.template`));
  const { restartPolicy } = template?.spec ?? {};
  const here = `${path}.template.spec.restartPolicy`;
  if (!restartPolicy || restartPolicy === 'Always') errors.push(required(here, 'valid values: "OnFailure", "Never"'));
  else if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never')
    errors.push(notSupported(here, restartPolicy, ['OnFailure', 'Never']));
  else if (podFailurePolicy && restartPolicy !== 'Never')
    errors.push(invalidValue(here, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified'));
  return errors;
}

export function validateJobUpdate({ spec }: Job, old: Job): Errors {
  const before = old.spec;
  if (!spec || !before) return [];
  const errors: Errors = [];
  const isElastic = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  if (!isElastic) errors.push(...immutable(spec.completions, before.completions, 'spec.completions'));
  errors.push(...immutable(spec.selector, before.selector, 'spec.selector'));
  if (!isSuspendedAndIdle(old)) errors.push(...immutable(spec.template, before.template, 'spec.template'));
  for (const name of [
    'completionMode',
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'managedBy',
    'successPolicy',
  ] as const)
    errors.push(...immutable(spec[name], before[name], `spec.${name}`));
  return errors;
}

/** The template of a job that has not begun may still be given scheduling directives. */
function isSuspendedAndIdle({ spec, status }: Job): boolean {
  return spec?.suspend === true && !status?.startTime && (status?.active ?? 0) === 0;
}
