import { fill } from '../fill.ts';
import type { Draft } from '../object.ts';
import type {
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceClaim,
  ResourceClaimSpec,
  ResourceClaimTemplate,
} from '../schema/generated/types/resource-v1.ts';

export function defaultResourceClaim({ spec }: Draft<ResourceClaim>): void {
  defaultClaimSpec(spec);
}

export function defaultResourceClaimTemplate({ spec }: Draft<ResourceClaimTemplate>): void {
  defaultClaimSpec(spec?.spec);
}

function defaultClaimSpec(spec: Draft<ResourceClaimSpec> | undefined): void {
  for (const { exactly, firstAvailable } of spec?.devices?.requests ?? []) {
    if (exactly) defaultRequest(exactly);
    for (const request of firstAvailable ?? []) defaultRequest(request);
  }
}

function defaultRequest(request: Draft<ExactDeviceRequest | DeviceSubRequest>): void {
  fill(request, { allocationMode: 'ExactCount' });
  if (request.allocationMode === 'ExactCount' && !request.count) request.count = 1;
  for (const toleration of request.tolerations ?? []) fill(toleration, { operator: 'Equal' });
}
