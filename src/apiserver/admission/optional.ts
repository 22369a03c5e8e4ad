import type { Draft, KubeObject } from '../../api/object.ts';
import type { Container, Pod, Service } from '../../api/schema/generated/types/core-v1.ts';
import { forbidden } from '../../api/status.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';

/** Plugins that upstream has and leaves off; `--enable-admission-plugins` turns them on. A new one is a line at the end. */

function isPod({ kind, subresource }: AdmissionRequest): boolean {
  return kind.group === '' && kind.plural === 'pods' && (subresource === '' || subresource === 'ephemeralcontainers');
}

function* containersOf(pod: Draft<Pod> | undefined): Generator<Draft<Container>> {
  yield* pod?.spec?.initContainers ?? [];
  yield* pod?.spec?.containers ?? [];
  yield* (pod?.spec?.ephemeralContainers ?? []) as Draft<Container>[];
}

/** Nobody uses an image from a node's cache who could not pull it. */
const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  handles: (request) => isPod(request) && (request.operation === 'CREATE' || request.operation === 'UPDATE'),
  mutate(_request, object) {
    for (const container of containersOf(object as Draft<Pod> | undefined)) container.imagePullPolicy = 'Always';
  },
  validate(request, object) {
    for (const { name, imagePullPolicy } of containersOf(object as Draft<Pod> | undefined))
      if (imagePullPolicy !== 'Always')
        throw forbidden(request.kind, request.ref.name, `container ${name}: imagePullPolicy must be Always`);
  },
};

/** No Service takes traffic for an address that it says is its own (CVE-2020-8554). */
const denyServiceExternalIps: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  handles: ({ kind, operation, subresource }) =>
    kind.group === '' &&
    kind.plural === 'services' &&
    subresource === '' &&
    (operation === 'CREATE' || operation === 'UPDATE'),
  validate({ kind, ref, old }, object) {
    const before = new Set(addressesOf(old));
    if (addressesOf(object).every((address) => before.has(address))) return;
    throw forbidden(kind, ref.name, 'Use of external IPs is denied by admission control.');
  },
};

function addressesOf(object: KubeObject | undefined): readonly string[] {
  return (object as Service | undefined)?.spec?.externalIPs ?? [];
}

/** Pods that ask for devices tolerate the taints of the nodes that are kept for them. */
const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  handles: (request) => isPod(request) && (request.operation === 'CREATE' || request.operation === 'UPDATE'),
  mutate(_request, object) {
    const pod = object as Draft<Pod> | undefined;
    if (!pod?.spec) return;
    const names = [...containersOf(pod)].flatMap(({ resources }) => Object.keys(resources?.requests ?? {}));
    for (const key of [...new Set(names)].filter(isExtended).sort()) {
      const tolerations = pod.spec.tolerations ?? [];
      if (tolerations.some((one) => one.key === key && one.operator === 'Exists' && one.effect === 'NoSchedule'))
        continue;
      pod.spec.tolerations = [...tolerations, { key, operator: 'Exists', effect: 'NoSchedule' }];
    }
  },
};

function isExtended(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
}

export const optionalPlugins: Readonly<Record<string, AdmissionPlugin>> = {
  AlwaysPullImages: alwaysPullImages,
  ExtendedResourceToleration: extendedResourceToleration,
  DenyServiceExternalIPs: denyServiceExternalIps,
};
