import { entryOf } from '../../../entry-of.ts';
import { compareQuantities, formatQuantity, parseQuantity } from '../../../quantity/quantity.ts';
import type { Container, PodSpec, ResourceRequirements } from '../../../schema/generated/types/core-v1.ts';
import { type Errors, each, quantity, requiredText, type Texts } from '../../common.ts';
import {
  duplicate,
  forbidden,
  invalidFormat,
  invalidValue,
  notFoundValue,
  notSupported,
  required,
} from '../../field-error.ts';
import { isDns1123Label, isDns1123Subdomain, isQualifiedName } from '../../format.ts';
import { hugePages, validateHugePages } from './huge-pages.ts';

const containerResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

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

const none: ReadonlySet<string> = new Set();

/** A container's requests and limits; `claims` are what the pod calls its devices. */
export function validateResources(
  resources: ResourceRequirements | undefined,
  path: string,
  claims: ReadonlySet<string> = none,
): Errors {
  if (!resources) return [];
  const { limits = {}, requests = {} } = resources as { limits?: Texts; requests?: Texts };
  const errors: Errors = [];
  if (resources.claims) errors.push(...validateClaimNames(resources, `${path}.claims`, claims));
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
    const limit = entryOf(limits, name);
    if (limit === undefined) {
      if (!isOvercommitable(name))
        errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    } else if (quantity(limit, '').length === 0)
      errors.push(...compareToLimit(name, request, limit, `${path}.requests`));
  }
  errors.push(...validateHugePages(limits, requests, path));
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

function validateClaimNames({ claims }: ResourceRequirements, path: string, known: ReadonlySet<string>): Errors {
  const seen = new Set<string>();
  return each(claims, path, ({ name, request = '' }, here) => {
    const errors: Errors = name ? [] : [required(`${here}.name`)];
    if (name && !known.has(name)) errors.push(notFoundValue(here, name));
    const key = request ? `${name}/${request}` : name;
    if (seen.has(key)) errors.push(duplicate(here, key));
    seen.add(key);
    return errors;
  });
}

/** What a resize in place does to a container. */
export function validateResizePolicy({ resizePolicy }: Pick<Container, 'resizePolicy'>, path: string): Errors {
  if (!resizePolicy) return [];
  const seen = new Set<string>();
  return each(resizePolicy, path, ({ resourceName, restartPolicy }) => {
    const errors: Errors = [];
    if (seen.has(resourceName)) errors.push(duplicate(path, resourceName));
    seen.add(resourceName);
    if (!resourceName) errors.push(required(path));
    else if (resourceName !== 'cpu' && resourceName !== 'memory')
      errors.push(notSupported(path, resourceName, ['cpu', 'memory']));
    if (!restartPolicy) errors.push(required(path));
    else if (restartPolicy !== 'NotRequired' && restartPolicy !== 'RestartContainer')
      errors.push(notSupported(path, restartPolicy, ['NotRequired', 'RestartContainer']));
    return errors;
  });
}

/** The pod's own claims on devices. */
export function validatePodClaims({ resourceClaims }: PodSpec, path: string): Errors {
  if (!resourceClaims) return [];
  const seen = new Set<string>();
  return each(resourceClaims, path, ({ name, resourceClaimName: claim, resourceClaimTemplateName: template }, here) => {
    const errors = requiredText(name, `${here}.name`);
    if (name && seen.has(name)) errors.push(duplicate(`${here}.name`, name));
    else if (name) errors.push(...invalidFormat(`${here}.name`, name, isDns1123Label(name)));
    seen.add(name);
    if (claim !== undefined && template !== undefined)
      errors.push(
        invalidValue(
          here,
          'resourceClaim',
          'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified',
        ),
      );
    if (claim === undefined && template === undefined)
      errors.push(
        invalidValue(here, 'resourceClaim', 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'),
      );
    for (const [field, value] of Object.entries({ resourceClaimName: claim, resourceClaimTemplateName: template }))
      if (value !== undefined) errors.push(...invalidFormat(`${here}.${field}`, value, isDns1123Subdomain(value)));
    return errors;
  });
}

/** Resources of the pod as a whole (KEP-2837): of some sorts only, and enough for its containers. */
export function validatePodResources({ resources, containers, initContainers }: PodSpec, path: string): Errors {
  if (!resources) return [];
  const errors: Errors = [];
  if (resources.claims?.length)
    errors.push(forbidden(`${path}.claims`, 'claims can not be set for Resources at pod-level'));
  for (const list of ['limits', 'requests'] as const)
    for (const name of Object.keys(resources[list] ?? {}))
      if (name !== 'cpu' && name !== 'memory' && !name.startsWith(hugePages))
        errors.push(notSupported(`${path}.${list}[${name}]`, name, ['cpu', 'memory', hugePages]));
  errors.push(...validateResources({ ...resources, claims: [] }, path));
  if (errors.length > 0) return errors;
  for (const [name, request] of Object.entries(resources.requests ?? {})) {
    const asked = [
      ...(containers ?? []),
      ...(initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
    ]
      .map((container) => entryOf(container.resources?.requests, name))
      .filter((amount) => amount !== undefined);
    if (asked.some((amount) => quantity(amount, '').length > 0)) continue;
    const total = asked.reduce((sum, amount) => sum + parseQuantity(amount).nano, 0n);
    if (total > parseQuantity(request).nano) {
      const shown = formatQuantity({ nano: total, format: parseQuantity(request).format });
      const detail = `must be greater than or equal to aggregate container requests of ${shown}`;
      errors.push(invalidValue(`${path}.requests[${name}]`, request, detail));
    }
  }
  return errors;
}
