import type { Draft } from '../../api/object.ts';
import { priorityClass } from '../../api/scheduling/priority-class.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { PriorityClass } from '../../api/schema/generated/types/scheduling-v1.ts';
import { forbidden, isApiError } from '../../api/status.ts';
import type { Client, NewObject, View } from '../../client/client.ts';
import type { AdmissionPlugin } from '../contract.ts';

/** Turns a pod's priority class into its number (kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption). */
export function priorityAdmission(classes: View<PriorityClass>): AdmissionPlugin {
  return {
    name: 'Priority',
    handles: ({ operation, kind, subresource }) =>
      subresource === '' &&
      ((operation === 'CREATE' && kind.group === '' && kind.plural === 'pods') ||
        (kind.plural === 'priorityclasses' && operation !== 'CONNECT')),
    mutate({ kind, ref }, object) {
      if (kind.plural !== 'pods') return;
      const spec = (object as Draft<Pod> | undefined)?.spec;
      if (!spec) return;
      const found = spec.priorityClassName ? classes.get(spec.priorityClassName) : globalDefault(classes);
      if (spec.priorityClassName && !found)
        throw forbidden(kind, ref.name, `no PriorityClass with name ${spec.priorityClassName} was found`);
      const value = found?.value ?? 0;
      if (spec.priority !== undefined && spec.priority !== value) {
        const why = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`;
        throw forbidden(kind, ref.name, why);
      }
      const policy = found?.preemptionPolicy ?? 'PreemptLowerPriority';
      if (spec.preemptionPolicy !== undefined && found?.preemptionPolicy && spec.preemptionPolicy !== policy) {
        const why = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`;
        throw forbidden(kind, ref.name, why);
      }
      if (found) spec.priorityClassName = found.metadata.name ?? '';
      spec.priority = value;
      spec.preemptionPolicy ??= policy;
    },
    validate(request, object) {
      const { kind, operation, ref } = request;
      if (operation === 'DELETE' && systemClasses.some(({ metadata }) => metadata.name === ref.name))
        throw forbidden(kind, ref.name, 'this is a system priority class and cannot be deleted');
      if (
        kind.plural !== 'priorityclasses' ||
        operation === 'DELETE' ||
        !(object as PriorityClass | undefined)?.globalDefault
      )
        return;
      const other = globalDefault(classes);
      if (!other || other.metadata.name === ref.name) return;
      const why = `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`;
      throw forbidden(kind, ref.name, why);
    },
  };
}

/** Of several default classes the one with the lowest value holds. */
function globalDefault(classes: View<PriorityClass>): PriorityClass | undefined {
  return classes
    .list()
    .filter((one) => one.globalDefault)
    .sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
}

const systemClasses: readonly NewObject<PriorityClass>[] = [
  {
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
    description: 'For pods that the cluster needs; they may move to another node.',
    preemptionPolicy: 'PreemptLowerPriority',
  },
  {
    metadata: { name: 'system-node-critical' },
    value: 2_000_001_000,
    description: 'For pods that a node needs; they may not move to another node.',
    preemptionPolicy: 'PreemptLowerPriority',
  },
];

/** Makes the two classes that every cluster has. */
export async function ensurePriorityClasses(client: Client): Promise<void> {
  const classes = client.view(priorityClass);
  for (const wanted of systemClasses) {
    if (classes.get(wanted.metadata.name ?? '')) continue;
    try {
      await client.create(priorityClass, wanted);
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists')) throw error;
    }
  }
}
