import type {
  FlowSchema,
  NonResourcePolicyRule,
  PriorityLevelConfiguration,
  QueuingConfiguration,
  ResourcePolicyRule,
  Subject,
} from '../../schema/generated/types/flowcontrol-v1.ts';
import {
  type Errors,
  each,
  inRange,
  notNegative,
  positive,
  requiredFormat,
  requiredOneOf,
  requiredText,
} from '../common.ts';
import { forbidden, invalidValue, required } from '../field-error.ts';
import { isDns1123Subdomain } from '../format.ts';

const mostPrecedence = 10_000;
const mostQueues = 10_000_000;

export function validateFlowSchema({ metadata, spec }: FlowSchema): Errors {
  const { matchingPrecedence = 0, distinguisherMethod, rules, priorityLevelConfiguration } = spec ?? {};
  const errors: Errors = [];
  const here = 'spec.matchingPrecedence';
  if (matchingPrecedence <= 0) errors.push(invalidValue(here, matchingPrecedence, 'must be a positive value'));
  if (matchingPrecedence > mostPrecedence)
    errors.push(invalidValue(here, matchingPrecedence, `must not be greater than ${mostPrecedence}`));
  if (matchingPrecedence === 1 && metadata.name !== 'exempt')
    errors.push(invalidValue(here, matchingPrecedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
  const level = 'spec.priorityLevelConfiguration.name';
  return [
    ...errors,
    ...(distinguisherMethod
      ? requiredOneOf(distinguisherMethod.type, 'spec.distinguisherMethod.type', ['ByNamespace', 'ByUser'])
      : []),
    ...(priorityLevelConfiguration?.name
      ? requiredFormat(priorityLevelConfiguration.name, level, isDns1123Subdomain)
      : [required(level, 'must reference a priority level')]),
    ...each(rules, 'spec.rules', ({ subjects, resourceRules, nonResourceRules }, path) => [
      ...(subjects?.length
        ? each(subjects, `${path}.subjects`, subjectErrors)
        : [required(`${path}.subjects`, 'subjects must contain at least one value')]),
      ...(resourceRules?.length || nonResourceRules?.length
        ? []
        : [required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty')]),
      ...each(resourceRules, `${path}.resourceRules`, resourceRuleErrors),
      ...each(nonResourceRules, `${path}.nonResourceRules`, nonResourceRuleErrors),
    ]),
  ];
}

const subjectFields = { User: 'user', Group: 'group', ServiceAccount: 'serviceAccount' } as const;

function subjectErrors(subject: Subject, path: string): Errors {
  const errors = requiredOneOf(subject.kind, `${path}.kind`, ['Group', 'ServiceAccount', 'User']);
  if (errors.length > 0) return errors;
  for (const [kind, field] of Object.entries(subjectFields)) {
    const value = subject[field];
    if (kind !== subject.kind) {
      if (value) errors.push(forbidden(`${path}.${field}`, `${field} is forbidden when subject kind is not '${kind}'`));
    } else if (!value) errors.push(required(`${path}.${field}`, `${field} is required when subject kind is '${kind}'`));
    else errors.push(...requiredText(value.name, `${path}.${field}.name`));
  }
  if (subject.serviceAccount)
    errors.push(...requiredText(subject.serviceAccount.namespace, `${path}.serviceAccount.namespace`));
  return errors;
}

function nonEmpty(list: readonly string[] | undefined, path: string, what: string): Errors {
  return list?.length ? [] : [required(path, `${what} must contain at least one value`)];
}

function resourceRuleErrors(rule: ResourcePolicyRule, path: string): Errors {
  const errors = [
    ...nonEmpty(rule.verbs, `${path}.verbs`, 'verbs'),
    ...nonEmpty(rule.apiGroups, `${path}.apiGroups`, 'resource rules'),
    ...nonEmpty(rule.resources, `${path}.resources`, 'resource rules'),
  ];
  if (!rule.namespaces?.length && !rule.clusterScope)
    errors.push(
      required(`${path}.namespaces`, 'resource rules that are not cluster scoped must supply at least one namespace'),
    );
  return errors;
}

function nonResourceRuleErrors(rule: NonResourcePolicyRule, path: string): Errors {
  return [
    ...nonEmpty(rule.verbs, `${path}.verbs`, 'verbs'),
    ...nonEmpty(rule.nonResourceURLs, `${path}.nonResourceURLs`, 'nonResourceURLs'),
  ];
}

export function validatePriorityLevel({ metadata, spec }: PriorityLevelConfiguration): Errors {
  const { type, limited, exempt } = spec ?? {};
  const errors: Errors = [];
  if ((metadata.name === 'exempt') !== (type === 'Exempt'))
    errors.push(invalidValue('spec.type', type, "type must be 'Exempt' if and only if name is 'exempt'"));
  if (type === 'Exempt') {
    if (limited) errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'));
    return [...errors, ...sharesErrors(exempt, 'spec.exempt')];
  }
  if (type !== 'Limited') return [...errors, ...requiredOneOf(type, 'spec.type', ['Exempt', 'Limited'])];
  if (exempt) errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
  if (!limited) return [...errors, required('spec.limited', 'must not be empty when type is Limited')];
  const here = 'spec.limited.limitResponse';
  const { limitResponse } = limited;
  errors.push(
    ...sharesErrors(limited, 'spec.limited'),
    ...notNegative(limited.borrowingLimitPercent, 'spec.limited.borrowingLimitPercent'),
    ...requiredOneOf(limitResponse?.type, `${here}.type`, ['Queue', 'Reject']),
  );
  if (limitResponse?.type === 'Reject' && limitResponse.queuing)
    errors.push(forbidden(`${here}.queuing`, 'must be nil if limited.limitResponse.type is not Limited'));
  if (limitResponse?.type === 'Queue')
    errors.push(
      ...(limitResponse.queuing
        ? queuingErrors(limitResponse.queuing, `${here}.queuing`)
        : [required(`${here}.queuing`, 'must not be empty if limited.limitResponse.type is Limited')]),
    );
  return errors;
}

function sharesErrors(
  shares: { nominalConcurrencyShares?: number; lendablePercent?: number } | undefined,
  path: string,
): Errors {
  return [
    ...notNegative(shares?.nominalConcurrencyShares, `${path}.nominalConcurrencyShares`),
    ...inRange(shares?.lendablePercent, `${path}.lendablePercent`, [0, 100]),
  ];
}

function queuingErrors({ queues = 0, handSize = 0, queueLengthLimit }: QueuingConfiguration, path: string): Errors {
  const errors = [
    ...positive(queueLengthLimit, `${path}.queueLengthLimit`),
    ...positive(queues, `${path}.queues`),
    ...positive(handSize, `${path}.handSize`),
  ];
  if (queues > mostQueues)
    errors.push(invalidValue(`${path}.queues`, queues, `must not be greater than ${mostQueues}`));
  if (queues > 0 && handSize > queues)
    errors.push(invalidValue(`${path}.handSize`, handSize, `should not be greater than queues (${queues})`));
  return errors;
}
