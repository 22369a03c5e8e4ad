import { isJson, type Json, own } from '../patch/record.ts';
import type { Schema } from '../schema/schema.ts';
import { badRequest } from '../status.ts';
import { pathsOf } from './field-set.ts';
import { type Plan, planOf } from './plan.ts';

/** An applied configuration must name each item of a keyed list once, with all its keys. */
export function checkApplied(schema: Schema, applied: Json): void {
  const fault = findFault(planOf(schema), applied, '');
  if (fault) throw badRequest(`failed to create typed patch object (${describeApplied(applied)}): ${fault}`);
}

/** `namespace/name; group/version, Kind=X`, as upstream names the object. */
export function describeApplied(applied: Json): string {
  const metadata = own(applied, 'metadata');
  const { namespace = '', name = '' } = isJson(metadata) ? metadata : {};
  return `${namespace}/${name}; ${own(applied, 'apiVersion')}, Kind=${own(applied, 'kind')}`;
}

function findFault(plan: Plan, value: unknown, path: string): string | undefined {
  if (plan.shape === 'leaf') return undefined;
  if (Array.isArray(value))
    return plan.shape === 'any' || plan.shape === 'object' ? undefined : listFault(plan, value, path);
  if (!isJson(value) || plan.shape === 'list-map' || plan.shape === 'list-set') return undefined;
  for (const key in value) {
    const child = value[key];
    if (typeof child !== 'object' || child === null) continue;
    const fault = findFault(plan.field(key).plan, child, `${path}.${key}`);
    if (fault) return fault;
  }
  return undefined;
}

function listFault(plan: Plan, list: readonly unknown[], path: string): string | undefined {
  const seen = new Set<string>();
  for (let at = 0; at < list.length; at++) {
    const element = plan.element(list[at]);
    if (element === undefined)
      return `${path}: element ${at}: associative list with keys has an element that omits key field (and doesn't have default value)`;
    const shown = pathsOf({ [element]: {} })[0] ?? '';
    if (seen.has(element)) return `${path}: duplicate entries for key ${shown}`;
    seen.add(element);
    const fault = findFault(plan.items, list[at], `${path}${shown}`);
    if (fault) return fault;
  }
  return undefined;
}
