import type { Draft, KubeObject } from '../../../api/object.ts';
import type {
  Container,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
} from '../../../api/schema/generated/types/core-v1.ts';
import { forbidden } from '../../../api/status.ts';
import type { View } from '../../../client/client.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../../contract.ts';
import { claimFaults, podFaults } from './constraints.ts';

const annotation = 'kubernetes.io/limit-ranger';

/** Gives containers the namespace's default requests and limits, and refuses pods and claims that leave its bounds. */
export function limitRanger(ranges: View<LimitRange>): AdmissionPlugin {
  return {
    name: 'LimitRanger',
    handles(request) {
      return concerns(request) && ranges.list(request.ref.namespace).length > 0;
    },
    mutate({ kind, ref, operation }, object) {
      if (kind.plural !== 'pods' || operation !== 'CREATE' || !object) return;
      for (const range of ranges.list(ref.namespace)) fillPod(range, object as Draft<Pod>);
    },
    validate({ kind, ref, old }, object) {
      if (!object || old?.metadata.deletionTimestamp) return;
      for (const range of ranges.list(ref.namespace)) {
        const faults = faultsOf(range, object);
        const [first, ...others] = new Set(faults);
        if (first !== undefined)
          throw forbidden(kind, ref.name, others.length > 0 ? `[${[first, ...others].join(', ')}]` : first);
      }
    },
  };
}

/** Pods when they are made or resized: their containers do not change otherwise. Claims whenever they are written. */
function concerns({ kind, operation, subresource }: AdmissionRequest): boolean {
  if (kind.group !== '' || (operation !== 'CREATE' && operation !== 'UPDATE')) return false;
  if (kind.plural === 'pods') return operation === 'CREATE' ? subresource === '' : subresource === 'resize';
  return kind.plural === 'persistentvolumeclaims' && subresource === '';
}

function faultsOf(range: LimitRange, object: KubeObject): string[] {
  return object.kind === 'Pod' ? podFaults(range, object as Pod) : claimFaults(range, object as PersistentVolumeClaim);
}

/** Puts in what is not said, and notes it on the pod. */
function fillPod({ spec }: LimitRange, pod: Draft<Pod>): void {
  if (!pod.spec) return;
  const items = (spec?.limits ?? []).filter(({ type }) => type === 'Container');
  const notes = [
    ...pod.spec.containers.flatMap((container) => fillContainer(items, container, 'container')),
    ...(pod.spec.initContainers ?? []).flatMap((container) => fillContainer(items, container, 'init container')),
  ];
  if (notes.length === 0) return;
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [annotation]: `LimitRanger plugin set: ${notes.join('; ')}`,
  };
}

function fillContainer(items: readonly LimitRangeItem[], container: Draft<Container>, sort: string): string[] {
  const notes: string[] = [];
  for (const [list, defaults] of [
    ['requests', Object.assign({}, ...items.map(({ defaultRequest }) => defaultRequest))],
    ['limits', Object.assign({}, ...items.map((item) => item.default))],
  ] as const) {
    const stated = container.resources?.[list] ?? {};
    const missing = Object.keys(defaults)
      .filter((name) => !(name in stated))
      .sort();
    if (missing.length === 0) continue;
    container.resources = { ...container.resources, [list]: { ...defaults, ...stated } };
    notes.push(`${missing.join(', ')} ${list.slice(0, -1)} for ${sort} ${container.name}`);
  }
  return notes;
}
