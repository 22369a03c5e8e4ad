import type { Container, ContainerPort, PodSpec } from '../../schema/generated/types/core-v1.ts';

/** Init containers, containers and ephemeral containers, in upstream's order. */
export function eachContainer(spec: PodSpec, path: string, visit: (container: Container, path: string) => void): void {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const)
    (spec[list] as readonly Container[] | undefined)?.forEach((container, at) => {
      visit(container, `${path}spec.${list}[${at}]`);
    });
}

interface Place {
  readonly path: string;
  readonly port: ContainerPort;
}

/** Ports of one pod that are said twice, or so that nobody knows which counts. */
export function portWarnings(spec: PodSpec, path: string): string[] {
  const warnings: string[] = [];
  const places = new Map<string, Place[]>();
  eachContainer(spec, path, ({ ports }, container) => {
    ports?.forEach((port, at) => {
      const here = `${container}.ports[${at}]`;
      if (port.hostIP && !port.hostPort) warnings.push(`${here}: hostIP set without hostPort: ${shown(port)}`);
      const key = `${port.containerPort}/${port.protocol}`;
      const others = places.get(key) ?? [];
      for (const other of others) {
        const word = relation(port, other.port);
        if (word) warnings.push(`${here}: ${word} port definition with ${other.path}`);
      }
      others.push({ path: here, port });
      places.set(key, others);
    });
  });
  return warnings;
}

function relation(port: ContainerPort, other: ContainerPort): string | undefined {
  const [ip = '', otherIp = ''] = [port.hostIP, other.hostIP];
  const [host = 0, otherHost = 0] = [port.hostPort, other.hostPort];
  if (ip === otherIp && host === otherHost) return 'duplicate';
  if (host === 0 || otherHost === 0) return 'overlapping';
  return host === otherHost && (ip === '') !== (otherIp === '') ? 'dangerously ambiguous' : undefined;
}

/** As Go's `%+v` prints it. */
function shown({ name = '', hostPort = 0, containerPort, protocol = '', hostIP = '' }: ContainerPort): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
}
