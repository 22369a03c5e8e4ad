import { compareQuantities, parseQuantity } from '../../../quantity/quantity.ts';
import type { ResourceRequirements } from '../../../schema/generated/types/core-v1.ts';
import { type Errors, quantity, type Texts } from '../../common.ts';
import { invalidFormat, invalidValue, required } from '../../field-error.ts';
import { isQualifiedName } from '../../format.ts';

const containerResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
const hugePages = 'hugepages-';

function isExtended(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
}

/** May be promised more often than there is; requests and limits may then differ. */
function isOvercommitable(name: string): boolean {
  return !isExtended(name) && !name.startsWith(hugePages);
}

/** The name of a resource that a container may ask for. */
function containerResourceName(name: string, path: string): Errors {
  const errors = invalidFormat(path, name, isQualifiedName(name));
  if (errors.length > 0) return errors;
  if (!name.includes('/'))
    return containerResources.has(name) || name.startsWith(hugePages)
      ? []
      : [invalidValue(path, name, 'must be a standard resource for containers')];
  return isExtended(name) || /^([a-z0-9.-]+\.)?kubernetes\.io\//.test(name)
    ? []
    : [invalidValue(path, name, "doesn't follow extended resource name standard")];
}

/** An amount of a resource; what cannot be divided must be whole. */
function resourceAmount(name: string, value: string | number, path: string): Errors {
  const errors = quantity(value, path);
  if (errors.length === 0 && !isOvercommitable(name) && parseQuantity(value).nano % 1_000_000_000n !== 0n)
    errors.push(invalidValue(path, String(value), 'must be an integer'));
  return errors;
}

/** A container's requests and limits. */
export function validateResources(resources: ResourceRequirements | undefined, path: string): Errors {
  if (!resources) return [];
  const { limits = {}, requests = {} } = resources as { limits?: Texts; requests?: Texts };
  const errors: Errors = [];
  for (const name in limits) {
    errors.push(...containerResourceName(name, `${path}.limits`));
    errors.push(...resourceAmount(name, limits[name] ?? '', `${path}.limits[${name}]`));
  }
  for (const name in requests) {
    const request = requests[name] ?? '';
    errors.push(...containerResourceName(name, `${path}.requests`));
    const amountErrors = resourceAmount(name, request, `${path}.requests[${name}]`);
    errors.push(...amountErrors);
    if (amountErrors.length > 0) continue;
    const limit = limits[name];
    if (limit === undefined) {
      if (!isOvercommitable(name))
        errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    } else if (quantity(limit, '').length === 0)
      errors.push(...compareToLimit(name, request, limit, `${path}.requests`));
  }
  return errors;
}

function compareToLimit(name: string, request: string, limit: string, path: string): Errors {
  const difference = compareQuantities(request, limit);
  if (!isOvercommitable(name) && difference !== 0)
    return [invalidValue(path, String(request), `must be equal to ${name} limit of ${limit}`)];
  return difference > 0
    ? [invalidValue(path, String(request), `must be less than or equal to ${name} limit of ${limit}`)]
    : [];
}
