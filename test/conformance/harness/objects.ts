import type { Loose } from './api.ts';

/** Nothing runs it. */
export const image = 'registry.k8s.io/pause:3.10';

/** A Deployment whose pods have the label `app`. */
export function deployment(name: string, replicas: number): Loose {
  const labels = { app: 'test' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'test', image }] } };
  return { metadata: { name, labels }, spec: { replicas, selector: { matchLabels: labels }, template } };
}
