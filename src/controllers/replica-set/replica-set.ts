import { replicaSet } from '../../api/apps/replica-set.ts';
import { pod } from '../../api/core/pod.ts';
import { replicationController } from '../../api/core/replication-controller.ts';
import type { Kind } from '../../api/kind.ts';
import { controllerOf, type KubeObject } from '../../api/object.ts';
import type { PodTemplateSpec } from '../../api/schema/generated/types/core-v1.ts';
import {
  cachedLabelSelectorOf,
  type LabelSelector,
  nothing,
  selectorOfLabels,
} from '../../api/selectors/label-selector.ts';
import {
  type Controller,
  changesOf,
  controller,
  mayWrite,
  mayWriteStatus,
} from '../../controller-runtime/controller.ts';
import { changesOfOwned } from '../shared/wakes.ts';
import { type ReplicaKind, reconcileReplicas } from './act.ts';

/** Keeps as many pods as a ReplicaSet asks for. */
export const replicaSetController = replicasController('replicaset-controller', {
  kind: replicaSet,
  selectorOf: (set) => cachedLabelSelectorOf(set.spec?.selector),
  related: (set, view) => {
    const owner = controllerOf(set);
    if (!owner) return [set];
    return view.list(set.metadata.namespace).filter((other) => controllerOf(other)?.uid === owner.uid);
  },
});

/** The same for the older ReplicationController. */
export const replicationControllerController = replicasController('replication-controller', {
  kind: replicationController,
  selectorOf: (set) => selectorOfMap(set.spec?.selector),
  related: (set) => [set],
});

function replicasController<T extends KubeObject & { spec?: { template?: PodTemplateSpec }; status?: object }>(
  name: string,
  replicas: ReplicaKind<T>,
): Controller {
  return controller({
    name,
    wakesOn: [changesOf(replicas.kind), changesOfOwned(pod, replicas.kind as Kind<T>, replicas.selectorOf)],
    writes: [mayWrite(pod, 'create', 'delete', 'patch'), mayWriteStatus(replicas.kind)],
    reconcile: (key, context) => reconcileReplicas(replicas, key, context),
  });
}

function selectorOfMap(labels: Readonly<Record<string, string>> | undefined): LabelSelector {
  return labels && Object.keys(labels).length > 0 ? selectorOfLabels(labels) : nothing;
}
