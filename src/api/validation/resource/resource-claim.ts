import type {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceClass,
  DeviceRequestAllocationResult,
  NetworkDeviceData,
  ResourceClaim,
  ResourceClaimStatus,
  ResourceClaimTemplate,
} from '../../schema/generated/types/resource-v1.ts';
import { type Errors, each, immutable, isCidr, requiredOneOf, requiredText } from '../common.ts';
import { validateConditions } from '../conditions.ts';
import { validateNodeSelector } from '../core/pod/scheduling.ts';
import { forbidden, invalidValue, tooLong, tooMany } from '../field-error.ts';
import { isExtendedResourceName } from '../format.ts';
import { validateAnnotations, validateLabels } from '../object-meta.ts';
import { driverName } from '../storage/driver-name.ts';
import { RequestNames, validateClaimSpec } from './device-claim.ts';
import { label, limited, limitedSet, poolName, shareId } from './names.ts';
import {
  jsonObject,
  maxListItems,
  validateBindingConditions,
  validateConfiguration,
  validateSelectors,
  validateToleration,
} from './parts.ts';

const maxConsumers = 256;
const maxDataBytes = 10 * 1024;
const maxConditions = 8;
const maxAddresses = 16;

export function validateResourceClaim({ spec = {} }: ResourceClaim): Errors {
  return validateClaimSpec(spec, 'spec');
}

/** A claim asks once. */
export function validateResourceClaimUpdate({ spec }: ResourceClaim, old: ResourceClaim): Errors {
  return immutable(spec, old.spec, 'spec');
}

export function validateResourceClaimTemplate({ spec }: ResourceClaimTemplate): Errors {
  return [
    ...validateLabels(spec?.metadata?.labels, 'spec.metadata.labels'),
    ...validateAnnotations(spec?.metadata?.annotations, 'spec.metadata.annotations'),
    ...validateClaimSpec(spec?.spec ?? {}, 'spec.spec'),
  ];
}

export function validateResourceClaimTemplateUpdate(
  { spec }: ResourceClaimTemplate,
  old: ResourceClaimTemplate,
): Errors {
  return immutable(spec, old.spec, 'spec');
}

export function validateDeviceClass({ spec = {} }: DeviceClass): Errors {
  const { selectors, config, extendedResourceName: extended } = spec;
  return [
    ...validateSelectors(selectors, 'spec.selectors'),
    ...limited(config, 'spec.config', { most: maxListItems, check: validateConfiguration }),
    ...(extended === undefined || isExtendedResourceName(extended)
      ? []
      : [invalidValue('spec.extendedResourceName', extended, 'must be a valid extended resource name')]),
  ];
}

/** What was allocated stays until it is given back; who uses it is said only while it is allocated. */
export function validateResourceClaimStatus(claim: ResourceClaim, old: ResourceClaim): Errors {
  const { allocation, reservedFor = [], devices } = claim.status ?? {};
  const errors = [
    ...limitedSet(reservedFor, 'status.reservedFor', {
      most: maxConsumers,
      keyOf: ({ uid }) => uid,
      check: ({ resource, name, uid }, path) => [
        ...requiredText(resource, `${path}.resource`),
        ...requiredText(name, `${path}.name`),
        ...requiredText(uid, `${path}.uid`),
      ],
    }),
    ...validateDeviceStatuses(devices, allocation),
    ...validateReservation(claim, old),
  ];
  const before = old.status?.allocation;
  if (!allocation) return errors;
  if (before) return [...errors, ...immutable(allocation, before, 'status.allocation')];
  return [...errors, ...validateAllocation(allocation, 'status.allocation', new RequestNames(claim.spec?.devices))];
}

