import type { PodSpec, SeccompProfile, SecurityContext } from '../../../schema/generated/types/core-v1.ts';
import { type Errors, each, oneOf, requiredOneOf, requiredText } from '../../common.ts';
import { duplicate, invalidValue } from '../../field-error.ts';
import { isPosixId } from '../../format.ts';

function posixId(id: number | undefined, path: string): Errors {
  return id === undefined ? [] : isPosixId(id).map((complaint) => invalidValue(path, id, complaint));
}

interface Profile {
  readonly type: string;
  readonly localhostProfile?: string;
}

function validateProfile(profile: Profile | undefined, path: string, kind: 'seccomp' | 'apparmor'): Errors {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const errors = requiredOneOf(type, `${path}.type`, ['Localhost', 'RuntimeDefault', 'Unconfined']);
  if (type === 'Localhost') {
    errors.push(
      ...requiredText(localhostProfile, `${path}.localhostProfile`, `must be set when ${kind} type is Localhost`),
    );
    if (localhostProfile?.startsWith('/'))
      errors.push(invalidValue(`${path}.localhostProfile`, localhostProfile, 'must be a relative path'));
  } else if (localhostProfile)
    errors.push(
      invalidValue(`${path}.localhostProfile`, localhostProfile, `can only be set when ${kind} type is Localhost`),
    );
  return errors;
}

/** A container's security context. */
export function validateSecurityContext(
  context: SecurityContext | undefined,
  path: string,
  hostUsers?: boolean,
): Errors {
  if (!context) return [];
  const { privileged, allowPrivilegeEscalation, capabilities } = context;
  const errors = [
    ...posixId(context.runAsUser, `${path}.runAsUser`),
    ...posixId(context.runAsGroup, `${path}.runAsGroup`),
    ...oneOf(context.procMount, `${path}.procMount`, ['Default', 'Unmasked']),
    ...validateProfile(context.seccompProfile as SeccompProfile | undefined, `${path}.seccompProfile`, 'seccomp'),
    ...validateProfile(context.appArmorProfile, `${path}.appArmorProfile`, 'apparmor'),
  ];
  if (context.procMount === 'Unmasked' && hostUsers !== false)
    errors.push(invalidValue(`${path}.procMount`, 'Unmasked', '`hostUsers` must be false to use `Unmasked`'));
  if (allowPrivilegeEscalation !== false) return errors;
  if (privileged)
    errors.push(invalidValue(path, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
  if (capabilities?.add?.includes('CAP_SYS_ADMIN'))
    errors.push(
      invalidValue(
        path,
        context,
        'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
      ),
    );
  return errors;
}

/** As upstream's message shows it; the form below means the same. */
const sysctlText = '([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const sysctlName = /^[a-z0-9]([-_a-z0-9]*[a-z0-9])?([./][a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$/;

/** The pod's own security context. */
export function validatePodSecurityContext(spec: PodSpec, path: string): Errors {
  const context = spec.securityContext;
  if (!context) return [];
  const seen = new Set<string>();
  return [
    ...posixId(context.runAsUser, `${path}.runAsUser`),
    ...posixId(context.runAsGroup, `${path}.runAsGroup`),
    ...posixId(context.fsGroup, `${path}.fsGroup`),
    ...each(context.supplementalGroups, `${path}.supplementalGroups`, posixId),
    ...oneOf(context.fsGroupChangePolicy, `${path}.fsGroupChangePolicy`, ['Always', 'OnRootMismatch']),
    ...oneOf(context.seLinuxChangePolicy, `${path}.seLinuxChangePolicy`, ['MountOption', 'Recursive']),
    ...oneOf(context.supplementalGroupsPolicy, `${path}.supplementalGroupsPolicy`, ['Merge', 'Strict']),
    ...validateProfile(context.seccompProfile, `${path}.seccompProfile`, 'seccomp'),
    ...validateProfile(context.appArmorProfile, `${path}.appArmorProfile`, 'apparmor'),
    ...each(context.sysctls, `${path}.sysctls`, ({ name }, here) => {
      if (!name) return requiredText(name, `${here}.name`);
      if (name.length > 253 || !sysctlName.test(name))
        return [invalidValue(`${here}.name`, name, `must have at most 253 characters and match regex ${sysctlText}`)];
      if (seen.has(name)) return [duplicate(`${here}.name`, name)];
      seen.add(name);
      return spec.hostNetwork && name.startsWith('net.')
        ? [invalidValue(`${here}.name`, name, "may not be specified when 'hostNetwork' is true")]
        : [];
    }),
  ];
}
