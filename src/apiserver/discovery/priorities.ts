/** Where upstream's own group versions stand among others: the higher, the earlier in discovery. */
export interface Priority {
  readonly group: number;
  readonly version: number;
}

/** Upstream's tables, for groups as a whole. */
const groups: Readonly<Record<string, number>> = {
  '': 18_000,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'admissionregistration.k8s.io': 16_700,
  'apiextensions.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'resource.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
  'internal.apiserver.k8s.io': 16_000,
  'storagemigration.k8s.io': 15_800,
};

/** Versions that do not follow the rule of their kind below. */
const versions: Readonly<Record<string, number>> = {
  '/v1': 1,
  'autoscaling/v2': 30,
  'events.k8s.io/v1beta1': 5,
  'admissionregistration.k8s.io/v1beta1': 12,
  'admissionregistration.k8s.io/v1alpha1': 9,
  'coordination.k8s.io/v1beta1': 13,
  'coordination.k8s.io/v1alpha2': 12,
  'flowcontrol.apiserver.k8s.io/v1': 21,
  'internal.apiserver.k8s.io/v1alpha1': 9,
  'resource.k8s.io/v1': 20,
  'resource.k8s.io/v1beta2': 15,
  'resource.k8s.io/v1beta1': 12,
  'resource.k8s.io/v1alpha3': 9,
};

/** Of a built-in group version; undefined: it has no APIService (the group of APIServices itself). */
export function builtInPriority(group: string, version: string): Priority | undefined {
  const ofGroup = Object.hasOwn(groups, group) ? groups[group] : undefined;
  if (ofGroup === undefined) return undefined;
  const byKind = version.includes('alpha') ? 1 : version.includes('beta') ? 9 : 15;
  return { group: ofGroup, version: versions[`${group}/${version}`] ?? byKind };
}

/** Of custom resources: they come after everything that is built in. */
export const customPriority: Priority = { group: 1000, version: 100 };
