/** Marks a pod that only shows a static pod of its node (kubernetes.io/docs/tasks/configure-pod-container/static-pod). */
export const mirrorPodAnnotation = 'kubernetes.io/config.mirror';
