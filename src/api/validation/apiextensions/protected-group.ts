export const approvalAnnotation = 'api-approved.kubernetes.io';

/** Groups that belong to the Kubernetes project itself. */
export function isProtectedGroup(group: string): boolean {
  return ['k8s.io', 'kubernetes.io'].some((suffix) => group === suffix || group.endsWith(`.${suffix}`));
}
