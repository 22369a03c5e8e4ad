import type { Subresource } from './kind.ts';

/** What is read, replaced and patched but neither made nor removed on its own. */
export const readUpdateVerbs = ['get', 'patch', 'update'] as const;
/** Streams, opened by GET (WebSocket) or POST (SPDY). */
export const connectVerbs = ['create', 'get'] as const;
/** Requests passed on to a pod, service or node. */
export const proxyVerbs = ['create', 'delete', 'get', 'patch', 'update'] as const;

/** The object itself, of which only `status` is written. */
export const statusSubresource = { verbs: readUpdateVerbs } satisfies Subresource;

/** `autoscaling/v1` Scale over `spec.replicas`. `.status.selector` is the text form of `selector`. */
export const scaleSubresource = {
  verbs: readUpdateVerbs,
  kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  scale: { specReplicas: '.spec.replicas', statusReplicas: '.status.replicas', selector: '.spec.selector' },
} satisfies Subresource;