function validateReservation({ metadata, status }: ResourceClaim, old: ResourceClaim): Errors {
  const { reservedFor = [], allocation } = status ?? {};
  if (reservedFor.length === 0) return [];
  if (!allocation) return [forbidden('status.reservedFor', 'may not be specified when `allocated` is not set')];
  const before = new Set(old.status?.reservedFor?.map(({ uid }) => uid));
  if (!metadata.deletionTimestamp || reservedFor.every(({ uid }) => before.has(uid))) return [];
  const detail = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set';
  return [forbidden('status.reservedFor', detail)];
}

type DeviceId = Pick<AllocatedDeviceStatus, 'driver' | 'pool' | 'device' | 'shareID'>;

function idOf({ driver, pool, device, shareID }: DeviceId): string {
  return [driver, pool, device, ...(shareID === undefined ? [] : [shareID])].join('/');
}

function validateDeviceStatuses(
  devices: ResourceClaimStatus['devices'],
  allocation: AllocationResult | undefined,
): Errors {
  const allocated = new Set(allocation?.devices?.results?.map(idOf));
  return limitedSet(devices, 'status.devices', {
    most: Number.MAX_SAFE_INTEGER,
    keyOf: idOf,
    check: (status, path) => [
      ...driverName(status.driver, `${path}.driver`),
      ...poolName(status.pool, `${path}.pool`),
      ...label(status.device, `${path}.device`),
      ...shareId(status.shareID, `${path}.shareID`),
      ...(allocated.has(idOf(status))
        ? []
        : [invalidValue(path, idOf(status), 'must be an allocated device in the claim')]),
      ...((status.conditions ?? []).length > maxConditions
        ? [tooMany(`${path}.conditions`, status.conditions?.length ?? 0, maxConditions)]
        : validateConditions(status.conditions, `${path}.conditions`)),
      ...(status.data === undefined ? [] : jsonObject(status.data, `${path}.data`, maxDataBytes)),
      ...(status.networkData ? validateNetworkData(status.networkData, `${path}.networkData`) : []),
    ],
  });
}

function validateNetworkData(
  { interfaceName = '', hardwareAddress = '', ips }: NetworkDeviceData,
  path: string,
): Errors {
  const errors: Errors = [];
  if (Buffer.byteLength(interfaceName) > 256) errors.push(tooLong(`${path}.interfaceName`, 256));
  if (Buffer.byteLength(hardwareAddress) > 128) errors.push(tooLong(`${path}.hardwareAddress`, 128));
  return [
    ...errors,
    ...limitedSet(ips, `${path}.ips`, {
      most: maxAddresses,
      keyOf: (ip) => ip,
      check: (ip, here) =>
        isCidr(ip)
          ? []
          : [invalidValue(here, ip, 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)')],
    }),
  ];
}

function validateAllocation({ devices, nodeSelector }: AllocationResult, path: string, names: RequestNames): Errors {
  return [
    ...limited(devices?.results, `${path}.devices.results`, {
      most: maxListItems,
      check: (result, here) => validateResult(result, here, names),
    }),
    ...limited(devices?.config, `${path}.devices.config`, {
      most: 2 * maxListItems,
      check: (config, here) => [
        ...requiredOneOf(config.source, `${here}.source`, ['FromClaim', 'FromClass']),
        ...names.checkAll(config.requests, `${here}.requests`),
        ...validateConfiguration(config, here),
      ],
    }),
    ...(nodeSelector ? validateNodeSelector(nodeSelector, `${path}.nodeSelector`) : []),
  ];
}

function validateResult(result: DeviceRequestAllocationResult, path: string, names: RequestNames): Errors {
  return [
    ...names.check(result.request, `${path}.request`),
    ...driverName(result.driver, `${path}.driver`),
    ...poolName(result.pool, `${path}.pool`),
    ...label(result.device, `${path}.device`),
    ...validateBindingConditions(result.bindingConditions, result.bindingFailureConditions, path),
    ...each(result.tolerations, `${path}.tolerations`, validateToleration),
    ...shareId(result.shareID, `${path}.shareID`),
  ];
}
