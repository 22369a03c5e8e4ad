import type { SchedulerPlugin } from '../plugin.ts';

const smallestBytes = 23 * 1024 * 1024;
const largestBytesPerContainer = 1000 * 1024 * 1024;

/** Prefers nodes that have the pod's images already, weighed by how many nodes have them. */
export const imageLocality: SchedulerPlugin = {
  name: 'ImageLocality',
  wakesOn: [],
  prepare(pod, world) {
    const images = (pod.spec?.containers ?? []).flatMap(({ image }) => (image ? [normalized(image)] : []));
    if (images.length === 0 || world.nodes.length < 2) return undefined;
    const has = new Map<string, Map<string, number>>();
    for (const { name, node } of world.nodes) {
      for (const { names = [], sizeBytes = 0 } of node.status?.images ?? [])
        for (const image of names)
          if (images.includes(image)) has.set(image, (has.get(image) ?? new Map()).set(name, sizeBytes));
    }
    if (has.size === 0) return undefined;
    const largest = largestBytesPerContainer * images.length;
    return {
      score({ name }) {
        let sum = 0;
        for (const image of images) {
          const holders = has.get(image);
          sum += ((holders?.get(name) ?? 0) * (holders?.size ?? 0)) / world.nodes.length;
        }
        const bytes = Math.min(Math.max(sum, smallestBytes), largest);
        return (100 * (bytes - smallestBytes)) / (largest - smallestBytes);
      },
    };
  },
};

function normalized(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') && !image.includes('@') ? `${image}:latest` : image;
}
