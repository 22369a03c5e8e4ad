import type { ResourceAttributes, SubjectAccessReview } from '../../api/schema/generated/types/authorization-v1.ts';
import { badRequest, type FieldError, invalid } from '../../api/status.ts';
import { invalidValue, notSupported, required } from '../../api/validation/field-error.ts';
import type { Attributes, UserInfo } from '../contract.ts';
import { selectorTexts } from './selectors.ts';

const group = 'authorization.k8s.io';

/** Of whom a review asks. */
export type ReviewScope =
  /** Of the user in its spec. */
  | { readonly kind: 'SubjectAccessReview' }
  /** The same, in this namespace only. */
  | { readonly kind: 'LocalSubjectAccessReview'; readonly namespace: string }
  /** Of whoever asks. */
  | { readonly kind: 'SelfSubjectAccessReview'; readonly user: UserInfo };

type Spec = SubjectAccessReview['spec'];

/** What an authorizer is asked by a review. Throws ApiError `Invalid` or `BadRequest` in upstream's words. */
export function reviewedAttributes(review: SubjectAccessReview, scope: ReviewScope): Attributes {
  const spec: Spec = review.spec ?? {};
  const errors = [
    ...metadataErrors(review, scope),
    ...attributesErrors(spec),
    ...(scope.kind === 'SelfSubjectAccessReview' ? [] : subjectErrors(spec)),
    ...(scope.kind === 'LocalSubjectAccessReview' ? localErrors(spec, scope.namespace) : []),
  ];
  if (errors.length > 0) throw invalid({ group, kind: scope.kind }, '', errors);
  const user = scope.kind === 'SelfSubjectAccessReview' ? scope.user : subjectOf(spec);
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes)
    return { user, verb: resourceAttributes.verb ?? '', resource: resourceOf(resourceAttributes) };
  return { user, verb: nonResourceAttributes?.verb ?? '', path: nonResourceAttributes?.path ?? '' };
}

/** A review is no object: it is never stored, and has no name. */
function metadataErrors({ metadata = {} }: SubjectAccessReview, scope: ReviewScope): readonly FieldError[] {
  const { managedFields: _, namespace, ...rest } = metadata;
  if (scope.kind === 'LocalSubjectAccessReview' && namespace && namespace !== scope.namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  const isOfNamespace = scope.kind === 'LocalSubjectAccessReview' || !namespace;
  const isEmpty = isOfNamespace && Object.values(rest).every((value) => value === undefined || value === null);
  return isEmpty ? [] : [invalidValue('metadata', metadata, 'must be empty')];
}

function subjectErrors({ user, groups = [] }: Spec): readonly FieldError[] {
  return user || groups.length > 0
    ? []
    : [invalidValue('spec.user', '', 'at least one of user or group must be specified')];
}

function attributesErrors({ resourceAttributes, nonResourceAttributes }: Spec): readonly FieldError[] {
  if (resourceAttributes && nonResourceAttributes)
    return [
      invalidValue(
        'spec.nonResourceAttributes',
        nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    ];
  if (nonResourceAttributes) return [];
  if (!resourceAttributes)
    return [
      invalidValue(
        'spec.resourceAttributes',
        null,
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    ];
  return selectorErrors(resourceAttributes);
}

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

function selectorErrors(asked: ResourceAttributes): readonly FieldError[] {
  return (['fieldSelector', 'labelSelector'] as const).flatMap((name) => {
    const selector = asked[name];
    if (!selector) return [];
    const field = `spec.resourceAttributes.${name}`;
    const { rawSelector, requirements = [] } = selector;
    if (rawSelector && requirements.length > 0)
      return [invalidValue(`${field}.rawSelector`, rawSelector, 'may not specified at the same time as requirements')];
    if (!rawSelector && requirements.length === 0)
      return [required(`${field}.requirements`, `when ${field} is specified, requirements or rawSelector is required`)];
    return requirements.flatMap(({ key, operator, values = [] }, at) => {
      const path = `${field}.requirements[${at}]`;
      const takesValues = operator === 'In' || operator === 'NotIn';
      return [
        ...(key ? [] : [required(`${path}.key`, 'must be specified')]),
        ...(operators.includes(operator) ? [] : [notSupported(`${path}.operator`, operator, operators)]),
        ...(takesValues && values.length === 0
          ? [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")]
          : []),
      ];
    });
  });
}

function localErrors({ resourceAttributes, nonResourceAttributes }: Spec, namespace: string): readonly FieldError[] {
  const wanted = resourceAttributes?.namespace ?? '';
  return [
    ...(resourceAttributes && wanted !== namespace
      ? [invalidValue('spec.resourceAttributes.namespace', wanted, 'must match metadata.namespace')]
      : []),
    ...(nonResourceAttributes
      ? [invalidValue('spec.nonResourceAttributes', nonResourceAttributes, 'disallowed on this kind of request')]
      : []),
  ];
}

function subjectOf({ user = '', groups = [], uid, extra }: Spec): UserInfo {
  return { name: user, groups, ...(uid && { uid }), ...(extra && { extra }) };
}

function resourceOf(asked: ResourceAttributes): NonNullable<Attributes['resource']> {
  const { group = '', version = '', resource = '', subresource = '', namespace = '', name = '' } = asked;
  return { group, version, plural: resource, subresource, namespace, name, ...selectorTexts(asked) };
}
