import { statefulSet as statefulSetKind } from '../../api/apps/stateful-set.ts';
import { type Draft, draftOf } from '../../api/object.ts';
import type { ControllerRevision, StatefulSet } from '../../api/schema/generated/types/apps-v1.ts';
import type { PersistentVolumeClaim, Pod, PodTemplateSpec } from '../../api/schema/generated/types/core-v1.ts';
import { revisionHashLabel } from '../shared/history.ts';
import { podFromTemplate } from '../shared/pod-control.ts';

export const podNameLabel = 'statefulset.kubernetes.io/pod-name';
export const podIndexLabel = 'apps.kubernetes.io/pod-index';

export function podName(set: StatefulSet, ordinal: number): string {
  return `${set.metadata.name}-${ordinal}`;
}

/** The number at the end of a member's name; undefined when the name is not one of this set's. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${set.metadata.name}-`;
  const name = pod.metadata.name ?? '';
  const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

export function startOrdinal({ spec }: StatefulSet): number {
  return spec?.ordinals?.start ?? 0;
}

/** The revision (by name) that a member's template is of. */
export function podRevision({ metadata }: Pod): string | undefined {
  return metadata.labels?.[revisionHashLabel];
}

export function claimName(set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string {
  return `${template.metadata.name}-${podName(set, ordinal)}`;
}

/** The claims of one member, by the volume that uses each. */
export function claimsOf(set: StatefulSet, ordinal: number): ReadonlyMap<string, Draft<PersistentVolumeClaim>> {
  const claims = new Map<string, Draft<PersistentVolumeClaim>>();
  for (const template of set.spec?.volumeClaimTemplates ?? []) {
    const claim = draftOf(template);
    claim.metadata = {
      name: claimName(set, template, ordinal),
      ...(set.metadata.namespace && { namespace: set.metadata.namespace }),
      labels: { ...template.metadata.labels, ...set.spec?.selector.matchLabels },
      ...(template.metadata.annotations && { annotations: { ...template.metadata.annotations } }),
    };
    delete claim.status;
    claims.set(template.metadata.name ?? '', claim);
  }
  return claims;
}

/** A member of the set: stable name, host name and storage, made of this revision's template. */
export function memberPod(
  set: StatefulSet,
  ordinal: number,
  { revision, template }: { readonly revision: ControllerRevision; readonly template: PodTemplateSpec },
): Draft<Pod> {
  const name = podName(set, ordinal);
  const pod = podFromTemplate(template, statefulSetKind, set);
  delete pod.metadata.generateName;
  pod.metadata.name = name;
  pod.metadata.labels = {
    ...pod.metadata.labels,
    [podNameLabel]: name,
    [podIndexLabel]: String(ordinal),
    [revisionHashLabel]: revision.metadata.name ?? '',
  };
  const spec = pod.spec ?? { containers: [] };
  spec.hostname = name;
  if (set.spec?.serviceName) spec.subdomain = set.spec.serviceName;
  const claims = claimsOf(set, ordinal);
  const others = (spec.volumes ?? []).filter((volume) => !claims.has(volume.name));
  const own = [...claims].map(([volume, claim]) => ({
    name: volume,
    persistentVolumeClaim: { claimName: claim.metadata.name ?? '', readOnly: false },
  }));
  if (own.length > 0) spec.volumes = [...own, ...others];
  pod.spec = spec;
  return pod;
}

/** Whether a pod has the labels and volumes that its ordinal calls for. */
export function hasIdentity(set: StatefulSet, pod: Pod, ordinal: number): boolean {
  const { labels } = pod.metadata;
  return labels?.[podNameLabel] === podName(set, ordinal) && labels?.[podIndexLabel] === String(ordinal);
}
