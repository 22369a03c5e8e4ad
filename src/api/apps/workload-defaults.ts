import { defaultPersistentVolumeClaim } from '../core/persistent-volume-defaults.ts';
import { defaultPodTemplate } from '../core/pod-defaults.ts';
import { fill } from '../fill.ts';
import type { Draft } from '../object.ts';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../schema/generated/types/apps-v1.ts';

export function defaultDeployment({ spec }: Draft<Deployment>): void {
  if (!spec) return;
  fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {} });
  const { strategy = {} } = spec;
  fill(strategy, { type: 'RollingUpdate' });
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate ??= {};
    fill(strategy.rollingUpdate, { maxUnavailable: '25%', maxSurge: '25%' });
  }
  defaultPodTemplate(spec.template);
}

export function defaultReplicaSet({ spec }: Draft<ReplicaSet>): void {
  if (!spec) return;
  fill(spec, { replicas: 1 });
  defaultPodTemplate(spec.template);
}

export function defaultDaemonSet({ spec }: Draft<DaemonSet>): void {
  if (!spec) return;
  fill(spec, { revisionHistoryLimit: 10, updateStrategy: {} });
  const { updateStrategy = {} } = spec;
  fill(updateStrategy, { type: 'RollingUpdate' });
  if (updateStrategy.type === 'RollingUpdate') {
    updateStrategy.rollingUpdate ??= {};
    fill(updateStrategy.rollingUpdate, { maxUnavailable: 1, maxSurge: 0 });
  }
  defaultPodTemplate(spec.template);
}

export function defaultStatefulSet({ spec }: Draft<StatefulSet>): void {
  if (!spec) return;
  fill(spec, {
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
    updateStrategy: {},
    persistentVolumeClaimRetentionPolicy: {},
  });
  const { updateStrategy = {}, persistentVolumeClaimRetentionPolicy = {} } = spec;
  fill(persistentVolumeClaimRetentionPolicy, { whenDeleted: 'Retain', whenScaled: 'Retain' });
  // Unlike deployments and daemon sets: who names the type and nothing else gets nothing else.
  if (!updateStrategy.type) fill(updateStrategy, { type: 'RollingUpdate', rollingUpdate: {} });
  if (updateStrategy.type === 'RollingUpdate' && updateStrategy.rollingUpdate) {
    fill(updateStrategy.rollingUpdate, { partition: 0, maxUnavailable: 1 });
  }
  for (const claim of spec.volumeClaimTemplates ?? []) {
    fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
    defaultPersistentVolumeClaim(claim);
  }
  defaultPodTemplate(spec.template);
}
