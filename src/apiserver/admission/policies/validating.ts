import type { KubeObject } from '../../../api/object.ts';
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  Validation,
} from '../../../api/schema/generated/types/admissionregistration-v1.ts';
import { ApiError, forbidden, type StatusReason } from '../../../api/status.ts';
import { toError } from '../../../base/errors.ts';
import type { View } from '../../../client/client.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../../contract.ts';
import { checkConditions } from '../match-conditions.ts';
import { shownAs } from '../match-rules.ts';
import { type InForce, isSelected, type PolicyOptions, paramsFor, policiesFor } from './bindings.ts';
import { type Bound, Expressions } from './expressions.ts';
import { policyVariables } from './seen.ts';

type Pair = InForce<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding>;

/** Why a policy says no. */
interface Complaint {
  readonly message: string;
  readonly reason: string | undefined;
}

/** ValidatingAdmissionPolicy (kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy). */
export function validatingPolicies(
  stored: {
    readonly policies: View<ValidatingAdmissionPolicy>;
    readonly bindings: View<ValidatingAdmissionPolicyBinding>;
  },
  options: PolicyOptions,
): AdmissionPlugin {
  const compiled = new WeakMap<ValidatingAdmissionPolicy, Expressions>();
  const expressionsOf = async (policy: ValidatingAdmissionPolicy) => {
    let expressions = compiled.get(policy);
    if (!expressions) {
      expressions = await Expressions.load(policyVariables, options.authorizer);
      compiled.set(policy, expressions);
    }
    return expressions;
  };
  const complaintsOf = async (pair: Pair, request: AdmissionRequest, object: KubeObject | undefined) => {
    const expressions = await expressionsOf(pair.policy);
    const seen = {
      request,
      kind: pair.kind,
      object: shownAs(request, pair.kind, object),
      old: shownAs(request, pair.kind, request.old),
      namespace: request.ref.namespace ? options.namespaces.get(request.ref.namespace) : undefined,
    };
    const complaints: Complaint[] = [];
    try {
      for (const params of await paramsFor(options, pair, request))
        complaints.push(
          ...judge(pair.policy, expressions, expressions.bind({ ...seen, params }, pair.policy.spec?.variables)),
        );
    } catch (error) {
      const message = `failed to configure binding: ${toError(error).message}`;
      if (pair.policy.spec?.failurePolicy !== 'Ignore') complaints.push({ message, reason: undefined });
    }
    return complaints;
  };

  return {
    name: 'ValidatingAdmissionPolicy',
    handles: (request) => policiesFor(stored, request, options.equivalents).length > 0,
    async validate(request, object) {
      for (const pair of policiesFor(stored, request, options.equivalents)) {
        if (!isSelected(pair, { ...request, object }, options.namespaces)) continue;
        for (const complaint of await complaintsOf(pair, request, object)) act(pair, request, complaint);
      }
    },
  };
}

function judge({ spec }: ValidatingAdmissionPolicy, expressions: Expressions, bound: Bound): Complaint[] {
  const fails = spec?.failurePolicy !== 'Ignore';
  const conditions = checkConditions(spec?.matchConditions ?? [], expressions, bound);
  if (conditions.error !== undefined && fails) return [{ message: conditions.error, reason: undefined }];
  if (!conditions.matches) return [];
  return (spec?.validations ?? []).flatMap((validation) => {
    const { value, error } = expressions.evaluateBool(validation.expression, bound);
    if (error !== undefined) return fails ? [{ message: error, reason: undefined }] : [];
    return value ? [] : [{ message: messageOf(validation, expressions, bound), reason: validation.reason }];
  });
}

function messageOf(
  { expression, message, messageExpression }: Validation,
  expressions: Expressions,
  bound: Bound,
): string {
  const made = messageExpression ? expressions.evaluate(messageExpression, bound).value : undefined;
  if (typeof made === 'string' && made.trim() !== '' && !made.includes('\n')) return made.trim();
  return message ? message.trim() : `failed expression: ${expression.trim()}`;
}

const codes: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, RequestEntityTooLarge: 413 };

/** Does what the binding says: refuse, or warn. What is only to be audited is nobody's yet. */
function act(
  { policy, binding }: Pair,
  { kind, ref, warn }: AdmissionRequest,
  { message, reason = 'Invalid' }: Complaint,
): void {
  const names = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
  const actions = binding.spec?.validationActions ?? [];
  if (actions.includes('Warn')) warn(`Validation failed for ${names}: ${message}`);
  if (!actions.includes('Deny')) return;
  const text = `${names} denied request: ${message}`;
  const refusal = forbidden(kind, ref.name, text);
  throw new ApiError(
    reason as StatusReason,
    refusal.message,
    { ...refusal.details, causes: [{ message: text }] },
    { httpCode: codes[reason] ?? 422 },
  );
}
