import type { ResourceSlice, ResourceSliceSpec } from '../../schema/generated/types/resource-v1.ts';
import { type Errors, immutable } from '../common.ts';
import { validateNodeSelector } from '../core/pod/scheduling.ts';
import { invalidFormat, invalidValue, required } from '../field-error.ts';
import { isDns1123Subdomain } from '../format.ts';
import { driverName } from '../storage/driver-name.ts';
import { validateCounters, validateDevice } from './device.ts';
import { label, limitedSet, poolName } from './names.ts';

const maxDevices = 128;
/** Of devices with taints or shared counters, which make a slice larger. */
const maxComplexDevices = 64;
const maxCounterSets = 8;

export function validateResourceSlice({ spec }: ResourceSlice): Errors {
  if (!spec) return [required('spec')];
  const { pool, devices = [], sharedCounters = [], perDeviceNodeSelection = false } = spec;
  const isComplex = devices.some(({ taints, consumesCounters }) => taints?.length || consumesCounters?.length);
  const errors = [...driverName(spec.driver, 'spec.driver'), ...poolName(pool?.name, 'spec.pool.name')];
  if ((pool?.resourceSliceCount ?? 0) <= 0)
    errors.push(
      invalidValue('spec.pool.resourceSliceCount', pool?.resourceSliceCount ?? 0, 'must be greater than zero'),
    );
  if ((pool?.generation ?? 0) < 0)
    errors.push(invalidValue('spec.pool.generation', pool.generation, 'must be greater than or equal to zero'));
  errors.push(...validateNodes(spec));
  if (devices.length > 0 && sharedCounters.length > 0)
    errors.push(
      invalidValue('spec', '{`sharedCounters`, `devices`}', 'only one of `sharedCounters` or `devices` is allowed'),
    );
  return [
    ...errors,
    ...limitedSet(devices, 'spec.devices', {
      most: isComplex ? maxComplexDevices : maxDevices,
      keyOf: ({ name }) => name,
      check: (device, path) => validateDevice(device, path, perDeviceNodeSelection),
    }),
    ...limitedSet(sharedCounters, 'spec.sharedCounters', {
      most: maxCounterSets,
      keyOf: ({ name }) => name,
      check: ({ name, counters }, path) => [
        ...(name ? label(name, `${path}.name`) : [required(`${path}.name`)]),
        ...validateCounters(counters, `${path}.counters`),
      ],
    }),
  ];
}

const oneSelection = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';

/** Which nodes reach the devices: said in exactly one way. */
function validateNodes({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection }: ResourceSliceSpec): Errors {
  const errors: Errors = [];
  if (nodeName === '')
    errors.push(invalidValue('spec.nodeName', nodeName, 'must be either unset or set to a non-empty string'));
  else if (nodeName) errors.push(...invalidFormat('spec.nodeName', nodeName, isDns1123Subdomain(nodeName)));
  if (nodeSelector) {
    errors.push(...validateNodeSelector(nodeSelector, 'spec.nodeSelector'));
    const terms = nodeSelector.nodeSelectorTerms ?? [];
    if (terms.length !== 1)
      errors.push(
        invalidValue('spec.nodeSelector.nodeSelectorTerms', terms, 'must have exactly one node selector term'),
      );
  }
  for (const [name, value] of Object.entries({ allNodes, perDeviceNodeSelection }))
    if (value === false) errors.push(invalidValue(`spec.${name}`, value, 'must be either unset or set to true'));
  const set = Object.entries({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection })
    .filter(([, value]) => value)
    .map(([name]) => `\`${name}\``);
  if (set.length === 0) errors.push(required('spec', oneSelection));
  if (set.length > 1)
    errors.push(invalidValue('spec', `{${set.join(', ')}}`, `${oneSelection}, but multiple fields are set`));
  return errors;
}

/** A slice stays with its driver, its pool and its node. */
export function validateResourceSliceUpdate({ spec }: ResourceSlice, { spec: old }: ResourceSlice): Errors {
  return [
    ...immutable(spec?.driver, old?.driver, 'spec.driver'),
    ...immutable(spec?.pool?.name, old?.pool?.name, 'spec.pool.name'),
    ...immutable(spec?.nodeName, old?.nodeName, 'spec.nodeName'),
  ];
}
