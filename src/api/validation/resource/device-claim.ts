import type {
  DeviceClaim,
  DeviceConstraint,
  DeviceRequest,
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceClaimSpec,
} from '../../schema/generated/types/resource-v1.ts';
import { type Errors, each, requiredFormat } from '../common.ts';
import { invalidValue, notSupported, required } from '../field-error.ts';
import { isDns1123Subdomain } from '../format.ts';
import { fullyQualifiedName, label, limited, limitedSet } from './names.ts';
import { maxListItems, validateConfiguration, validateSelectors, validateToleration } from './parts.ts';

const maxAlternatives = 8;
const oneRequestType = 'exactly one of `exactly` or `firstAvailable` is required';

/** Names of a claim's requests, each with those of its alternatives: what constraints and results refer to. */
export class RequestNames {
  readonly #names: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(claim: DeviceClaim | undefined) {
    this.#names = new Map(
      (claim?.requests ?? []).map(({ name, firstAvailable }) => [
        name,
        new Set(firstAvailable?.map((alternative) => alternative.name)),
      ]),
    );
  }

  has(reference: string): boolean {
    const [name = '', alternative, ...more] = reference.split('/');
    const alternatives = this.#names.get(name);
    if (!alternatives || more.length > 0) return false;
    return alternative === undefined || alternatives.has(alternative);
  }

  /** A list of references: no more than there may be requests, and each once. */
  checkAll(references: readonly string[] | undefined, path: string): Errors {
    const check = (name: string, here: string) => this.check(name, here);
    return limitedSet(references, path, { most: maxListItems, keyOf: (name) => name, check });
  }

  check(reference: string, path: string): Errors {
    const detail =
      "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
    const parts = reference.split('/');
    if (parts.length > 2) return [invalidValue(path, reference, detail)];
    const errors = parts.flatMap((part) => label(part, path));
    return this.has(reference) ? errors : [...errors, invalidValue(path, reference, detail)];
  }
}

/** What a claim asks for. */
export function validateClaimSpec({ devices }: ResourceClaimSpec, path: string): Errors {
  const here = `${path}.devices`;
  const names = new RequestNames(devices);
  return [
    ...limitedSet(devices?.requests, `${here}.requests`, {
      most: maxListItems,
      keyOf: ({ name }) => name,
      check: validateRequest,
    }),
    ...limited(devices?.constraints, `${here}.constraints`, {
      most: maxListItems,
      check: (constraint, at) => validateConstraint(constraint, at, names),
    }),
    ...limited(devices?.config, `${here}.config`, {
      most: maxListItems,
      check: (config, at) => [
        ...names.checkAll(config.requests, `${at}.requests`),
        ...validateConfiguration(config, at),
      ],
    }),
  ];
}

function validateRequest({ name, exactly, firstAvailable }: DeviceRequest, path: string): Errors {
  const errors = label(name, `${path}.name`);
  const hasAlternatives = (firstAvailable ?? []).length > 0;
  if (exactly && hasAlternatives)
    errors.push(invalidValue(path, undefined, `${oneRequestType}, but multiple fields are set`));
  else if (exactly) errors.push(...validateDemand(exactly, `${path}.exactly`));
  else if (!hasAlternatives) errors.push(required(path, oneRequestType));
  else
    errors.push(
      ...limitedSet(firstAvailable, `${path}.firstAvailable`, {
        most: maxAlternatives,
        keyOf: (alternative) => alternative.name,
        check: (alternative, here) => [
          ...label(alternative.name, `${here}.name`),
          ...validateDemand(alternative, here),
        ],
      }),
    );
  return errors;
}

/** What both forms of a request have. */
function validateDemand(demand: ExactDeviceRequest | DeviceSubRequest, path: string): Errors {
  return [
    ...requiredFormat(demand.deviceClassName, `${path}.deviceClassName`, isDns1123Subdomain),
    ...validateSelectors(demand.selectors, `${path}.selectors`),
    ...validateAllocationMode(demand, path),
    ...each(demand.tolerations, `${path}.tolerations`, validateToleration),
  ];
}

function validateAllocationMode(
  { allocationMode = '', count = 0 }: ExactDeviceRequest | DeviceSubRequest,
  path: string,
): Errors {
  if (allocationMode === 'All')
    return count === 0
      ? []
      : [invalidValue(`${path}.count`, count, "must not be specified when allocationMode is 'All'")];
  if (allocationMode === 'ExactCount')
    return count > 0 ? [] : [invalidValue(`${path}.count`, count, 'must be greater than zero')];
  return [notSupported(`${path}.allocationMode`, allocationMode, ['All', 'ExactCount'])];
}

function validateConstraint(
  { requests, matchAttribute, distinctAttribute }: DeviceConstraint,
  path: string,
  names: RequestNames,
): Errors {
  const errors = names.checkAll(requests, `${path}.requests`);
  if (matchAttribute !== undefined) errors.push(...fullyQualifiedName(matchAttribute, `${path}.matchAttribute`));
  else if (distinctAttribute !== undefined)
    errors.push(...fullyQualifiedName(distinctAttribute, `${path}.distinctAttribute`));
  else
    errors.push(
      // Upstream's words, though no field is set here.
      required(path, 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'),
    );
  return errors;
}
