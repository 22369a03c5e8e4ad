import type { APIService } from '../schema/generated/types/apiregistration-v1.ts';
import type { ControllerRevision } from '../schema/generated/types/apps-v1.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '../schema/generated/types/flowcontrol-v1.ts';
import type { IPAddress, ServiceCIDR } from '../schema/generated/types/networking-v1.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../schema/generated/types/storage-v1.ts';
import { validateApiService } from './apiregistration/api-service.ts';
import { validateControllerRevision, validateControllerRevisionUpdate } from './apps/controller-revision.ts';
import { testCases } from './cases.test-helper.ts';
import { validateFlowSchema, validatePriorityLevel } from './flowcontrol/flow-control.ts';
import {
  nameIsAddress,
  validateIpAddress,
  validateIpAddressUpdate,
  validateServiceCidr,
  validateServiceCidrUpdate,
} from './networking/addresses.ts';
import {
  validateCsiDriver,
  validateCsiDriverUpdate,
  validateCsiNode,
  validateCsiNodeUpdate,
  validateCsiStorageCapacity,
  validateCsiStorageCapacityUpdate,
} from './storage/csi.ts';
import {
  validateVolumeAttachment,
  validateVolumeAttachmentUpdate,
  validateVolumeAttributesClass,
  validateVolumeAttributesClassUpdate,
} from './storage/volume-attachment.ts';

const header = { apiVersion: 'v1', kind: 'Any', metadata: { name: 'o' } };
const isFixed = 'field is immutable';

const revision: ControllerRevision = { ...header, data: { a: 1 }, revision: 1 };
testCases('controller revision', revision, validateControllerRevision, [
  [{ data: undefined }, 'data: Required value: data is mandatory'],
  [{ revision: -1 }, 'revision: Invalid value: -1: must be greater than or equal to 0'],
]);
testCases('controller revision update', revision, (now) => validateControllerRevisionUpdate(now, revision), [
  [{ revision: 2 }],
  [{ data: { a: 2 } }, `data: Invalid value: {"a":2}: ${isFixed}`],
]);

const address: IPAddress = { ...header, spec: { parentRef: { resource: 'services', name: 's', namespace: 'n' } } };
testCases('address', address, validateIpAddress, [
  [{ 'spec.parentRef': undefined }, 'spec.parentRef: Required value'],
  [{ 'spec.parentRef.name': '' }, 'spec.parentRef.name: Required value'],
]);
testCases('address update', address, (now) => validateIpAddressUpdate(now, address), [
  [
    { 'spec.parentRef': { resource: 'services', name: 't' } },
    `spec.parentRef: Invalid value: {"Group":"","Resource":"services","Namespace":"","Name":"t"}: ${isFixed}`,
  ],
]);
testCases(
  'name of an address',
  { name: '10.0.0.1' },
  ({ name }) => nameIsAddress(name).map((message) => ({ type: 'FieldValueInvalid', field: 'name', message })),
  [
    [{ name: 'fd00::1' }],
    [{ name: 'x' }, 'name: must be a valid IP address'],
    [{ name: 'FD00::0001' }, 'name: must be in canonical form ("fd00::1")'],
  ],
);

const range: ServiceCIDR = { ...header, spec: { cidrs: ['10.0.0.0/16'] } };
testCases('service range', range, validateServiceCidr, [
  [{ 'spec.cidrs': [] }, 'spec.cidrs: Required value: at least one CIDR required'],
  [
    { 'spec.cidrs': ['10.0.0.0/16', '10.1.0.0/16'] },
    'spec.cidrs: Invalid value: ["10.0.0.0/16","10.1.0.0/16"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96',
  ],
]);
testCases('service range update', range, (now) => validateServiceCidrUpdate(now, range), [
  [{ 'spec.cidrs': ['10.0.0.0/16', 'fd00::/112'] }],
  [{ 'spec.cidrs': ['10.1.0.0/16'] }, `spec.cidrs: Invalid value: ["10.1.0.0/16"]: ${isFixed}`],
]);

const driver: CSIDriver = { ...header, spec: { volumeLifecycleModes: ['Persistent'], attachRequired: true } };
testCases('storage driver', driver, validateCsiDriver, [
  [
    { 'spec.volumeLifecycleModes': ['x'] },
    'spec.volumeLifecycleModes: Unsupported value: "x": supported values: "Persistent", "Ephemeral"',
  ],
  [
    { 'spec.tokenRequests': [{ audience: 'a', expirationSeconds: 1 }, { audience: 'a' }] },
    'spec.tokenRequests[0].expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
    'spec.tokenRequests[1].audience: Duplicate value: "a"',
  ],
]);
testCases('storage driver update', driver, (now) => validateCsiDriverUpdate(now, driver), [
  [{ 'spec.attachRequired': false }, `spec.attachRequired: Invalid value: false: ${isFixed}`],
]);

