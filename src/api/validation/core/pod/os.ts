import type { Container, PodSpec } from '../../../schema/generated/types/core-v1.ts';
import type { Errors } from '../../common.ts';
import { forbidden, invalidValue, notSupported, required } from '../../field-error.ts';

/** Fields that mean nothing on Windows, of the pod and of its containers. */
const podFields = ['hostPID', 'hostIPC', 'hostUsers', 'shareProcessNamespace'] as const;
const podContextFields = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
] as const;
const containerContextFields = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const;

/** What a pod says of its operating system and of what it shares with its node must fit together. */
export function validateOs(spec: PodSpec, path: string): Errors {
  const { os, hostNetwork, hostUsers, hostPID, hostIPC, shareProcessNamespace } = spec;
  const errors: Errors = [];
  if (os && !os.name) errors.push(required(`${path}.os.name`, 'cannot be empty'));
  else if (os?.name === 'windows') errors.push(...validateWindows(spec, path));
  else if (os?.name === 'linux') errors.push(...validateLinux(spec, path));
  else if (os) errors.push(notSupported(`${path}.os.name`, os.name, ['linux', 'windows']));
  if (hostPID && shareProcessNamespace)
    errors.push(
      invalidValue(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'),
    );
  if (hostUsers === false)
    for (const [name, value] of Object.entries({ hostNetwork, hostPID, hostIPC }))
      if (value) errors.push(forbidden(`${path}.${name}`, 'when `hostUsers` is false'));
  return errors;
}

function containersOf(spec: PodSpec): readonly (readonly [container: Container, path: string])[] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, at) => [container as Container, `${list}[${at}]`] as const),
  );
}

function validateWindows(spec: PodSpec, path: string): Errors {
  const errors: Errors = [];
  const refuse = (field: string) => errors.push(forbidden(`${path}.${field}`, 'cannot be set for a windows pod'));
  for (const name of podFields) if (spec[name] !== undefined) refuse(name);
  for (const name of podContextFields)
    if (spec.securityContext?.[name] !== undefined) refuse(`securityContext.${name}`);
  for (const [{ securityContext }, here] of containersOf(spec))
    for (const name of containerContextFields)
      if (securityContext?.[name] !== undefined) refuse(`${here}.securityContext.${name}`);
  return errors;
}

function validateLinux(spec: PodSpec, path: string): Errors {
  const detail = 'windows options cannot be set for a linux pod';
  const errors: Errors = spec.securityContext?.windowsOptions
    ? [forbidden(`${path}.securityContext.windowsOptions`, detail)]
    : [];
  for (const [{ securityContext }, here] of containersOf(spec))
    if (securityContext?.windowsOptions)
      errors.push(forbidden(`${path}.${here}.securityContext.windowsOptions`, detail));
  return errors;
}
