import type { ConfigMap, Secret, Service } from '../../api/schema/generated/types/core-v1.ts';
import { type NodeFacts, podField, resourceField } from './downward.ts';
import { NotYet } from './errors.ts';
import { expand } from './expand.ts';
import type { Container, Pod } from './types.ts';

/** Where the values of variables come from. Undefined: there is no such object. */
export interface EnvSources {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  /** Services of the pod's namespace and the API's own. */
  services(namespace: string): readonly Service[];
  readonly facts: NodeFacts;
  readonly podIps: readonly string[];
}

export interface EnvVariable {
  readonly name: string;
  readonly value: string;
}

const configError = 'CreateContainerConfigError';

/** All variables of a container, in upstream's order: services, `envFrom`, then `env`, each able to use the earlier ones. */
export async function containerEnv(
  pod: Pod,
  container: Container,
  sources: EnvSources,
): Promise<readonly EnvVariable[]> {
  const namespace = pod.metadata.namespace ?? 'default';
  const result = new Map<string, string>();
  for (const from of container.envFrom ?? [])
    for (const [key, value] of await envFrom(namespace, from, sources)) result.set(`${from.prefix ?? ''}${key}`, value);
  const services = serviceEnv(sources.services(namespace), namespace, pod.spec?.enableServiceLinks ?? true);
  const own = new Map<string, string>();
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom
      ? await valueFrom(pod, container, variable.valueFrom, sources)
      : expand(variable.value ?? '', (name) => own.get(name) ?? result.get(name) ?? services.get(name));
    if (value === undefined) continue;
    own.set(variable.name, value);
    result.set(variable.name, value);
  }
  for (const [name, value] of services) if (!result.has(name)) result.set(name, value);
  return [...result].map(([name, value]) => ({ name, value }));
}

type EnvFrom = NonNullable<Container['envFrom']>[number];
type ValueFrom = NonNullable<NonNullable<Container['env']>[number]['valueFrom']>;

async function envFrom(
  namespace: string,
  from: EnvFrom,
  sources: EnvSources,
): Promise<readonly (readonly [string, string])[]> {
  const { configMapRef, secretRef } = from;
  if (configMapRef) {
    const found = await sources.configMap(namespace, configMapRef.name ?? '');
    if (found) return Object.entries(found.data ?? {});
    if (configMapRef.optional) return [];
    throw new NotYet(configError, `configmap "${configMapRef.name}" not found`);
  }
  if (secretRef) {
    const found = await sources.secret(namespace, secretRef.name ?? '');
    if (found) return Object.entries(found.data ?? {}).map(([key, value]) => [key, decodeBase64(value)] as const);
    if (secretRef.optional) return [];
    throw new NotYet(configError, `secret "${secretRef.name}" not found`);
  }
  return [];
}

async function valueFrom(
  pod: Pod,
  container: Container,
  source: ValueFrom,
  sources: EnvSources,
): Promise<string | undefined> {
  const namespace = pod.metadata.namespace ?? 'default';
  if (source.fieldRef) return podField(pod, source.fieldRef.fieldPath, sources.facts, sources.podIps);
  if (source.resourceFieldRef) return resourceField(pod, source.resourceFieldRef, container, sources.facts);
  if (source.configMapKeyRef) {
    const { name = '', key, optional } = source.configMapKeyRef;
    const found = await sources.configMap(namespace, name);
    const value = found?.data?.[key];
    if (value !== undefined || optional) return value;
    if (!found) throw new NotYet(configError, `configmap "${name}" not found`);
    throw new NotYet(configError, `couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
  }
  if (source.secretKeyRef) {
    const { name = '', key, optional } = source.secretKeyRef;
    const found = await sources.secret(namespace, name);
    const value = found?.data?.[key];
    if (value !== undefined) return decodeBase64(value);
    if (optional) return undefined;
    if (!found) throw new NotYet(configError, `secret "${name}" not found`);
    throw new NotYet(configError, `couldn't find key ${key} in Secret ${namespace}/${name}`);
  }
  throw new NotYet(configError, 'env.valueFrom.fileKeyRef is not supported by this node');
}

function decodeBase64(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

/** The variables that containers have always had for Services; only those of the API when links are off. */
export function serviceEnv(
  services: readonly Service[],
  namespace: string,
  links: boolean,
): ReadonlyMap<string, string> {
  const env = new Map<string, string>();
  const isApi = ({ metadata }: Service) => metadata.namespace === 'default' && metadata.name === 'kubernetes';
  const wanted = services
    .filter((service) => isApi(service) || (links && service.metadata.namespace === namespace))
    .toSorted((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  for (const { metadata, spec } of wanted) {
    const host = spec?.clusterIP;
    if (!host || host === 'None' || spec.type === 'ExternalName') continue;
    const prefix = variableName(metadata.name ?? '');
    const ports = spec.ports ?? [];
    env.set(`${prefix}_SERVICE_HOST`, host);
    env.set(`${prefix}_SERVICE_PORT`, String(ports[0]?.port ?? ''));
    for (const { name, port } of ports) if (name) env.set(`${prefix}_SERVICE_PORT_${variableName(name)}`, String(port));
    for (const [index, { port, protocol = 'TCP' }] of ports.entries()) {
      const scheme = protocol.toLowerCase();
      const address = host.includes(':') ? `[${host}]` : host;
      const base = `${prefix}_PORT_${port}_${protocol}`;
      if (index === 0) env.set(`${prefix}_PORT`, `${scheme}://${address}:${port}`);
      env.set(base, `${scheme}://${address}:${port}`);
      env.set(`${base}_PROTO`, scheme);
      env.set(`${base}_PORT`, String(port));
      env.set(`${base}_ADDR`, host);
    }
  }
  return env;
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
