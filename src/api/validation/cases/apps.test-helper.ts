import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const appsCases: Readonly<Record<string, KindCases>> = {
  'apps/ControllerRevision': {
    base: { data: { a: 1 }, revision: 1 },
    create: [
      [{ data: undefined }, 'data: Required value: data is mandatory'],
      [{ revision: -1 }, 'revision: Invalid value: -1: must be greater than or equal to 0'],
    ],
    update: [[{ data: { a: 2 } }, 'data: Invalid value: {"a":2}: field is immutable']],
  },
  'apps/DaemonSet': {
    base: {
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    },
    create: [
      [
        { 'spec.selector': undefined },
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
      ],
      [
        { 'spec.template.spec.restartPolicy': 'Never' },
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
      ],
      [
        { 'spec.updateStrategy': { type: 'x' } },
        'spec.updateStrategy: Unsupported value: {"Type":"x","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete"',
      ],
      [
        { 'spec.updateStrategy': { rollingUpdate: { maxUnavailable: 0 } } },
        'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
      ],
      [
        { 'spec.updateStrategy': { rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } } },
        'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
      ],
    ],
    update: [
      [
        { 'spec.selector': { matchLabels: { a: 'c' } } },
        'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
        'spec.selector: Invalid value: {"matchLabels":{"a":"c"}}: field is immutable',
      ],
    ],
    subresources: {
      status: [
        [{ 'status.numberReady': -1 }, 'status.numberReady: Invalid value: -1: must be greater than or equal to 0'],
      ],
    },
  },
  'apps/Deployment': {
    base: {
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    },
    create: [
      [
        { 'spec.selector': undefined },
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
      ],
      [{ 'spec.selector': {} }, 'spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
      [{ 'spec.replicas': -1 }, 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
      [
        { 'spec.template.metadata.labels': { a: 'c' } },
        'spec.template.metadata.labels: Invalid value: {"a":"c"}: `selector` does not match template `labels`',
      ],
      [
        { 'spec.strategy': { type: 'x' } },
        'spec.strategy: Unsupported value: {"Type":"x","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
      ],
      [
        { 'spec.strategy': { rollingUpdate: { maxUnavailable: 0, maxSurge: '0%' } } },
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
      ],
      [
        { 'spec.strategy': { rollingUpdate: { maxUnavailable: '101%' } } },
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
      ],
      [
        { 'spec.strategy': { rollingUpdate: { maxSurge: 'x' } } },
        'spec.strategy.rollingUpdate.maxSurge: Invalid value: "x": must be an integer or percentage (e.g \'5%\')',
      ],
      [
        { 'spec.minReadySeconds': 600 },
        'spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds',
      ],
      [
        { 'spec.template.spec.activeDeadlineSeconds': 1 },
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in Deployment is not Supported',
      ],
    ],
    update: [
      [
        { 'spec.selector': { matchLabels: { a: 'b', c: 'd' } }, 'spec.template.metadata.labels': { a: 'b', c: 'd' } },
        'spec.selector: Invalid value: {"matchLabels":{"a":"b","c":"d"}}: field is immutable',
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.replicas': 1, 'status.readyReplicas': 2 },
          'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
        ],
      ],
    },
  },
  'apps/ReplicaSet': {
    base: {
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    },
    create: [
      [{ 'spec.selector': {} }, 'spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
      [{ 'spec.replicas': -1 }, 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    ],
    update: [
      [
        { 'spec.selector': { matchLabels: { a: 'c' } }, 'spec.template.metadata.labels': { a: 'c' } },
        'spec.selector: Invalid value: {"matchLabels":{"a":"c"}}: field is immutable',
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.availableReplicas': -1 },
          'status.availableReplicas: Invalid value: -1: must be greater than or equal to 0',
        ],
      ],
    },
  },
  'apps/StatefulSet': {
    base: {
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
        serviceName: 's',
      },
    },
    create: [
      [
        {
          'spec.template.spec.containers': [
            { name: 'c', image: ' i', volumeMounts: [{ name: 'data', mountPath: '/data' }] },
            { name: 'd', image: 'i', volumeDevices: [{ name: 'raw', devicePath: '/dev/xvda' }] },
          ],
          'spec.volumeClaimTemplates': [
            { metadata: { name: 'data' }, spec: { resources: { requests: { storage: '1Gi' } } } },
            { metadata: { name: 'raw' }, spec: { volumeMode: 'Block', resources: { requests: { storage: '1Gi' } } } },
          ],
        },
      ],
      [
        {
          'spec.template.spec.containers': [
            { name: 'c', image: 'i', volumeMounts: [{ name: 'other', mountPath: '/data' }] },
          ],
          'spec.volumeClaimTemplates': [{ metadata: { name: 'data' }, spec: {} }],
        },
        'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "other"',
      ],
      [
        { 'spec.podManagementPolicy': 'x' },
        "spec.podManagementPolicy: Invalid value: \"x\": must be 'OrderedReady' or 'Parallel'",
      ],
      [
        { 'spec.updateStrategy': { type: 'x' } },
        'spec.updateStrategy: Invalid value: {"Type":"x","RollingUpdate":null}: must be \'RollingUpdate\' or \'OnDelete\'',
      ],
      [
        { 'spec.updateStrategy': { type: 'OnDelete', rollingUpdate: { partition: 1 } } },
        'spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":1,"MaxUnavailable":null}: only allowed for updateStrategy \'RollingUpdate\'',
      ],
      [
        { 'spec.updateStrategy': { type: 'RollingUpdate', rollingUpdate: { partition: -1, maxUnavailable: 0 } } },
        'spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0',
        'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0',
      ],
      [
        { 'spec.ordinals': { start: -1 } },
        'spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0',
      ],
      [
        { 'spec.persistentVolumeClaimRetentionPolicy': { whenDeleted: 'x' } },
        'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "x": supported values: "Retain", "Delete"',
      ],
    ],
    update: [
      [
        { 'spec.serviceName': 't' },
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.replicas': -1 },
          'status.replicas: Invalid value: -1: must be greater than or equal to 0',
          'status.readyReplicas: Invalid value: 0: cannot be greater than status.replicas',
          'status.currentReplicas: Invalid value: 0: cannot be greater than status.replicas',
          'status.updatedReplicas: Invalid value: 0: cannot be greater than status.replicas',
          'status.availableReplicas: Invalid value: 0: cannot be greater than status.replicas',
        ],
      ],
    },
  },
};
