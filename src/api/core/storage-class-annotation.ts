/** Before there was `storageClassName`, volumes and claims named their class in this annotation; it still wins. */
export const storageClassAnnotation = 'volume.beta.kubernetes.io/storage-class';
