import type { Volume } from '../../../api/schema/generated/types/core-v1.ts';
import { addedCapabilities } from './baseline.ts';
import {
  containersOf,
  containersText,
  type Finding,
  namesOf,
  plural,
  quoted,
  type Subject,
  settersText,
  sortedSet,
} from './findings.ts';
import { forbiddenSeccomp, profileOf } from './seccomp.ts';

export function allowPrivilegeEscalation({ spec }: Subject): Finding | undefined {
  const names = namesOf(
    containersOf(spec),
    ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
  );
  if (names.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containersText(names)} must set securityContext.allowPrivilegeEscalation=false`,
  };
}

const bindService = new Set(['NET_BIND_SERVICE']);

export function capabilities(subject: Subject): Finding | undefined {
  const keeping = namesOf(
    containersOf(subject.spec),
    ({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'),
  );
  const adding = addedCapabilities(subject, bindService);
  const details = [
    ...(keeping.length > 0 ? [`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding === undefined ? [] : [adding]),
  ];
  return details.length > 0 ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
}

const allowedVolumes = [
  ...['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected'],
  'secret',
] as readonly (keyof Volume)[];

export function volumes({ spec }: Subject): Finding | undefined {
  const bad = (spec.volumes ?? []).filter((volume) => !allowedVolumes.some((type) => volume[type] !== undefined));
  if (bad.length === 0) return undefined;
  const names = bad.map(({ name }) => name);
  const types = sortedSet(bad.map((volume) => Object.keys(volume).find((key) => key !== 'name') ?? 'unknown'));
  const uses = `${plural(names.length, 'uses', 'use')} ${plural(types.length, 'restricted volume type')}`;
  return {
    reason: 'restricted volume types',
    detail: `${plural(names.length, 'volume')} ${quoted(names)} ${uses} ${quoted(types)}`,
  };
}

export function runAsNonRoot({ spec }: Subject): Finding | undefined {
  const reason = 'runAsNonRoot != true';
  const ofPod = spec.securityContext?.runAsNonRoot;
  const containers = containersOf(spec);
  const explicit = namesOf(containers, ({ securityContext }) => securityContext?.runAsNonRoot === false);
  const setters = settersText(ofPod === false, explicit);
  if (setters !== '') return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  const silent = namesOf(containers, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (ofPod === true || silent.length === 0) return undefined;
  return { reason, detail: `pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true` };
}

export function runAsUser({ spec }: Subject): Finding | undefined {
  const names = namesOf(containersOf(spec), ({ securityContext }) => securityContext?.runAsUser === 0);
  const setters = settersText(spec.securityContext?.runAsUser === 0, names);
  return setters === '' ? undefined : { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` };
}

export function seccomp(subject: Subject): Finding | undefined {
  const forbidden = forbiddenSeccomp(subject);
  if (forbidden || subject.spec.securityContext?.seccompProfile) return forbidden;
  const silent = namesOf(containersOf(subject.spec), (container) => profileOf(container) === undefined);
  if (silent.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `pod or ${containersText(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
}
