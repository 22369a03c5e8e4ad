import { isHeadless, needsClusterIp, needsHealthCheckPort } from '../../api/core/service-needs.ts';
import type { Draft } from '../../api/object.ts';
import type { Service, ServiceSpec } from '../../api/schema/generated/types/core-v1.ts';
import type { FieldError } from '../../api/status.ts';
import { forbidden, invalidValue, notSupported, required } from '../../api/validation/field-error.ts';
import { familyOf } from '../../base/ip.ts';

type Family = 'IPv4' | 'IPv6';

/** Fills ipFamilyPolicy and ipFamilies as upstream does for a cluster with these families, the first one preferred. */
export function defaultFamilies(spec: Draft<ServiceSpec>, families: readonly Family[]): readonly FieldError[] {
  if (!needsClusterIp(spec)) return [];
  const errors: FieldError[] = [];
  const asked = [...(spec.ipFamilies ?? [])];
  asked.forEach((family, index) => {
    const field = `spec.ipFamilies[${index}]`;
    if (family !== 'IPv4' && family !== 'IPv6') errors.push(notSupported(field, family, ['IPv4', 'IPv6']));
    else if (!families.includes(family) && !isHeadlessWithoutSelector(spec))
      errors.push(invalidValue(field, family, 'not configured on this cluster'));
  });
  if (errors.length > 0) return errors;
  const given = (spec.clusterIPs ?? []).filter((address) => address !== 'None').map(familyOf);
  const chosen = asked.length >= given.length ? asked : given;
  if (isHeadlessWithoutSelector(spec)) {
    spec.ipFamilyPolicy ??= chosen.length === 1 ? 'SingleStack' : 'RequireDualStack';
    const first = chosen[0] ?? families[0] ?? 'IPv4';
    spec.ipFamilies = spec.ipFamilyPolicy === 'SingleStack' ? [first] : [first, otherThan(first)];
    return [];
  }
  spec.ipFamilyPolicy ??= chosen.length > 1 ? 'RequireDualStack' : 'SingleStack';
  if (spec.ipFamilyPolicy === 'RequireDualStack' && families.length < 2)
    return [
      invalidValue('spec.ipFamilyPolicy', 'RequireDualStack', 'this cluster is not configured for dual-stack services'),
    ];
  const first = chosen[0] ?? families[0] ?? 'IPv4';
  const dual = spec.ipFamilyPolicy !== 'SingleStack' && families.length > 1;
  if (spec.ipFamilyPolicy === 'SingleStack' && chosen.length > 1)
    return [
      invalidValue(
        'spec.ipFamilyPolicy',
        'SingleStack',
        "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
      ),
    ];
  spec.ipFamilies = dual ? [first, otherThan(first)] : [first];
  return [];
}

function isHeadlessWithoutSelector(spec: Draft<ServiceSpec>): boolean {
  return isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0;
}

function otherThan(family: string): Family {
  return family === 'IPv4' ? 'IPv6' : 'IPv4';
}

/** What must hold between the fields that name addresses, once all are given. */
export function addressErrors({ spec }: Service): readonly FieldError[] {
  if (!spec) return [];
  const addresses = spec.clusterIPs ?? [];
  if (!needsClusterIp(spec)) {
    if (spec.clusterIP || addresses.length > 0)
      return [forbidden('spec.clusterIPs', 'may not be set for ExternalName services')];
    return [];
  }
  const errors: FieldError[] = [];
  if (addresses.length > 0 && spec.clusterIP !== addresses[0])
    errors.push(invalidValue('spec.clusterIPs', addresses, 'first value must match `clusterIP`'));
  if (spec.clusterIP && addresses.length === 0) errors.push(required('spec.clusterIPs'));
  if (isHeadless(spec) && spec.type && spec.type !== 'ClusterIP')
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  if (spec.type === 'ClusterIP')
    (spec.ports ?? []).forEach(({ nodePort }, index) => {
      if (nodePort)
        errors.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    });
  return errors;
}

/** The addresses of a service stay; the second one may come and go with the policy. */
export function immutabilityErrors({ spec }: Service, { spec: old }: Service): readonly FieldError[] {
  if (!spec || !old || !needsClusterIp(spec) || !needsClusterIp(old)) return [];
  const errors: FieldError[] = [];
  const addresses = spec.clusterIPs ?? [];
  const before = old.clusterIPs ?? [];
  if (before.length > 0 && addresses[0] !== before[0])
    errors.push(
      addresses.length === 0
        ? invalidValue('spec.clusterIPs[0]', addresses, 'primary clusterIP can not be unset')
        : invalidValue('spec.clusterIPs[0]', addresses, 'may not change once set'),
    );
  if (before[1] && addresses[1] && addresses[1] !== before[1])
    errors.push(invalidValue('spec.clusterIPs[1]', addresses, 'may not change once set'));
  if (old.ipFamilies?.[0] && spec.ipFamilies?.[0] && old.ipFamilies[0] !== spec.ipFamilies[0])
    errors.push(invalidValue('spec.ipFamilies[0]', spec.ipFamilies, 'may not change once set'));
  const wasLocal = needsHealthCheckPort(old) && needsHealthCheckPort(spec);
  if (wasLocal && old.healthCheckNodePort !== spec.healthCheckNodePort)
    errors.push(forbidden('spec.healthCheckNodePort', 'field is immutable'));
  return errors;
}
