import { CelCompileError, compile } from '../../cel/program.ts';
import { dyn, objectOf, type Type } from '../../cel/types/type.ts';
import type { ExpressionField } from './fields.ts';
import { isMadeObject } from './variables.ts';

/** An expression that cannot be used, and why. */
export interface ExpressionFault {
  readonly path: string;
  readonly expression: string;
  readonly message: string;
}

/**
 * What is wrong with the expressions of one object, before any of them runs. Brings the engine along: import it lazily. Of the
 * policy's own `variables` each knows those before it.
 */
export function faultsOf(
  fields: readonly ExpressionField[],
  declared: Readonly<Record<string, Type>>,
): readonly ExpressionFault[] {
  const known: Record<string, Type> = {};
  const variables =
    'variables' in declared ? { ...declared, variables: objectOf('kubernetes.variables', known) } : declared;
  const faults: ExpressionFault[] = [];
  for (const { path, expression, results, variable } of fields) {
    let type: Type = dyn;
    try {
      ({ type } = compile(expression, variables, { isObject: isMadeObject }));
    } catch (error) {
      if (!(error instanceof CelCompileError)) throw error;
      faults.push({ path, expression, message: error.message });
    }
    if (variable !== undefined) known[variable] = type;
    if (!results || type.kind === 'dyn' || results.includes(type.kind)) continue;
    const wanted = results.length === 1 ? results[0] : `one of [${results.join(' ')}]`;
    faults.push({ path, expression, message: `must evaluate to ${wanted}` });
  }
  return faults;
}
