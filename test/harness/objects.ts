import type { Container, PodSpec, ServiceSpec } from '../../src/api/schema/generated/types/core-v1.ts';
import type { ObjectMeta } from '../../src/api/schema/generated/types/meta-v1.ts';

/** The image of most pods in these tests; `startCluster` brings it. */
export const image = 'docker.io/library/busybox:test';

type Object = Readonly<Record<string, unknown>>;

/** Objects as one manifest. */
export function manifest(...items: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

/** A container that runs a shell script. */
export function shell(script: string, more: Partial<Container> = {}): Container {
  return { name: 'c', image, command: ['sh', '-c', script], ...more };
}

/** Answers on port 8080 with the pod's name. */
export function webContainer(more: Partial<Container> = {}): Container {
  return shell('mkdir -p /www && hostname >/www/index.html && exec httpd -f -p 8080 -h /www', {
    ports: [{ containerPort: 8080, name: 'http' }],
    readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
    ...more,
  });
}

/** A pod's spec that ends soon when it is told to. */
export function podSpec(container: Container, more: Partial<PodSpec> = {}): PodSpec {
  return { terminationGracePeriodSeconds: 1, containers: [container], ...more };
}

export function pod(
  name: string,
  container: Container,
  more: Partial<PodSpec> = {},
  metadata: ObjectMeta = {},
): Object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata }, spec: podSpec(container, more) };
}

/** A Deployment, StatefulSet or DaemonSet whose pods have the label `app=NAME`. */
export function workload(kind: string, name: string, template: PodSpec, more: Object = {}): Object {
  const labels = { app: name };
  const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: template }, ...more };
  return { apiVersion: 'apps/v1', kind, metadata: { name }, spec };
}

/** A Service of `app=NAME`, port 80 to the port named `http`. */
export function service(name: string, spec: Partial<ServiceSpec> = {}): Object {
  const ports = [{ name: 'http', port: 80, targetPort: 'http' }];
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name }, ports, ...spec } };
}
