import { policyVariables } from '../../../api/admissionregistration/expressions/variables.ts';
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

type Pair = InForce<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding>;

/** Why a policy says no. */
interface Complaint {
  readonly message: string;
  readonly reason: string | undefined;
  /** Which of its validations; 0 for what is wrong with the policy itself. */
  readonly index: number;
  /** The binding cannot be used at all: as upstream, that refuses whatever its actions are. */
  readonly isBroken?: boolean;
}

type Annotate = (key: string, value: string) => void;

/** Annotations of a policy that several bindings put into force: each value once. */
class Notes {
  readonly #values = new Map<string, Set<string>>();

  add(key: string, value: string): void {
    const values = this.#values.get(key) ?? new Set();
    this.#values.set(key, values.add(value));
  }

  tell(annotate: Annotate): void {
    for (const [key, values] of this.#values) annotate(key, [...values].join(', '));
  }
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
  const complaintsOf = async (
    pair: Pair,
    request: AdmissionRequest,
    { object, annotate }: { readonly object: KubeObject | undefined; readonly annotate: Annotate },
  ) => {
    const expressions = await expressionsOf(pair.policy);
    const seen = {
      request,
      kind: pair.kind,
      object: await shownAs(request, pair.kind, object),
      old: await shownAs(request, pair.kind, request.old),
      namespace: request.ref.namespace ? options.namespaces.get(request.ref.namespace) : undefined,
    };
    const complaints: Complaint[] = [];
    try {
      for (const params of await paramsFor(options, pair, request))
        complaints.push(
          ...judge(
            pair.policy,
            expressions,
            expressions.bind({ ...seen, params }, pair.policy.spec?.variables),
            annotate,
          ),
        );
    } catch (error) {
      const message = `failed to configure binding: ${toError(error).message}`;
      if (pair.policy.spec?.failurePolicy !== 'Ignore')
        complaints.push({ message, reason: undefined, index: 0, isBroken: true });
    }
    return complaints;
  };

  return {
    name: 'ValidatingAdmissionPolicy',
    handles: (request) => policiesFor(stored, request, options.equivalents).length > 0,
    async validate(request, object) {
      const notes = new Notes();
      const refusals: ApiError[] = [];
      for (const pair of policiesFor(stored, request, options.equivalents)) {
        if (!isSelected(pair, { ...request, object }, options.namespaces)) continue;
        const annotate: Annotate = (key, value) => notes.add(`${pair.policy.metadata.name}/${key}`, value);
        for (const complaint of await complaintsOf(pair, request, { object, annotate }))
          refusals.push(...act(pair, request, complaint));
      }
      if (request.annotate) notes.tell(request.annotate);
      // All have had their say, so that a refusal hides no warning of another policy.
      const [refusal] = refusals;
      if (refusal) throw refusal;
    },
  };
}

/** `annotate` gets what the policy wants in the audit event, by its own keys. */
function judge(
  { spec }: ValidatingAdmissionPolicy,
  expressions: Expressions,
  bound: Bound,
  annotate: Annotate,
): Complaint[] {
  const fails = spec?.failurePolicy !== 'Ignore';
  const conditions = checkConditions(spec?.matchConditions ?? [], expressions, bound);
  if (conditions.error !== undefined && fails) return [{ message: conditions.error, reason: undefined, index: 0 }];
  if (!conditions.matches) return [];
  const noted = (spec?.auditAnnotations ?? []).flatMap(({ key, valueExpression }) => {
    const { value, error } = expressions.evaluate(valueExpression, bound);
    if (typeof value === 'string') annotate(key, value.trim());
    return error !== undefined && fails ? [{ message: error, reason: undefined, index: 0 }] : [];
  });
  const failed = (spec?.validations ?? []).flatMap((validation, index) => {
    const { value, error } = expressions.evaluateBool(validation.expression, bound);
    if (error !== undefined) return fails ? [{ message: error, reason: undefined, index }] : [];
    return value ? [] : [{ message: messageOf(validation, expressions, bound), reason: validation.reason, index }];
  });
  return [...failed, ...noted];
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

/** Does what the binding says: warn, note it for the audit, or refuse; returns the refusal, if it is one. */
function act(
  { policy, binding }: Pair,
  { kind, ref, warn, annotate }: AdmissionRequest,
  { message, reason = 'Invalid', index, isBroken }: Complaint,
): readonly ApiError[] {
  const names = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
  const actions = isBroken ? ['Deny'] : (binding.spec?.validationActions ?? []);
  if (actions.includes('Warn')) warn(`Validation failed for ${names}: ${message}`);
  if (actions.includes('Audit')) {
    const names = { policy: policy.metadata.name, binding: binding.metadata.name };
    const failure = { message, ...names, expressionIndex: index, validationActions: actions };
    annotate?.('validation.policy.admission.k8s.io/validation_failure', JSON.stringify([failure]));
  }
  if (!actions.includes('Deny')) return [];
  const text = `${names} denied request: ${message}`;
  const refusal = forbidden(kind, ref.name, text);
  const details = { ...refusal.details, causes: [{ message: text }] };
  return [new ApiError(reason as StatusReason, refusal.message, details, { httpCode: codes[reason] ?? 422 })];
}
