import { jsonEqual } from '../../patch/record.ts';
import type { Job, JobSpec } from '../../schema/generated/types/batch-v1.ts';
import type { PodTemplateSpec } from '../../schema/generated/types/core-v1.ts';
import { labelSelectorOf } from '../../selectors/label-selector.ts';
import { type Errors, immutable, notNegative, oneOf } from '../common.ts';
import { validatePodTemplateSpec } from '../core/pod/pod-spec.ts';
import { invalidFormat, invalidValue, notSupported, quote, required, tooLong } from '../field-error.ts';
import { isDns1123Label, isDomainPrefixedPath } from '../format.ts';
import { validateLabelSelector } from '../label-selector.ts';
import { validatePodFailurePolicy, validateSuccessPolicy } from './pod-failure-policy.ts';

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;
const maxIndexed = 100_000;
/** Bounds of jobs with more completions than `maxIndexed`. */
const maxAtOnce = 10_000;
const maxManagedByBytes = 63;

/** A new job, after defaulting and with its generated selector. */
export function validateNewJob(job: Job): Errors {
  return [...validateGeneratedSelector(job), ...validateJob(job), ...validateHostnames(job)];
}

/** A job, whenever it is written. */
export function validateJob({ spec }: Job): Errors {
  if (!spec) return [required('spec.template.spec.containers')];
  const { selector, template } = spec;
  const errors = validateJobSpec(spec, 'spec');
  const selectorErrors = validateLabelSelector(selector, 'spec.selector');
  errors.push(...(selector ? selectorErrors : [required('spec.selector')]));
  const labels = template?.metadata?.labels;
  if (selectorErrors.length === 0 && !(selector && labelSelectorOf(selector).matches(labels)))
    errors.push(
      invalidValue('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`'),
    );
  return errors;
}

/** The pods of an indexed job are called after it and their index, as hosts are. */
function validateHostnames({ metadata, spec }: Job): Errors {
  if (spec?.completionMode !== 'Indexed' || !spec.completions) return [];
  const longest = `${metadata.name}-${spec.completions - 1}`;
  if (isDns1123Label(longest).length === 0) return [];
  const detail = `will not able to create pod with invalid DNS label: ${longest}`;
  return [invalidValue('metadata.name', metadata.name, detail)];
}

/** Labels and selector that no other job's pods have: nobody may have set them otherwise. */
function validateGeneratedSelector({ metadata, spec }: Job): Errors {
  if (!spec?.selector || spec.manualSelector) return [];
  const { uid = '', name = '' } = metadata;
  const errors: Errors = uid ? [] : [required('metadata.uid')];
  const wanted = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  const labels = spec.template?.metadata?.labels ?? {};
  for (const [key, value] of Object.entries(wanted)) {
    const path = `spec.template.metadata.labels[${key}]`;
    if (labels[key] === undefined) errors.push(required(path, `must be '${value}'`));
    else if (labels[key] !== value) errors.push(invalidValue(path, labels, `must be '${value}'`));
  }
  if (validateLabelSelector(spec.selector, '').length === 0 && !labelSelectorOf(spec.selector).matches(wanted))
    errors.push(invalidValue('spec.selector', spec.selector, '`selector` not auto-generated'));
  return errors;
}

/** The part that cron jobs' templates share. */
export function validateJobSpec(spec: JobSpec, path: string): Errors {
  const { podFailurePolicy, podReplacementPolicy, template, managedBy } = spec;
  const errors = counts.flatMap((name) => notNegative(spec[name], `${path}.${name}`));
  if (managedBy !== undefined) {
    errors.push(...invalidFormat(`${path}.managedBy`, managedBy, isDomainPrefixedPath(managedBy)));
    if (managedBy.length > maxManagedByBytes) errors.push(tooLong(`${path}.managedBy`, maxManagedByBytes));
  }
  const policies = podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  return [
    ...errors,
    ...oneOf(spec.completionMode, `${path}.completionMode`, ['NonIndexed', 'Indexed']),
    ...(spec.completionMode === 'Indexed' ? validateIndexed(spec, path) : refuseIndexed(spec, path)),
    ...validatePodFailurePolicy(spec, `${path}.podFailurePolicy`),
    ...validateSuccessPolicy(spec, `${path}.successPolicy`),
    ...oneOf(podReplacementPolicy, `${path}.podReplacementPolicy`, policies),
    ...validatePodTemplateSpec(template, `${path}.template`),
    ...validateRestartPolicy(template, `${path}.template.spec.restartPolicy`, podFailurePolicy !== undefined),
  ];
}

