import { expressionsIn } from '../../api/admissionregistration/expressions/fields.ts';
import { policyVariables } from '../../api/admissionregistration/expressions/variables.ts';
import { validatingAdmissionPolicy } from '../../api/admissionregistration/validating-admission-policy.ts';
import { typeOf } from '../../api/cel/types/of-schema.ts';
import type { Kind } from '../../api/kind.ts';
import type {
  ExpressionWarning,
  ValidatingAdmissionPolicy,
} from '../../api/schema/generated/types/admissionregistration-v1.ts';
import { type Controller, changesOf, controller, done, mayWriteStatus } from '../../controller-runtime/controller.ts';
import { writeStatus } from '../shared/status.ts';

/** Kinds that one policy is checked against. Upstream's. */
const mostKinds = 10;

/**
 * Tells in the status of a policy what cannot be right about its expressions for the kinds it names: fields that these do not have,
 * operators that do not fit. A warning only, as kinds change. (kubernetes.io, "Validating Admission Policy", type checking.)
 */
export function policyTypeCheckController(kinds: () => readonly Kind[]): Controller {
  return controller({
    name: 'validatingadmissionpolicy-status-controller',
    wakesOn: [changesOf(validatingAdmissionPolicy)],
    writes: [mayWriteStatus(validatingAdmissionPolicy)],
    async reconcile(key, context) {
      const policy = context.client.view(validatingAdmissionPolicy).get(key);
      const generation = policy?.metadata.generation;
      if (!policy || generation === undefined || policy.status?.observedGeneration === generation) return done;
      const expressionWarnings = await warningsFor(policy, kinds());
      await writeStatus(context, validatingAdmissionPolicy, policy, {
        ...policy.status,
        observedGeneration: generation,
        typeChecking: expressionWarnings.length > 0 ? { expressionWarnings } : {},
      });
      return done;
    },
  });
}

async function warningsFor(policy: ValidatingAdmissionPolicy, kinds: readonly Kind[]): Promise<ExpressionWarning[]> {
  // Brings the engine along, which most clusters never need.
  const { faultsOf } = await import('../../api/admissionregistration/expressions/check.ts');
  const fields = expressionsIn(policy).filter(({ path }) => !path.includes('.matchConditions['));
  const { paramKind } = policy.spec ?? {};
  const paramsKind = kinds.find(
    ({ kind, apiVersion }) => kind === paramKind?.kind && apiVersion === paramKind.apiVersion,
  );
  const messages = new Map<string, string[]>();
  for (const kind of matchedKinds(policy, kinds)) {
    const object = typeOf(kind.schema(), 'object');
    const params = paramsKind && { params: typeOf(paramsKind.schema(), 'params') };
    for (const { path, message } of faultsOf(fields, { ...policyVariables, object, oldObject: object, ...params })) {
      const told = messages.get(path) ?? [];
      const why = message.replace(/^compilation failed: /, '');
      messages.set(path, [...told, `${kind.apiVersion}, Kind=${kind.kind}: ${why}\n`]);
    }
  }
  return [...messages].map(([fieldRef, told]) => ({ fieldRef, warning: told.join('') }));
}

/** Kinds that are named: neither all of something, nor parts of objects. */
function matchedKinds({ spec }: ValidatingAdmissionPolicy, kinds: readonly Kind[]): readonly Kind[] {
  const found = new Set<Kind>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of spec?.matchConstraints?.resourceRules ?? []) {
    if ([...apiGroups, ...apiVersions, ...resources].some((name) => name.includes('*') || name.includes('/'))) continue;
    for (const kind of kinds)
      if (apiGroups.includes(kind.group) && apiVersions.includes(kind.version) && resources.includes(kind.plural))
        found.add(kind);
  }
  return [...found].slice(0, mostKinds);
}
