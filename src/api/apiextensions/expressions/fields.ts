/** Whether an expression asks for fields that its schema does not have, found before it ever runs. */
import { parse } from '@bufbuild/cel';
import type { JSONSchemaProps } from '../../schema/generated/types/apiextensions-v1.ts';
import { escapedName, ofEveryObject } from './values.ts';

type Expr = NonNullable<ReturnType<typeof parse>['expr']>;
/** Undefined: it could be anything. */
type Known = JSONSchemaProps | undefined;
type Scope = ReadonlyMap<string, Known>;

/** The first field that is asked for and not there. `expression` has been compiled before. */
export function undefinedField(expression: string, variables: Readonly<Record<string, Known>>): string | undefined {
  const missing: string[] = [];
  const { expr } = parse(expression);
  if (expr) visit(expr, new Map(Object.entries(variables)), missing);
  return missing[0];
}

/** What is known of an expression's value. Adds fields that are not there to `missing`. */
function visit(expr: Expr | undefined, scope: Scope, missing: string[]): Known {
  const { exprKind } = expr ?? {};
  switch (exprKind?.case) {
    case 'identExpr':
      return scope.get(exprKind.value.name);
    case 'selectExpr':
      return select(visit(exprKind.value.operand, scope, missing), exprKind.value.field, missing);
    case 'callExpr': {
      const { function: name, target, args } = exprKind.value;
      visit(target, scope, missing);
      const [first] = args.map((arg) => visit(arg, scope, missing));
      return name === '_[_]' ? valueIn(first) : undefined;
    }
    case 'listExpr':
      for (const element of exprKind.value.elements) visit(element, scope, missing);
      return undefined;
    case 'structExpr':
      for (const { keyKind, value } of exprKind.value.entries) {
        if (keyKind.case === 'mapKey') visit(keyKind.value, scope, missing);
        visit(value, scope, missing);
      }
      return undefined;
    case 'comprehensionExpr': {
      const { iterVar, iterVar2, accuVar, iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      const range = visit(iterRange, scope, missing);
      visit(accuInit, scope, missing);
      const item = range?.type === 'array' && !iterVar2 ? valueIn(range) : undefined;
      const inside = new Map([...scope, [iterVar, item], [iterVar2, undefined], [accuVar, undefined]]);
      for (const part of [loopCondition, loopStep, result]) visit(part, inside, missing);
      return undefined;
    }
    default:
      return undefined;
  }
}

function select(of: Known, field: string, missing: string[]): Known {
  if (of?.type !== 'object' || of['x-kubernetes-preserve-unknown-fields']) return undefined;
  if (of.additionalProperties) return valueIn(of);
  const properties = of['x-kubernetes-embedded-resource']
    ? { ...of.properties, ...ofEveryObject }
    : (of.properties ?? {});
  const name = Object.keys(properties).find((property) => escapedName(property) === field);
  if (name === undefined) missing.push(field);
  return name === undefined ? undefined : properties[name];
}

/** What a list or map holds. */
function valueIn(of: Known): Known {
  const inner = of?.type === 'array' ? of.items : of?.additionalProperties;
  return typeof inner === 'object' && inner !== null ? (inner as JSONSchemaProps) : undefined;
}
