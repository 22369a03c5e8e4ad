import type { APIServiceCondition, APIServiceStatus } from '../../api/schema/generated/types/apiregistration-v1.ts';

export type Availability = Pick<APIServiceCondition, 'status' | 'reason' | 'message'>;

/** The status with this Available condition; the same value when it says so already. */
export function withAvailable(
  status: APIServiceStatus | undefined,
  { status: value, reason, message }: Availability,
  now: string,
): APIServiceStatus {
  const conditions = status?.conditions ?? [];
  const old = conditions.find(({ type }) => type === 'Available');
  if (status && old?.status === value && old.reason === reason && old.message === message) return status;
  const lastTransitionTime = old?.status === value ? (old.lastTransitionTime ?? now) : now;
  const made: APIServiceCondition = {
    type: 'Available',
    status: value,
    lastTransitionTime,
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  };
  return { ...status, conditions: [...conditions.filter(({ type }) => type !== 'Available'), made] };
}

export function isAvailable(status: APIServiceStatus | undefined): boolean {
  return status?.conditions?.some((one) => one.type === 'Available' && one.status === 'True') ?? false;
}
