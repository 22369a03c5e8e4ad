import type { Kind } from '../../api/kind.ts';
import type { SelfSubjectReview, TokenReview } from '../../api/schema/generated/types/authentication-v1.ts';
import type { SelfSubjectRulesReview, SubjectAccessReview } from '../../api/schema/generated/types/authorization-v1.ts';
import { type TokenReviewHandler, userInfo } from '../authentication/token-review.ts';
import { type ReviewScope, reviewedAttributes } from '../authorization/access-review.ts';
import type { RulesReviewHandler } from '../authorization/rules-review.ts';
import type { Attributes, Authorizer, Registry } from '../contract.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { outputFormat } from '../http/negotiate.ts';
import { sendObject } from '../http/respond.ts';
import { writeContext } from '../http/write-context.ts';
import { readTyped } from '../routes/decode.ts';
import type { ResourceHandler } from '../routes/router.ts';

export interface Reviews {
  readonly tokenReview: TokenReviewHandler;
  readonly rulesReview: RulesReviewHandler;
}

/** The kinds that are questions, by `group/plural`. */
export function reviewHandlers(
  { registry, authorizer }: { readonly registry: Registry; readonly authorizer: Authorizer },
  reviews: Reviews,
): ReadonlyMap<string, ResourceHandler> {
  const review =
    <T>(answer: (asked: T, request: ApiRequest) => Promise<unknown> | unknown): ResourceHandler =>
    async (request: ApiRequest, kind: Kind) => {
      outputFormat(request.exchange.headers.accept, kind, { noTable: true }); // refuses before anything is answered
      const context = writeContext(request, 'CreateOptions');
      const object = await readTyped(request, kind, context);
      const target = { name: '', ...(kind.scope === 'Namespaced' && { namespace: request.info.namespace }) };
      const asked = await registry.admit(kind, target, { operation: 'CREATE', body: kind, object }, context);
      const answered = await answer(asked as unknown as T, request);
      await sendObject(request, 201, { ...asked, ...(answered as object) });
    };
  const access = (scopeOf: (request: ApiRequest) => ReviewScope) =>
    review<SubjectAccessReview>((asked, request) =>
      accessAnswer(authorizer, reviewedAttributes(asked, scopeOf(request))),
    );
  return new Map<string, ResourceHandler>([
    [
      'authentication.k8s.io/tokenreviews',
      review<TokenReview>((asked, { signal }) => reviews.tokenReview(asked, signal)),
    ],
    [
      'authentication.k8s.io/selfsubjectreviews',
      review<SelfSubjectReview>((_asked, { user }) => ({ status: { userInfo: userInfo(user) } })),
    ],
    ['authorization.k8s.io/subjectaccessreviews', access(() => ({ kind: 'SubjectAccessReview' }))],
    [
      'authorization.k8s.io/localsubjectaccessreviews',
      access(({ info }) => ({ kind: 'LocalSubjectAccessReview', namespace: info.namespace })),
    ],
    [
      'authorization.k8s.io/selfsubjectaccessreviews',
      access(({ user }) => ({ kind: 'SelfSubjectAccessReview', user })),
    ],
    [
      'authorization.k8s.io/selfsubjectrulesreviews',
      review<SelfSubjectRulesReview>((asked, { user }) => reviews.rulesReview(asked, user)),
    ],
  ]);
}

async function accessAnswer(
  authorizer: Authorizer,
  attributes: Attributes,
): Promise<{ readonly status: SubjectAccessReview['status'] }> {
  const { decision, reason } = await authorizer.authorize(attributes);
  return {
    status: { allowed: decision === 'allow', ...(decision === 'deny' && { denied: true }), ...(reason && { reason }) },
  };
}
