import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const volumesCases: Readonly<Record<string, KindCases>> = {
  '/PersistentVolumeClaim': {
    base: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    stored: {
      'status.phase': 'Bound',
      'status.capacity': { storage: '1Gi' },
      'spec.volumeName': 'v',
      'spec.volumeAttributesClassName': 'fast',
    },
    create: [
      [{ 'spec.accessModes': [] }, 'spec.accessModes: Required value: at least 1 access mode is required'],
      [
        { 'spec.accessModes': ['x'] },
        'spec.accessModes: Unsupported value: "x": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
      ],
      [
        { 'spec.accessModes': ['ReadWriteOncePod', 'ReadWriteOnce'] },
        'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
      ],
      [{ 'spec.resources': {} }, 'spec.resources[storage]: Required value'],
      [
        { 'spec.resources.requests.storage': '0' },
        'spec.resources[storage]: Invalid value: "0": must be greater than zero',
      ],
      [
        { 'spec.resources.requests.storage': '-1' },
        'spec.resources[storage]: Invalid value: "-1": must be greater than or equal to 0',
      ],
      [{ 'spec.volumeMode': 'x' }, 'spec.volumeMode: Unsupported value: "x": supported values: "Block", "Filesystem"'],
      [
        { 'spec.storageClassName': 'A' },
        "spec.storageClassName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
      [
        { 'spec.dataSourceRef': { kind: 'Pod', name: '' } },
        'spec.dataSourceRef.name: Required value',
        'spec.dataSourceRef: Invalid value: "Pod"',
      ],
    ],
    update: [
      [
        { 'spec.accessModes': ['ReadOnlyMany'] },
        'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ],
      [
        { 'spec.volumeMode': 'Block' },
        'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
        'spec.volumeMode: Invalid value: "Block": field is immutable',
      ],
      [{ 'spec.resources.requests.storage': '2Gi' }],
      [
        { 'spec.resources.requests.storage': '1Ki' },
        'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
      ],
      [
        { 'spec.volumeAttributesClassName': undefined },
        'spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden',
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.capacity': { storage: '-1' } },
          'status.capacity[storage]: Invalid value: "-1": must be greater than or equal to 0',
        ],
      ],
    },
  },
  '/PersistentVolume': {
    base: { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/x' } } },
    create: [
      [{ 'spec.accessModes': [] }, 'spec.accessModes: Required value'],
      [
        { 'spec.capacity': undefined },
        'spec.capacity: Required value',
        'spec.capacity: Unsupported value: null: supported values: "storage"',
      ],
      [
        { 'spec.capacity': { storage: '1', cpu: '1' } },
        'spec.capacity: Unsupported value: {"storage":"1","cpu":"1"}: supported values: "storage"',
      ],
      [{ 'spec.hostPath': undefined }, 'spec: Required value: must specify a volume type'],
      [{ 'spec.hostPath.path': '' }, 'spec.hostPath.path: Required value'],
      [{ 'spec.hostPath.path': '/a/../b' }, 'spec.hostPath.path: Invalid value: "/a/../b": must not contain \'..\''],
      [
        { 'spec.hostPath.type': 'x' },
        'spec.hostPath.type: Unsupported value: "x": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
      ],
      [{ 'spec.nfs': { server: 's', path: '/' } }, 'spec.nfs: Forbidden: may not specify more than 1 volume type'],
      [
        { 'spec.hostPath': undefined, 'spec.local': { path: '/x' } },
        'spec.nodeAffinity: Required value: Local volume requires node affinity',
      ],
      [
        { 'spec.hostPath': undefined, 'spec.csi': { driver: 'd.io', controllerPublishSecretRef: { name: 's' } } },
        'spec.csi.volumeHandle: Required value',
        'spec.csi.controllerPublishSecretRef.namespace: Required value',
      ],
      [
        { 'spec.hostPath': undefined, 'spec.iscsi': { targetPortal: 'p', iqn: 'x', lun: 256 } },
        'spec.iscsi.iqn: Invalid value: "x": must be valid format starting with iqn, eui, or naa',
        'spec.iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive',
      ],
      [
        { 'spec.hostPath': undefined, 'spec.fc': { targetWWNs: ['a'] } },
        'spec.fc.lun: Required value: lun is required if targetWWNs is specified',
      ],
      [
        { 'spec.hostPath.path': '/', 'spec.persistentVolumeReclaimPolicy': 'Recycle' },
        "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'",
      ],
      [
        { 'spec.persistentVolumeReclaimPolicy': 'x' },
        'spec.persistentVolumeReclaimPolicy: Unsupported value: "x": supported values: "Delete", "Recycle", "Retain"',
      ],
      [
        { 'spec.nodeAffinity': {} },
        'spec.nodeAffinity.required: Required value: must specify required node constraints',
      ],
      [
        { 'spec.volumeAttributesClassName': '' },
        'spec.volumeAttributesClassName: Required value: an empty string is disallowed',
        'spec.csi: Required value: has to be specified when using volumeAttributesClassName',
      ],
    ],
    update: [
      [
        { 'spec.hostPath.path': '/y' },
        'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation',
      ],
      [{ 'spec.volumeMode': 'Block' }, 'spec.volumeMode: Invalid value: "Block": field is immutable'],
    ],
  },
};
