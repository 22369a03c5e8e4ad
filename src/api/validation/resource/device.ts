import { compareQuantities, parseQuantity } from '../../quantity/quantity.ts';
import type {
  CapacityRequestPolicy,
  CapacityRequestPolicyRange,
  Counter,
  Device,
  DeviceAttribute,
  DeviceCapacity,
} from '../../schema/generated/types/resource-v1.ts';
import { type Errors, each } from '../common.ts';
import { validateNodeSelector } from '../core/pod/scheduling.ts';
import { forbidden, invalidFormat, invalidValue, notFoundValue, required, tooLong, tooMany } from '../field-error.ts';
import { isDns1123Subdomain } from '../format.ts';
import { label, limited, limitedSet, qualifiedName } from './names.ts';
import { validateBindingConditions, validateTaint } from './parts.ts';

const maxAttributesAndCapacities = 32;
const maxTaints = 16;
const maxConsumedSets = 2;
const maxCounters = 32;
const maxValueBytes = 64;
const maxPolicyValues = 10;

/** A device of a slice. `ownNodes`: each device says which nodes reach it. */
export function validateDevice(device: Device, path: string, ownNodes: boolean): Errors {
  const { attributes = {}, capacity = {}, allowMultipleAllocations: shared = false } = device;
  const errors = label(device.name, `${path}.name`);
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > maxAttributesAndCapacities)
    errors.push(
      invalidValue(
        path,
        count,
        `the total number of attributes and capacities must not exceed ${maxAttributesAndCapacities}`,
      ),
    );
  for (const [name, attribute] of Object.entries(attributes))
    errors.push(
      ...qualifiedName(name, `${path}.attributes`),
      ...validateAttribute(attribute, `${path}.attributes[${name}]`),
    );
  for (const [name, one] of Object.entries(capacity))
    errors.push(
      ...qualifiedName(name, `${path}.capacity`),
      ...validateCapacity(one, `${path}.capacity[${name}].requestPolicy`, shared),
    );
  return [
    ...errors,
    ...limited(device.taints, `${path}.taints`, { most: maxTaints, check: validateTaint }),
    ...limitedSet(device.consumesCounters, `${path}.consumesCounters`, {
      most: maxConsumedSets,
      keyOf: ({ counterSet }) => counterSet,
      check: ({ counterSet, counters }, here) => [
        ...(counterSet ? label(counterSet, `${here}.counterSet`) : [required(`${here}.counterSet`)]),
        ...validateCounters(counters, `${here}.counters`),
      ],
    }),
    ...(ownNodes ? validateNodes(device, path) : refuseNodes(device, path)),
    ...validateBindingConditions(device.bindingConditions, device.bindingFailureConditions, path),
    ...Object.entries(device.nodeAllocatableResourceMappings ?? {}).flatMap(([name, { capacityKey }]) =>
      capacityKey === undefined || Object.hasOwn(capacity, capacityKey)
        ? []
        : [notFoundValue(`${path}.nodeAllocatableResourceMappings[${name}].capacityKey`, capacityKey)],
    ),
  ];
}

/** Counters by name, at least one. */
export function validateCounters(counters: Readonly<Record<string, Counter>> | undefined, path: string): Errors {
  const names = Object.keys(counters ?? {});
  if (names.length === 0) return [required(path)];
  return names.length > maxCounters
    ? [tooMany(path, names.length, maxCounters)]
    : names.flatMap((name) => label(name, path));
}

const oneNode =
  'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';

function validateNodes({ nodeName, nodeSelector, allNodes }: Device, path: string): Errors {
  const errors: Errors = [];
  if (nodeName === '') errors.push(invalidValue(`${path}.nodeName`, nodeName, 'must not be empty'));
  else if (nodeName) errors.push(...invalidFormat(`${path}.nodeName`, nodeName, isDns1123Subdomain(nodeName)));
  if (nodeSelector) errors.push(...validateNodeSelector(nodeSelector, `${path}.nodeSelector`));
  if (allNodes === false)
    errors.push(invalidValue(`${path}.allNodes`, allNodes, 'must be either unset or set to true'));
  const set = [nodeName && '`nodeName`', nodeSelector && '`nodeSelector`', allNodes && '`allNodes`'].filter(Boolean);
  if (set.length === 0) errors.push(required(path, oneNode));
  if (set.length > 1) errors.push(invalidValue(path, `{${set.join(', ')}}`, oneNode));
  return errors;
}

function refuseNodes({ nodeName, nodeSelector, allNodes }: Device, path: string): Errors {
  if (nodeName === undefined && nodeSelector === undefined && allNodes === undefined) return [];
  const detail =
    '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  return [invalidValue(path, undefined, detail)];
}

const semanticVersion =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;

