import { endpoints as endpointsKind } from '../api/core/endpoints.ts';
import { namespace as namespaceKind } from '../api/core/namespace.ts';
import { service as serviceKind } from '../api/core/service.ts';
import { endpointSlice as endpointSliceKind } from '../api/discovery/endpoint-slice.ts';
import type { Kind } from '../api/kind.ts';
import { serviceCidr as serviceCidrKind } from '../api/networking/service-cidr.ts';
import type { Draft, KubeObject } from '../api/object.ts';
import type { Endpoints, Service } from '../api/schema/generated/types/core-v1.ts';
import type { EndpointSlice } from '../api/schema/generated/types/discovery-v1.ts';
import { isApiError } from '../api/status.ts';
import { type Cidr, formatCidr, nthAddress } from '../base/cidr.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { toError } from '../base/errors.ts';
import { familyOf, formatIp } from '../base/ip.ts';
import type { Logger } from '../base/log.ts';
import type { Registry, RequestContext } from './contract.ts';

export interface SystemObjectsOptions {
  /** Where services get their addresses from: one block, or one of each family. The API has the first address of the first. */
  readonly serviceCidrs: readonly [Cidr, ...Cidr[]];
  /** Where this server is really reached. */
  readonly advertised: { readonly address: string; readonly port: number };
}

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const name = 'kubernetes';
const namespace = 'default';

/** What every cluster has from its first second: four namespaces, the range of its services, and the API as a service. Safe to run at each start. */
export async function ensureSystemObjects(registry: Registry, options: SystemObjectsOptions): Promise<void> {
  const context: RequestContext = {
    user: { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
    signal: AbortSignal.timeout(60_000),
    dryRun: false,
    fieldManager: 'kube-apiserver',
    fieldValidation: 'Ignore',
    warn: () => undefined,
  };
  for (const wanted of namespaces) await ensure(registry, namespaceKind, { metadata: { name: wanted } }, context);
  const { serviceCidrs } = options;
  const cidrs = serviceCidrs.map(formatCidr);
  await ensure(registry, serviceCidrKind, { metadata: { name }, spec: { cidrs } }, context);
  await ensure(registry, serviceKind, kubernetesService(options), context);
  await publish(registry, endpointsKind, kubernetesEndpoints(options), context);
  await publish(registry, endpointSliceKind, kubernetesSlice(options), context);
}

/** As upstream's controllers of the `kubernetes` Service and the system's namespaces. */
const repairMs = 10_000;

/** Puts back what somebody has removed or changed. At rest nothing is written. Returns how to end it. */
export function keepSystemObjects(
  registry: Registry,
  options: SystemObjectsOptions,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): () => void {
  let stopped = false;
  let timer: Timer;
  const later = () => {
    timer = clock.after(repairMs, () => {
      void ensureSystemObjects(registry, options)
        .catch((error: unknown) => log.warn('the system objects could not be repaired', { error: toError(error) }))
        .finally(() => stopped || later());
    });
  };
  later();
  return () => {
    stopped = true;
    timer.cancel();
  };
}

type Wanted<T extends KubeObject> = Omit<T, 'apiVersion' | 'kind'>;

/** Creates it unless it is there. */
async function ensure<T extends KubeObject>(
  registry: Registry,
  kind: Kind<T>,
  wanted: Wanted<T>,
  context: RequestContext,
): Promise<void> {
  const object = { apiVersion: kind.apiVersion, kind: kind.kind, ...wanted } as unknown as Draft<KubeObject>;
  const { metadata } = object;
  const target = { name: metadata.name ?? '', ...(metadata.namespace && { namespace: metadata.namespace }) };
  try {
    await registry.get(kind, target, context);
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error;
    try {
      await registry.create(kind, target, object, context);
    } catch (raced) {
      // Another server of this cluster was faster.
      if (!isApiError(raced, 'AlreadyExists')) throw raced;
    }
  }
}

/** Creates it, or makes it say what it should. */
async function publish<T extends KubeObject>(
  registry: Registry,
  kind: Kind<T>,
  wanted: Wanted<T>,
  context: RequestContext,
): Promise<void> {
  await ensure(registry, kind, wanted, context);
  const { metadata: _metadata, ...content } = wanted;
  const change = (draft: Draft<T>) => void Object.assign(draft, structuredClone(content));
  await registry.modify(kind, { namespace, name }, change, context);
}

/** The first address of a block for services: where pods reach the API. */
export function apiAddress(serviceCidr: Cidr): string {
  const address = nthAddress(serviceCidr, 1);
  if (!address) throw new RangeError(`the service range ${formatCidr(serviceCidr)} has no room for the API`);
  return formatIp(address);
}

function kubernetesService({ serviceCidrs, advertised }: SystemObjectsOptions): Wanted<Service> {
  const serviceAddress = apiAddress(serviceCidrs[0]);
  return {
    metadata: { name, namespace, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP: serviceAddress,
      clusterIPs: [serviceAddress],
      sessionAffinity: 'None',
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: advertised.port }],
    },
  };
}

function kubernetesEndpoints({ advertised }: SystemObjectsOptions): Wanted<Endpoints> {
  const port = { name: 'https', port: advertised.port, protocol: 'TCP' };
  return {
    metadata: { name, namespace, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: advertised.address }], ports: [port] }],
  };
}

function kubernetesSlice({ advertised }: SystemObjectsOptions): Wanted<EndpointSlice> {
  return {
    metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: familyOf(advertised.address),
    endpoints: [{ addresses: [advertised.address], conditions: { ready: true } }],
    ports: [{ name: 'https', port: advertised.port, protocol: 'TCP' }],
  };
}
