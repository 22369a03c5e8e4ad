import {
  type AnyContainer,
  containersOf,
  type Finding,
  quoted,
  type Subject,
  settersText,
  sortedSet,
} from './findings.ts';

const good = ['RuntimeDefault', 'Localhost'];

/** Profiles that are set to something that is not allowed. */
export function forbiddenSeccomp({ spec }: Subject): Finding | undefined {
  const isBad = (profile: { readonly type: string } | undefined) =>
    profile !== undefined && !good.includes(profile.type);
  const ofPod = spec.securityContext?.seccompProfile;
  const containers = containersOf(spec).filter((container) => isBad(profileOf(container)));
  const setters = settersText(
    isBad(ofPod),
    containers.map(({ name }) => name),
  );
  if (setters === '') return undefined;
  const profiles = [ofPod, ...containers.map(profileOf)].filter(isBad);
  const values = quoted(sortedSet(profiles.map((profile) => profile?.type ?? '')));
  return {
    reason: 'seccompProfile',
    detail: `${setters} must not set securityContext.seccompProfile.type to ${values}`,
  };
}

export function profileOf({ securityContext }: AnyContainer): { readonly type: string } | undefined {
  return securityContext?.seccompProfile;
}
