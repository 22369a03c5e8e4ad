import type {
  FlowSchema,
  LimitedPriorityLevelConfiguration,
  NonResourcePolicyRule,
  PriorityLevelConfiguration,
  QueuingConfiguration,
  ResourcePolicyRule,
  Subject,
} from '../../schema/generated/types/flowcontrol-v1.ts';
import { type Errors, each, inRange, requiredFormat, requiredOneOf, requiredText } from '../common.ts';
import { forbidden, invalidValue, notSupported, required } from '../field-error.ts';
import { isDns1123Label, isDns1123Subdomain } from '../format.ts';

const mostPrecedence = 10_000;
const mostQueues = 10_000_000;
const mostHashBits = 60;

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

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

/** A list that is not empty, and in which a star stands alone; `what` as the messages name its items. */
function starOrMany(
  list: readonly string[] = [],
  path: string,
  { empty, what }: { empty: string; what: string },
): Errors {
  if (list.length === 0) return [required(path, empty)];
  return list.length > 1 && list.includes('*')
    ? [invalidValue(path, list, `if '*' is present, must not specify other ${what}`)]
    : [];
}

function verbErrors(list: readonly string[] = [], path: string): Errors {
  const errors = starOrMany(list, path, { empty: 'verbs must contain at least one value', what: 'verbs' });
  if (errors.length > 0 || list.includes('*') || list.every((verb) => verbs.includes(verb))) return errors;
  return [notSupported(path, list, verbs)];
}

function resourceRuleErrors(rule: ResourcePolicyRule, path: string): Errors {
  const { apiGroups, resources, namespaces = [], clusterScope } = rule;
  const groupRules = { empty: 'resource rules must supply at least one api group', what: 'api groups' };
  const resourceRules = { empty: 'resource rules must supply at least one resource', what: 'resources' };
  const errors = [
    ...verbErrors(rule.verbs, `${path}.verbs`),
    ...starOrMany(apiGroups, `${path}.apiGroups`, groupRules),
    ...starOrMany(resources, `${path}.resources`, resourceRules),
  ];
  const here = `${path}.namespaces`;
  if (namespaces.length === 0)
    return clusterScope
      ? errors
      : [...errors, required(here, 'resource rules that are not cluster scoped must supply at least one namespace')];
  if (namespaces.includes('*')) return [...errors, ...starOrMany(namespaces, here, { empty: '', what: 'namespaces' })];
  const intro = "each member of this list must be '*' or a DNS-1123 label; ";
  return [
    ...errors,
    ...each(namespaces, here, (name, at) => isDns1123Label(name).map((why) => invalidValue(at, name, intro + why))),
  ];
}

function nonResourceRuleErrors(rule: NonResourcePolicyRule, path: string): Errors {
  const { nonResourceURLs: urls = [] } = rule;
  const here = `${path}.nonResourceURLs`;
  const rules = { empty: 'nonResourceURLs must contain at least one value', what: 'non-resource URLs' };
  return [
    ...verbErrors(rule.verbs, `${path}.verbs`),
    ...starOrMany(urls, here, rules),
    ...(urls.includes('*') ? [] : each(urls, here, urlErrors)),
  ];
}

function urlErrors(url: string, path: string): Errors {
  const refuse = (detail: string) => [invalidValue(path, url, detail)];
  if (url === '') return refuse('must not be empty');
  if (!url.startsWith('/')) return refuse('must start with slash');
  if (url.includes(' ')) return refuse('must not contain white-space');
  if (url.includes('//')) return refuse('must not contain double slash');
  const stars = url.split('*').length - 1;
  return stars > 1 || (stars === 1 && !url.endsWith('*')) ? refuse('wildcard can only do suffix matching') : [];
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
    ...((limited.borrowingLimitPercent ?? 0) < 0
      ? [
          invalidValue(
            'spec.limited.borrowingLimitPercent',
            limited.borrowingLimitPercent,
            'if specified, must be a non-negative integer',
          ),
        ]
      : []),
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

type Shares = Pick<LimitedPriorityLevelConfiguration, 'nominalConcurrencyShares' | 'lendablePercent'>;

function sharesErrors(shares: Shares | undefined, path: string): Errors {
  const { nominalConcurrencyShares: nominal = 0, lendablePercent } = shares ?? {};
  const errors = inRange(lendablePercent, `${path}.lendablePercent`, [0, 100]);
  if (nominal < 0)
    errors.unshift(invalidValue(`${path}.nominalConcurrencyShares`, nominal, 'must be a non-negative integer'));
  return errors;
}

function queuingErrors({ queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration, path: string): Errors {
  const errors: Errors = [];
  const refuse = (name: string, value: number, detail: string) =>
    errors.push(invalidValue(`${path}.${name}`, value, detail));
  for (const [name, value] of Object.entries({ queueLengthLimit, queues, handSize }))
    if (value <= 0) refuse(name, value, 'must be positive');
  if (queues > mostQueues) refuse('queues', queues, `must not be greater than ${mostQueues}`);
  if (queues <= 0 || handSize <= 0) return errors;
  if (handSize > queues) refuse('handSize', handSize, `should not be greater than queues (${queues})`);
  else if (Math.ceil(Math.log2(queues) * handSize) > mostHashBits)
    refuse(
      'handSize',
      handSize,
      `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${mostHashBits}`,
    );
  return errors;
}