function attributeText(value: string, path: string): Errors {
  return Buffer.byteLength(value) > maxValueBytes ? [tooLong(path, maxValueBytes)] : [];
}

function attributeVersion(value: string, path: string): Errors {
  const errors = attributeText(value, path);
  // Texts that are too long are not matched: the expression may take its time on them.
  if (errors.length === 0 && !semanticVersion.test(value))
    errors.push(invalidValue(path, value, 'must be a string compatible with semver.org spec 2.0.0'));
  return errors;
}

function validateAttribute(attribute: DeviceAttribute, path: string): Errors {
  const { string, version, strings, versions } = attribute;
  const errors: Errors = [];
  if (string !== undefined) errors.push(...attributeText(string, `${path}.string`));
  if (version !== undefined) errors.push(...attributeVersion(version, `${path}.version`));
  for (const list of ['bools', 'ints', 'strings', 'versions'] as const)
    if (attribute[list]?.length === 0)
      errors.push(invalidValue(`${path}.${list}`, [], 'must not be empty if specified'));
  errors.push(
    ...each(strings, `${path}.strings`, attributeText),
    ...each(versions, `${path}.versions`, attributeVersion),
  );
  const count = Object.values(attribute).filter((value) => value !== undefined).length;
  if (count !== 1) errors.push(invalidValue(path, count === 0 ? '' : attribute, 'exactly one value must be specified'));
  return errors;
}

function validateCapacity({ value = '0', requestPolicy }: DeviceCapacity, path: string, shared: boolean): Errors {
  if (!requestPolicy) return [];
  if (!shared) return [forbidden(path, 'allowMultipleAllocations must be true')];
  const { validValues = [], validRange } = requestPolicy;
  if (validValues.length > 0 && validRange)
    return [
      forbidden(
        path,
        'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time',
      ),
    ];
  if (validValues.length > 0) return validatePolicyValues(requestPolicy, value, path);
  return validRange ? validatePolicyRange(requestPolicy, { validRange, capacity: value }, path) : [];
}

const isMore = (left: string, right: string) => compareQuantities(left, right) > 0;

function validatePolicyValues(
  { default: standard, validValues = [] }: CapacityRequestPolicy,
  capacity: string,
  path: string,
): Errors {
  const here = `${path}.validValues`;
  if (standard === undefined) return [required(`${path}.default`, 'required when validValues is defined')];
  const errors: Errors = validValues.flatMap((value, at) => {
    const next = validValues[at + 1];
    return next !== undefined && isMore(value, next)
      ? [invalidValue(`${here}[${at + 1}]`, next, 'values must be sorted in ascending order')]
      : [];
  });
  errors.push(
    ...limitedSet(validValues, here, {
      most: maxPolicyValues,
      keyOf: (value) => String(parseQuantity(value).nano),
      check: (value, at) =>
        isMore(value, capacity) ? [invalidValue(at, value, `option is larger than capacity value: ${capacity}`)] : [],
    }),
  );
  if (!validValues.some((value) => compareQuantities(value, standard) === 0))
    errors.push(invalidValue(here, standard, 'default value is not valid according to the requestPolicy'));
  return errors;
}

function validatePolicyRange(
  { default: standard }: CapacityRequestPolicy,
  { validRange: { min, max, step }, capacity }: { validRange: CapacityRequestPolicyRange; capacity: string },
  path: string,
): Errors {
  const here = `${path}.validRange`;
  if (standard === undefined) return [required(`${path}.default`, 'required when validRange is defined')];
  if (min === undefined) return [required(`${here}.min`, 'required when validRange is defined')];
  const errors: Errors = [];
  const refuse = (field: string, value: string, detail: string) =>
    errors.push(invalidValue(`${here}.${field}`, value, detail));
  if (isMore(min, capacity)) refuse('min', min, `min is larger than capacity value: ${capacity}`);
  if (isMore(min, standard)) refuse('default', standard, `default is less than min: ${min}`);
  if (max !== undefined) {
    if (isMore(min, max)) refuse('max', min, `min is larger than max: ${max}`);
    if (isMore(max, capacity)) refuse('max', max, `max is larger than capacity value: ${capacity}`);
    if (isMore(standard, max)) refuse('default', standard, `default is more than max: ${max}`);
  }
  if (step === undefined) return errors;
  const [stepNano, minNano] = [parseQuantity(step).nano, parseQuantity(min).nano];
  if (stepNano <= 0n) {
    refuse('step', step, 'must be greater than zero');
    return errors;
  }
  if (minNano + stepNano > parseQuantity(capacity).nano)
    refuse('step', step, `one step ${step} is larger than capacity value: ${capacity}`);
  for (const value of [standard, max])
    if (value !== undefined && (parseQuantity(value).nano - minNano) % stepNano !== 0n)
      refuse('step', value, `value is not a multiple of a given step (${step}) from (${min})`);
  return errors;
}
