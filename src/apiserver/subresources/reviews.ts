import type { Kind } from '../../api/kind.ts';
import type { SelfSubjectReview, TokenReview } from '../../api/schema/generated/types/authentication-v1.ts';
import type {
  ResourceAttributes,
  SelfSubjectRulesReview,
  SubjectAccessReview,
} from '../../api/schema/generated/types/authorization-v1.ts';
import { badRequest, type FieldError, invalid } from '../../api/status.ts';
import { type TokenReviewHandler, userInfo } from '../authentication/token-review.ts';
import type { RulesReviewHandler } from '../authorization/rules-review.ts';
import { selectorTexts } from '../authorization/selectors.ts';
import type { Attributes, Authorizer, UserInfo } from '../contract.ts';
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
export function reviewHandlers(authorizer: Authorizer, reviews: Reviews): ReadonlyMap<string, ResourceHandler> {
  const review =
    <T>(answer: (asked: T, request: ApiRequest) => Promise<unknown> | unknown): ResourceHandler =>
    async (request: ApiRequest, kind: Kind) => {
      outputFormat(request.exchange.headers.accept, kind, { noTable: true }); // refuses before anything is answered
      const asked = await readTyped(request, kind, writeContext(request, 'CreateOptions'));
      const answered = await answer(asked as unknown as T, request);
      await sendObject(request, 201, { ...asked, ...(answered as object) });
    };
  const access = (needsNamespace: boolean) =>
    review<SubjectAccessReview>((asked, request) => {
      if (needsNamespace) checkLocal(asked, request.info.namespace);
      return accessAnswer(authorizer, asked, subjectOf(asked));
    });
  return new Map<string, ResourceHandler>([
    [
      'authentication.k8s.io/tokenreviews',
      review<TokenReview>((asked, { signal }) => reviews.tokenReview(asked, signal)),
    ],
    [
      'authentication.k8s.io/selfsubjectreviews',
      review<SelfSubjectReview>((_asked, { user }) => ({ status: { userInfo: userInfo(user) } })),
    ],
    ['authorization.k8s.io/subjectaccessreviews', access(false)],
    ['authorization.k8s.io/localsubjectaccessreviews', access(true)],
    [
      'authorization.k8s.io/selfsubjectaccessreviews',
      review<SubjectAccessReview>((asked, { user }) => accessAnswer(authorizer, asked, user)),
    ],
    [
      'authorization.k8s.io/selfsubjectrulesreviews',
      review<SelfSubjectRulesReview>((asked, { user }) => reviews.rulesReview(asked, user)),
    ],
  ]);
}

function subjectOf({ spec }: SubjectAccessReview): UserInfo {
  if (!spec.user && !spec.groups?.length)
    throw invalid({ group: 'authorization.k8s.io', kind: 'SubjectAccessReview' }, '', [
      {
        type: 'FieldValueInvalid',
        field: 'spec.user',
        message: 'Invalid value: "": at least one of user or group must be specified',
      },
    ]);
  return {
    name: spec.user ?? '',
    groups: spec.groups ?? [],
    ...(spec.uid && { uid: spec.uid }),
    ...(spec.extra && { extra: spec.extra }),
  };
}

function checkLocal({ spec }: SubjectAccessReview, namespace: string): void {
  const wanted = spec.resourceAttributes?.namespace;
  if (wanted === namespace) return;
  throw badRequest(
    `spec.resourceAttributes.namespace must match namespace: ${JSON.stringify(wanted ?? '')} is not ${JSON.stringify(namespace)}`,
  );
}

async function accessAnswer(
  authorizer: Authorizer,
  { spec }: SubjectAccessReview,
  user: UserInfo,
): Promise<{ readonly status: SubjectAccessReview['status'] }> {
  const { decision, reason } = await authorizer.authorize(attributesOf(spec, user));
  return {
    status: { allowed: decision === 'allow', ...(decision === 'deny' && { denied: true }), ...(reason && { reason }) },
  };
}

function attributesOf(spec: SubjectAccessReview['spec'], user: UserInfo): Attributes {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (!resourceAttributes === !nonResourceAttributes) {
    const error: FieldError = {
      type: 'FieldValueInvalid',
      field: 'spec.resourceAttributes',
      message: 'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    };
    throw invalid({ group: 'authorization.k8s.io', kind: 'SubjectAccessReview' }, '', [error]);
  }
  if (nonResourceAttributes)
    return { user, verb: nonResourceAttributes.verb ?? '', path: nonResourceAttributes.path ?? '' };
  return { user, verb: resourceAttributes?.verb ?? '', resource: resourceOf(resourceAttributes ?? {}) };
}

function resourceOf(asked: ResourceAttributes): NonNullable<Attributes['resource']> {
  const { group = '', version = '', resource = '', subresource = '', namespace = '', name = '' } = asked;
  return { group, version, plural: resource, subresource, namespace, name, ...selectorTexts(asked) };
}
