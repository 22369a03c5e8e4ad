import assert from 'node:assert/strict';
import test from 'node:test';
import type { Kind } from './kind.ts';
import { builtInKinds } from './kinds.ts';
import type { Draft, KubeObject } from './object.ts';
import { fillRequired } from './schema/required.ts';

function kindOf(apiVersion: string, kindName: string): Kind {
  const kind = builtInKinds.find((one) => one.apiVersion === apiVersion && one.kind === kindName);
  assert.ok(kind, `${apiVersion} ${kindName}`);
  return kind;
}

function defaulted(kind: Kind, fields: object): Draft<KubeObject> {
  const { apiVersion, kind: kindName } = kind;
  const object = { apiVersion, kind: kindName, metadata: { name: 'a' }, ...structuredClone(fields) };
  kind.defaults?.(object);
  return object;
}

interface Case {
  readonly of: readonly [apiVersion: string, kind: string];
  readonly given: object;
  readonly wanted: object;
}

const template = { metadata: { labels: { app: 'a' } } };

const cases: Readonly<Record<string, Case>> = {
  'a deployment rolls': {
    of: ['apps/v1', 'Deployment'],
    given: { spec: { template } },
    wanted: {
      spec: {
        template,
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      },
    },
  },
  'a deployment that recreates has nothing to roll; zero replicas stay': {
    of: ['apps/v1', 'Deployment'],
    given: { spec: { replicas: 0, strategy: { type: 'Recreate' } } },
    wanted: {
      spec: { replicas: 0, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: { type: 'Recreate' } },
    },
  },
  'a daemon set': {
    of: ['apps/v1', 'DaemonSet'],
    given: { spec: { updateStrategy: { rollingUpdate: { maxUnavailable: '10%' } } } },
    wanted: {
      spec: {
        revisionHistoryLimit: 10,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%', maxSurge: 0 } },
      },
    },
  },
  'a stateful set, with its claims': {
    of: ['apps/v1', 'StatefulSet'],
    given: { spec: { volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: {} }] } },
    wanted: {
      spec: {
        podManagementPolicy: 'OrderedReady',
        replicas: 1,
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable: 1 } },
        volumeClaimTemplates: [
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: { name: 'd' },
            spec: { volumeMode: 'Filesystem' },
            status: { phase: 'Pending' },
          },
        ],
      },
    },
  },
  'a job': {
    of: ['batch/v1', 'Job'],
    given: { spec: { template } },
    wanted: {
      metadata: { name: 'a', labels: { app: 'a' } },
      spec: {
        template,
        completions: 1,
        parallelism: 1,
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        suspend: false,
        manualSelector: false,
        podReplacementPolicy: 'TerminatingOrFailed',
      },
    },
  },
  'a work queue job with rules': {
    of: ['batch/v1', 'Job'],
    given: {
      spec: {
        parallelism: 3,
        backoffLimitPerIndex: 1,
        podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }] },
      },
    },
    wanted: {
      spec: {
        parallelism: 3,
        backoffLimit: 2 ** 31 - 1,
        backoffLimitPerIndex: 1,
        completionMode: 'NonIndexed',
        suspend: false,
        manualSelector: false,
        podReplacementPolicy: 'Failed',
        podFailurePolicy: {
          rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
        },
      },
    },
  },
  'a cron job': {
    of: ['batch/v1', 'CronJob'],
    given: { spec: { schedule: '@daily', failedJobsHistoryLimit: 0 } },
    wanted: {
      spec: {
        schedule: '@daily',
        concurrencyPolicy: 'Allow',
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 0,
      },
    },
  },
  'an autoscaler': {
    of: ['autoscaling/v2', 'HorizontalPodAutoscaler'],
    given: { spec: { maxReplicas: 3, behavior: { scaleDown: { stabilizationWindowSeconds: 5 } } } },
    wanted: {
      spec: {
        maxReplicas: 3,
        minReplicas: 1,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
        ],
        behavior: {
          scaleUp: {
            stabilizationWindowSeconds: 0,
            selectPolicy: 'Max',
            policies: [
              { type: 'Pods', value: 4, periodSeconds: 15 },
              { type: 'Percent', value: 100, periodSeconds: 15 },
            ],
          },
          scaleDown: {
            stabilizationWindowSeconds: 5,
            selectPolicy: 'Max',
            policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
          },
        },
      },
    },
  },
  'a secret: texts become data and win': {
    of: ['v1', 'Secret'],
    given: { data: { a: 'eA==', b: 'eQ==' }, stringData: { b: 'é' } },
    wanted: { type: 'Opaque', data: { a: 'eA==', b: 'w6k=' } },
  },
  'a namespace is labelled with its name': {
    of: ['v1', 'Namespace'],
    given: { metadata: { name: 'a', labels: { x: '1', 'kubernetes.io/metadata.name': 'other' } } },
    wanted: { metadata: { name: 'a', labels: { x: '1', 'kubernetes.io/metadata.name': 'a' } } },
  },
  'a limit range': {
    of: ['v1', 'LimitRange'],
    given: {
      spec: {
        limits: [
          { type: 'Container', max: { cpu: '2' }, default: { memory: '1Gi' }, min: { cpu: '1', storage: '1' } },
          { type: 'Pod', max: { cpu: '4' } },
        ],
      },
    },
    wanted: {
      spec: {
        limits: [
          {
            type: 'Container',
            max: { cpu: '2' },
            min: { cpu: '1', storage: '1' },
            default: { cpu: '2', memory: '1Gi' },
            defaultRequest: { cpu: '2', memory: '1Gi', storage: '1' },
          },
          { type: 'Pod', max: { cpu: '4' } },
        ],
      },
    },
  },
  'a replication controller takes labels and selector from its template': {
    of: ['v1', 'ReplicationController'],
    given: { spec: { template } },
    wanted: {
      metadata: { name: 'a', labels: { app: 'a' } },
      spec: { template, replicas: 1, selector: { app: 'a' } },
    },
  },
  'a network policy about egress': {
    of: ['networking.k8s.io/v1', 'NetworkPolicy'],
    given: { spec: { egress: [{ ports: [{ port: 53 }, { port: 53, protocol: 'UDP' }] }] } },
    wanted: {
      spec: {
        policyTypes: ['Ingress', 'Egress'],
        egress: [
          {
            ports: [
              { port: 53, protocol: 'TCP' },
              { port: 53, protocol: 'UDP' },
            ],
          },
        ],
      },
    },
  },
  'a network policy about nothing in particular': {
    of: ['networking.k8s.io/v1', 'NetworkPolicy'],
    given: { spec: {} },
    wanted: { spec: { policyTypes: ['Ingress'] } },
  },
  'a role binding': {
    of: ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
    given: {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', name: 's' },
      ],
    },
    wanted: {
      roleRef: { kind: 'Role', name: 'r', apiGroup: 'rbac.authorization.k8s.io' },
      subjects: [
        { kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' },
        { kind: 'ServiceAccount', name: 's' },
      ],
    },
  },
  'a mutating webhook': {
    of: ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'],
    given: { webhooks: [{ name: 'w', clientConfig: { service: { name: 's' } }, rules: [{ operations: ['*'] }] }] },
    wanted: {
      webhooks: [
        {
          name: 'w',
          clientConfig: { service: { name: 's', port: 443 } },
          rules: [{ operations: ['*'], scope: '*' }],
          failurePolicy: 'Fail',
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          timeoutSeconds: 10,
          reinvocationPolicy: 'Never',
        },
      ],
    },
  },
  'a custom resource definition': {
    of: ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
    given: { spec: { names: { kind: 'HelmChart', plural: 'helmcharts' } } },
    wanted: {
      spec: {
        names: { kind: 'HelmChart', plural: 'helmcharts', singular: 'helmchart', listKind: 'HelmChartList' },
        conversion: { strategy: 'None' },
      },
    },
  },
  'a persistent volume': {
    of: ['v1', 'PersistentVolume'],
    given: { spec: { hostPath: { path: '/x' } } },
    wanted: {
      spec: { hostPath: { path: '/x', type: '' }, persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
      status: { phase: 'Pending' },
    },
  },
  'a claim on devices': {
    of: ['resource.k8s.io/v1', 'ResourceClaim'],
    given: { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu' } }] } } },
    wanted: {
      spec: {
        devices: {
          requests: [{ name: 'r', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 } }],
        },
      },
    },
  },
  'a priority level': {
    of: ['flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration'],
    given: { spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: { queues: 0 } } } } },
    wanted: {
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 30,
          lendablePercent: 0,
          limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
        },
      },
    },
  },
};

for (const [title, { of, given, wanted }] of Object.entries(cases)) {
  test(title, () => {
    const [apiVersion, kindName] = of;
    const expected = { apiVersion, kind: kindName, metadata: { name: 'a' }, ...structuredClone(wanted) };
    const kind = kindOf(apiVersion, kindName);
    // What the type requires is there as zero anyhow; schema/required.test.ts is about that.
    fillRequired(kind.schema(), expected);
    assert.deepEqual(defaulted(kind, given), expected);
  });
}