const csiNode: CSINode = { ...header, spec: { drivers: [{ name: 'a.io', nodeID: 'n', topologyKeys: ['zone'] }] } };
testCases('storage node', csiNode, validateCsiNode, [
  [{ 'spec.drivers.0.nodeID': '' }, 'spec.drivers[0].nodeID: Required value'],
  [{ 'spec.drivers.0.topologyKeys': ['a', 'a'] }, 'spec.drivers[0].topologyKeys[1]: Duplicate value: "a"'],
]);
testCases('storage node update', csiNode, (now) => validateCsiNodeUpdate(now, csiNode), [
  [{ 'spec.drivers': [] }],
  [{ 'spec.drivers.0.nodeID': 'm' }, `spec.drivers[0].nodeID: Invalid value: "m": ${isFixed}`],
]);

const capacity: CSIStorageCapacity = { ...header, storageClassName: 'fast', capacity: '1Gi' };
testCases('storage capacity', capacity, validateCsiStorageCapacity, [
  [{ storageClassName: '' }, 'storageClassName: Required value'],
  [{ capacity: '-1' }, 'capacity: Invalid value: "-1": must be greater than or equal to 0'],
]);
testCases('storage capacity update', capacity, (now) => validateCsiStorageCapacityUpdate(now, capacity), [
  [{ storageClassName: 'slow' }, `storageClassName: Invalid value: "slow": ${isFixed}`],
]);

const attachment: VolumeAttachment = {
  ...header,
  spec: { attacher: 'a.io', nodeName: 'n', source: { persistentVolumeName: 'v' } },
};
testCases('attachment', attachment, validateVolumeAttachment, [
  [
    { 'spec.source': {} },
    'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
  ],
  [{ 'spec.attacher': '' }, 'spec.attacher: Required value'],
]);
testCases('attachment update', attachment, (now) => validateVolumeAttachmentUpdate(now, attachment), [
  [
    { 'spec.nodeName': 'm' },
    `spec: Invalid value: {"Attacher":"a.io","Source":{"PersistentVolumeName":"v","InlineVolumeSpec":null},"NodeName":"m"}: ${isFixed}`,
  ],
]);

const attributes: VolumeAttributesClass = { ...header, driverName: 'a.io', parameters: { iops: '1' } };
testCases('attributes class', attributes, validateVolumeAttributesClass, [
  [{ parameters: {} }, 'parameters: Required value: must contain at least one key/value pair'],
]);
testCases('attributes class update', attributes, (now) => validateVolumeAttributesClassUpdate(now, attributes), [
  [{ driverName: 'b.io' }, `driverName: Invalid value: "b.io": ${isFixed}`],
]);

const flow: FlowSchema = {
  ...header,
  spec: {
    matchingPrecedence: 100,
    priorityLevelConfiguration: { name: 'high' },
    rules: [
      {
        subjects: [{ kind: 'User', user: { name: 'bob' } }],
        nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }],
      },
    ],
  },
};
testCases('flow', flow, validateFlowSchema, [
  [{ 'spec.matchingPrecedence': 0 }, 'spec.matchingPrecedence: Invalid value: 0: must be a positive value'],
  [
    { 'spec.matchingPrecedence': 1 },
    "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
  ],
  [
    { 'spec.priorityLevelConfiguration.name': '' },
    'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
  ],
  [
    { 'spec.rules.0.subjects': [{ kind: 'Group', user: { name: 'bob' } }] },
    "spec.rules[0].subjects[0].user: Forbidden: user is forbidden when subject kind is not 'User'",
    "spec.rules[0].subjects[0].group: Required value: group is required when subject kind is 'Group'",
  ],
  [
    { 'spec.rules.0.nonResourceRules': [] },
    'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
  ],
]);

const level: PriorityLevelConfiguration = {
  ...header,
  spec: {
    type: 'Limited',
    limited: { limitResponse: { type: 'Queue', queuing: { queues: 8, handSize: 4, queueLengthLimit: 50 } } },
  },
};
testCases('priority level', level, validatePriorityLevel, [
  [
    { 'spec.type': 'Exempt' },
    `spec.type: Invalid value: "Exempt": type must be 'Exempt' if and only if name is 'exempt'`,
    'spec.limited: Forbidden: must be nil if the type is not Limited',
  ],
  [
    { 'spec.limited.limitResponse.queuing.handSize': 9 },
    'spec.limited.limitResponse.queuing.handSize: Invalid value: 9: should not be greater than queues (8)',
  ],
]);

const api: APIService = {
  ...header,
  metadata: { name: 'v1.example.com' },
  spec: {
    group: 'example.com',
    version: 'v1',
    groupPriorityMinimum: 100,
    versionPriority: 10,
    service: { namespace: 'n', name: 's', port: 443 },
  },
};
testCases('API service', api, validateApiService, [
  [
    { 'metadata.name': 'x' },
    'metadata.name: Invalid value: "x": `spec.version+"."+spec.group` must be: "v1.example.com"',
  ],
  [{ 'spec.versionPriority': 0 }, 'spec.versionPriority: Invalid value: 0: must be between 1 and 1000, inclusive'],
  [
    { 'spec.insecureSkipTLSVerify': true, 'spec.caBundle': 'AA==' },
    'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
  ],
]);