function validateRestartPolicy(template: PodTemplateSpec | undefined, path: string, hasFailurePolicy: boolean): Errors {
  const policy = template?.spec?.restartPolicy;
  const allowed = ['OnFailure', 'Never'];
  const errors: Errors = [];
  // As upstream: defaulting has set Always where nobody said anything.
  if (!policy || policy === 'Always') errors.push(required(path, `valid values: ${allowed.map(quote).join(', ')}`));
  else if (!allowed.includes(policy)) errors.push(notSupported(path, policy, allowed));
  if (hasFailurePolicy && policy !== 'Never')
    errors.push(invalidValue(path, policy ?? '', 'only "Never" is supported when podFailurePolicy is specified'));
  return errors;
}

function validateIndexed(spec: JobSpec, path: string): Errors {
  const { completions, parallelism, maxFailedIndexes: failed, backoffLimitPerIndex } = spec;
  const errors: Errors = [];
  if (completions === undefined) errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  const bound = (name: 'parallelism' | 'maxFailedIndexes', most: number | string, when = '') =>
    errors.push(invalidValue(`${path}.${name}`, spec[name], `must be less than or equal to ${most}${when}`));
  if (parallelism !== undefined && parallelism > maxIndexed)
    bound('parallelism', maxIndexed, ' when completion mode is Indexed');
  if (failed !== undefined && completions !== undefined && failed > completions)
    bound('maxFailedIndexes', 'completions');
  if (failed !== undefined && failed > maxIndexed) bound('maxFailedIndexes', maxIndexed);
  if (failed !== undefined && backoffLimitPerIndex === undefined)
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  if (completions === undefined || completions <= maxIndexed || backoffLimitPerIndex === undefined) return errors;
  const when = ` when completions are above ${maxIndexed} and used with backoff limit per index`;
  if (failed === undefined)
    errors.push(required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${maxIndexed}`));
  if (parallelism !== undefined && parallelism > maxAtOnce) bound('parallelism', maxAtOnce, when);
  if (failed !== undefined && failed > maxAtOnce) bound('maxFailedIndexes', maxAtOnce, when);
  return errors;
}

function refuseIndexed(spec: JobSpec, path: string): Errors {
  return (['backoffLimitPerIndex', 'maxFailedIndexes'] as const).flatMap((name) =>
    spec[name] === undefined ? [] : [invalidValue(`${path}.${name}`, spec[name], 'requires indexed completion mode')],
  );
}

const fixed = ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const;

export function validateJobUpdate({ spec }: Job, old: Job): Errors {
  const before = old.spec;
  if (!spec || !before) return [];
  const errors = validateCompletions(spec, before);
  errors.push(
    ...immutable(spec.selector, before.selector, 'spec.selector'),
    ...immutable(
      spec.template,
      isSuspendedAndIdle(old) ? withDirectives(before.template, spec.template) : before.template,
      'spec.template',
    ),
  );
  for (const name of fixed) errors.push(...immutable(spec[name], before[name], `spec.${name}`));
  return errors;
}

function validateCompletions(spec: JobSpec, before: JobSpec): Errors {
  if (spec.completionMode !== 'Indexed') return immutable(spec.completions, before.completions, 'spec.completions');
  if (spec.completions === undefined || spec.completions === before.completions) return [];
  return spec.completions === spec.parallelism
    ? []
    : [invalidValue('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism')];
}

/** A job that has not begun may still be told where its pods go. */
function isSuspendedAndIdle({ spec, status }: Job): boolean {
  return spec?.suspend === true && !status?.startTime && (status?.active ?? 0) === 0;
}

/** The old template with those fields of the new one that a job which has not begun may change. */
function withDirectives(old: PodTemplateSpec, now: PodTemplateSpec): PodTemplateSpec {
  const taken = (from: object | undefined, base: object | undefined, names: readonly string[]) => {
    const kept = Object.entries(base ?? {}).filter(([name]) => !names.includes(name));
    const added = Object.entries(from ?? {}).filter(([name]) => names.includes(name));
    return Object.fromEntries([...kept, ...added]);
  };
  const allowed = {
    metadata: taken(now.metadata, old.metadata, ['annotations', 'labels']),
    spec: taken(now.spec, old.spec, ['affinity', 'nodeSelector', 'schedulingGates', 'tolerations']),
  } as unknown as PodTemplateSpec;
  return jsonEqual(allowed, now) ? now : old;
}
