import type { PodTemplateSpec, Volume } from '../../schema/generated/types/core-v1.ts';
import type { LabelSelector } from '../../schema/generated/types/meta-v1.ts';
import { labelSelectorOf } from '../../selectors/label-selector.ts';
import type { Errors } from '../common.ts';
import { validatePodTemplateSpec } from '../core/pod/pod-spec.ts';
import { asGoStruct, forbidden, invalidValue, notSupported, required } from '../field-error.ts';
import { validateLabelSelector } from '../label-selector.ts';

export interface WorkloadRules {
  /** As the message about an empty selector names it. */
  readonly kind: string;
  /** As the message about a deadline names it. */
  readonly title: string;
}

interface WorkloadSpec {
  readonly selector?: LabelSelector | undefined;
  readonly template?: PodTemplateSpec | undefined;
}

/** Selector and pod template of a workload: they must fit together, and its pods run for ever; `added` as for a template. */
export function validateSelectorAndTemplate(
  { selector, template }: WorkloadSpec,
  rules: WorkloadRules,
  added?: readonly Volume[],
): Errors {
  const errors = validateSelector(selector, rules.kind);
  const labels = template?.metadata?.labels;
  // As upstream: no selector at all matches nothing; an empty or broken one is complained of once.
  const matches = selector ? errors.length > 0 || labelSelectorOf(selector).matches(labels) : false;
  if (template && !matches)
    errors.push(
      invalidValue('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`'),
    );
  errors.push(...validatePodTemplateSpec(template, 'spec.template', added));
  const { restartPolicy, activeDeadlineSeconds } = template?.spec ?? {};
  if (restartPolicy && restartPolicy !== 'Always')
    errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  if (activeDeadlineSeconds !== undefined)
    errors.push(
      forbidden('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${rules.title} is not Supported`),
    );
  return errors;
}

function validateSelector(selector: LabelSelector | undefined, kind: string): Errors {
  if (!selector) return [required('spec.selector')];
  const errors = validateLabelSelector(selector, 'spec.selector');
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length + matchExpressions.length === 0)
    errors.push(invalidValue('spec.selector', selector, `empty selector is invalid for ${kind}`));
  return errors;
}

/** How a deployment or daemon set is to be rolled out, as upstream's messages show it. */
export function shownStrategy(strategy: { readonly type?: string; readonly rollingUpdate?: object }): object {
  const { type, rollingUpdate } = strategy;
  const shown = rollingUpdate && asGoStruct(rollingUpdate, { MaxUnavailable: null, MaxSurge: null });
  return { Type: type ?? '', RollingUpdate: shown ?? null };
}
