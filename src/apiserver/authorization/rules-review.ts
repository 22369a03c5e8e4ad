import type { ResourceRule, SelfSubjectRulesReview } from '../../api/schema/generated/types/authorization-v1.ts';
import { badRequest } from '../../api/status.ts';
import type { UserInfo } from '../contract.ts';
import { nodeNameOf } from './node.ts';
import type { RuleResolver } from './rbac.ts';

export type RulesReviewHandler = (review: SelfSubjectRulesReview, user: UserInfo) => SelfSubjectRulesReview;

/** POST selfsubjectrulesreviews: what the caller may do in a namespace (`kubectl auth can-i --list`). */
export function createRulesReviewHandler(
  resolver: RuleResolver,
  /** Whether others are asked whose rules nobody can list. */
  hasUnlisted: () => boolean = () => false,
): RulesReviewHandler {
  return (review, user) => {
    const namespace = review.spec?.namespace;
    if (!namespace) throw badRequest('no namespace on request');
    const resourceRules: ResourceRule[] = [];
    const nonResourceRules: { verbs: readonly string[]; nonResourceURLs: readonly string[] }[] = [];
    if (user.groups.includes('system:masters')) {
      resourceRules.push({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] });
      nonResourceRules.push({ verbs: ['*'], nonResourceURLs: ['*'] });
    }
    resolver.visit(user, namespace, ({ verbs, apiGroups = [], resources = [], resourceNames, nonResourceURLs }) => {
      if (resources.length > 0)
        resourceRules.push({ verbs, apiGroups, resources, ...(resourceNames?.length && { resourceNames }) });
      if (nonResourceURLs?.length) nonResourceRules.push({ verbs, nonResourceURLs });
      return false;
    });
    const problems = [
      ...(nodeNameOf(user) === undefined ? [] : ['node authorizer does not support user rule resolution']),
      ...(hasUnlisted() ? ['webhook authorizer does not support user rule resolution'] : []),
    ];
    const evaluationError = problems.join(', ');
    const incomplete = problems.length > 0;
    return {
      ...review,
      status: { resourceRules, nonResourceRules, incomplete, ...(incomplete && { evaluationError }) },
    };
  };
}
