import type { SubjectAccessReview } from '../../../api/schema/generated/types/authorization-v1.ts';
import { toError } from '../../../base/errors.ts';

/** Whether a request is a webhook's. `error`: a condition gave no answer, and none said no. */
export type MatchConditions = (spec: SubjectAccessReview['spec']) => {
  readonly matches: boolean;
  readonly error?: string;
};

/** Compiles CEL expressions over `request`, the spec of a SubjectAccessReview. Rejects with Error that names the one that will not do. */
export async function compileMatchConditions(expressions: readonly string[]): Promise<MatchConditions> {
  const [{ compile }, { toCel }] = await Promise.all([
    import('../../../api/cel/program.ts'),
    import('../../../api/cel/values.ts'),
  ]);
  const programs = expressions.map((expression) => {
    try {
      return compile(expression, ['request']);
    } catch (error) {
      throw new Error(`expression '${expression}': ${toError(error).message}`, { cause: error });
    }
  });
  return (spec) => {
    // As upstream's typed value: texts that are not set are empty, objects that are not set are not there.
    const request = toCel({ user: '', uid: '', groups: [], ...spec, ...withDefaults(spec) });
    let error: string | undefined;
    for (const program of programs) {
      const outcome = program.evaluate({ request });
      if (outcome.error !== undefined) error ??= `expression '${program.expression}': ${outcome.error}`;
      else if (outcome.value === false) return { matches: false };
      else if (outcome.value !== true) error ??= `expression '${program.expression}' must evaluate to bool`;
    }
    return error === undefined ? { matches: true } : { matches: false, error };
  };
}

function withDefaults({ resourceAttributes }: SubjectAccessReview['spec']): object {
  if (!resourceAttributes) return {};
  const empty = { namespace: '', verb: '', group: '', version: '', resource: '', subresource: '', name: '' };
  return { resourceAttributes: { ...empty, ...resourceAttributes } };
}
