import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const storageCases: Readonly<Record<string, KindCases>> = {
  'storage.k8s.io/CSIDriver': {
    base: { metadata: { name: 'd.io' }, spec: {} },
    create: [
      [
        { 'metadata.name': 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' },
        'name: Too long: may not be more than 63 bytes',
      ],
      [
        { 'spec.fsGroupPolicy': 'x' },
        'spec.fsGroupPolicy: Unsupported value: "x": supported values: "File", "None", "ReadWriteOnceWithFSType"',
      ],
      [
        { 'spec.volumeLifecycleModes': ['x'] },
        'spec.volumeLifecycleModes: Unsupported value: "x": supported values: "Persistent", "Ephemeral"',
      ],
      [
        { 'spec.tokenRequests': [{ audience: 'a', expirationSeconds: 1 }, { audience: 'a' }] },
        'spec.tokenRequests[0].expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
        'spec.tokenRequests[1].audience: Duplicate value: "a"',
      ],
      [
        { 'spec.nodeAllocatableUpdatePeriodSeconds': 1 },
        'spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 1: must be greater than or equal to 10 seconds',
      ],
    ],
    update: [
      [{ 'spec.attachRequired': false }, 'spec.attachRequired: Invalid value: false: field is immutable'],
      [
        { 'spec.volumeLifecycleModes': ['Ephemeral'] },
        'spec.volumeLifecycleModes: Invalid value: ["Ephemeral"]: field is immutable',
      ],
    ],
  },
  'storage.k8s.io/CSINode': {
    base: { spec: { drivers: [{ name: 'd.io', nodeID: 'i' }] } },
    create: [
      [{ 'spec.drivers.0.name': '' }, 'spec.drivers[0].name: Required value'],
      [{ 'spec.drivers.0.nodeID': '' }, 'spec.drivers[0].nodeID: Required value'],
      [
        { 'spec.drivers.0.topologyKeys': ['', 'a b'] },
        'spec.drivers[0].topologyKeys[0]: Required value',
        "spec.drivers[0].topologyKeys[1]: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
      [
        { 'spec.drivers.0.allocatable': { count: -1 } },
        'spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
      ],
      [{ 'spec.drivers.1': { name: 'd.io', nodeID: 'j' } }, 'spec.drivers[1].name: Duplicate value: "d.io"'],
    ],
    update: [[{ 'spec.drivers.0.nodeID': 'j' }, 'spec.drivers[0].nodeID: Invalid value: "j": field is immutable']],
  },
  'storage.k8s.io/CSIStorageCapacity': {
    base: { storageClassName: 'c' },
    create: [
      [
        { storageClassName: 'A' },
        "storageClassName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
      [{ capacity: '-1' }, 'capacity: Invalid value: "-1": must be greater than or equal to 0'],
      [
        { nodeTopology: { matchLabels: { 'a/b/c': '' } } },
        "nodeTopology.matchLabels: Invalid value: \"a/b/c\": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      ],
    ],
    update: [[{ storageClassName: 'd' }, 'storageClassName: Invalid value: "d": field is immutable']],
  },
  'storage.k8s.io/StorageClass': {
    base: { provisioner: 'a.b/c' },
    create: [
      [{ provisioner: '' }, 'provisioner: Required value'],
      [
        { provisioner: 'a b' },
        "provisioner: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
      [{ reclaimPolicy: 'x' }, 'reclaimPolicy: Unsupported value: "x": supported values: "Delete", "Retain"'],
      [
        { volumeBindingMode: 'x' },
        'volumeBindingMode: Unsupported value: "x": supported values: "Immediate", "WaitForFirstConsumer"',
      ],
      [{ parameters: { '': 'x' } }, 'parameters: Required value: field can not be empty.'],
      [
        { allowedTopologies: [{ matchLabelExpressions: [{ key: '', values: [] }] }] },
        'allowedTopologies[0].matchLabelExpressions[0].values: Required value',
        'allowedTopologies[0].matchLabelExpressions[0].key: Invalid value: "": name part must be non-empty',
        "allowedTopologies[0].matchLabelExpressions[0].key: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
    ],
    update: [
      [{ provisioner: 'a.b/d' }, 'provisioner: Forbidden: updates to provisioner are forbidden.'],
      [{ parameters: { a: 'b' } }, 'parameters: Forbidden: updates to parameters are forbidden.'],
      [{ reclaimPolicy: 'Retain' }, 'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.'],
      [
        { volumeBindingMode: 'WaitForFirstConsumer' },
        'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
      ],
    ],
  },
  'storage.k8s.io/VolumeAttachment': {
    base: { spec: { attacher: 'd.io', nodeName: 'n', source: { persistentVolumeName: 'v' } } },
    create: [
      [{ 'spec.attacher': '' }, 'spec.attacher: Required value'],
      [
        { 'spec.nodeName': 'A' },
        "spec.nodeName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
      [
        { 'spec.source': {} },
        'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
      ],
      [
        {
          'spec.source.inlineVolumeSpec': {
            accessModes: ['ReadWriteOnce'],
            csi: { driver: 'd.io', volumeHandle: 'h' },
          },
        },
        'spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
      ],
      [
        { 'spec.source': { inlineVolumeSpec: { hostPath: { path: '/' } } } },
        'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
        'spec.source.inlineVolumeSpec.accessModes: Required value',
      ],
    ],
    update: [
      [
        { 'spec.nodeName': 'm' },
        'spec: Invalid value: {"Attacher":"d.io","Source":{"PersistentVolumeName":"v","InlineVolumeSpec":null},"NodeName":"m"}: field is immutable',
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.attachmentMetadata': { a: 'x'.repeat(262145) } },
          'status.attachmentMetadata: Too long: may not be more than 262144 bytes',
        ],
        [
          { 'status.attachError': { message: 'x'.repeat(1025) } },
          'status.attachError.message: Too long: may not be more than 1024 bytes',
        ],
      ],
    },
  },
  'storage.k8s.io/VolumeAttributesClass': {
    base: { driverName: 'd.io', parameters: { a: 'b' } },
    create: [
      [{ driverName: '' }, 'driverName: Required value'],
      [{ parameters: {} }, 'parameters: Required value: must contain at least one key/value pair'],
      [{ parameters: { '': 'x' } }, 'parameters: Required value: field can not be empty.'],
    ],
    update: [
      [{ driverName: 'e.io' }, 'driverName: Invalid value: "e.io": field is immutable'],
      [{ parameters: { a: 'c' } }, 'parameters: Invalid value: {"a":"c"}: field is immutable'],
    ],
  },
};
