/** Valid objects in which every field with a declarative validation marker stands. */

interface Example {
  /** `group/version/Kind`. */
  readonly kind: string;
  readonly base: Readonly<Record<string, unknown>>;
  /** What the status subresource may be given, `{ status: … }`. */
  readonly status?: Readonly<Record<string, unknown>>;
}

const driver = 'gpu.example.com';
const opaque = { driver, parameters: { a: 1 } };
const demand = {
  deviceClassName: 'c',
  selectors: [{ cel: { expression: 'true' } }],
  allocationMode: 'ExactCount',
  tolerations: [{ key: 'k', operator: 'Equal', value: 'v', effect: 'NoSchedule' }],
};
const claimSpec = {
  devices: {
    requests: [
      { name: 'r', exactly: demand },
      { name: 's', firstAvailable: [{ name: 'a', ...demand }] },
    ],
    constraints: [{ requests: ['r'], matchAttribute: `${driver}/model` }],
    config: [{ requests: ['r'], opaque }],
  },
};
const share = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
const queuing = { queues: 8, handSize: 2, queueLengthLimit: 5 };
const csr =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIR01HNENBUUF3RERFS01BZ0dBMVVFQXd3QmRUQlpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQQpCRC9lOFBYMVk1VnhWc3M3a3VrL1hCTDhwcGNvUnI5RHd4UHBPb0R2clZ4cFZ0RHk2VytpY25mTXBUUTRYUzhnClh2Rk9IeG1raVJBcWFXdEFnZEh2V0llZ0FEQUtCZ2dxaGtqT1BRUURBZ05JQURCRkFpQmRzVFlBUXN5M2hucjcKWnFCb0ZSSnZXM2JoblArdURZZjhiZlMzVEhTTkxnSWhBUGEzQ2IwUEN1Tkh5M25OTTdoSWZVNGpnZG4zdzNYOQpiT3BNaGVYQ0FrdUEKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==';

export const markedExamples: readonly Example[] = [
  { kind: 'node.k8s.io/v1/RuntimeClass', base: { handler: 'h' } },
  {
    kind: 'networking.k8s.io/v1/IPAddress',
    base: { metadata: { name: '10.0.0.1' }, spec: { parentRef: { resource: 'services', name: 's', namespace: 'n' } } },
  },
  {
    kind: 'networking.k8s.io/v1/NetworkPolicy',
    base: { spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] } },
  },
  {
    kind: 'networking.k8s.io/v1/IngressClass',
    base: { spec: { controller: 'a.b/c', parameters: { kind: 'K', name: 'n', scope: 'Cluster' } } },
  },
  {
    kind: 'discovery.k8s.io/v1/EndpointSlice',
    base: { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ name: 'p', port: 80 }] },
  },
  {
    kind: 'storage.k8s.io/v1/StorageClass',
    base: {
      provisioner: 'a.b/c',
      parameters: { a: 'b' },
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    },
  },
  {
    kind: 'storage.k8s.io/v1/VolumeAttachment',
    base: { spec: { attacher: 'd.io', nodeName: 'n', source: { persistentVolumeName: 'v' } } },
  },
  { kind: 'rbac.authorization.k8s.io/v1/Role', base: { rules: [rule] } },
  { kind: 'rbac.authorization.k8s.io/v1/ClusterRole', base: { rules: [rule] } },
  {
    kind: 'rbac.authorization.k8s.io/v1/RoleBinding',
    base: { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'u' }] },
  },
  {
    kind: 'autoscaling/v2/HorizontalPodAutoscaler',
    base: { spec: { minReplicas: 1, maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd' } } },
  },
  {
    kind: 'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration',
    base: { spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing } } } },
  },
  {
    kind: 'batch/v1/CronJob',
    base: {
      spec: {
        schedule: '@daily',
        jobTemplate: {
          spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
        },
      },
    },
  },
  {
    kind: '/v1/ReplicationController',
    base: {
      spec: {
        replicas: 1,
        minReadySeconds: 1,
        selector: { a: 'b' },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    },
  },
  {
    kind: 'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding',
    base: { spec: { policyName: 'p', validationActions: ['Deny'] } },
  },
  {
    kind: 'certificates.k8s.io/v1/CertificateSigningRequest',
    base: { spec: { request: csr, signerName: 'example.com/s', usages: ['client auth'] } },
  },
  {
    kind: 'resource.k8s.io/v1/DeviceClass',
    base: {
      spec: {
        selectors: [{ cel: { expression: 'true' } }],
        config: [{ opaque }],
        extendedResourceName: 'example.com/gpu',
      },
    },
  },
  {
    kind: 'resource.k8s.io/v1/ResourceClaim',
    base: { spec: claimSpec },
    status: {
      status: {
        allocation: {
          devices: {
            results: [
              {
                request: 'r',
                driver,
                pool: 'p',
                device: 'd',
                shareID: share,
                bindingConditions: ['a'],
                bindingFailureConditions: ['b'],
                tolerations: [{ key: 'k', operator: 'Exists' }],
              },
            ],
            config: [{ source: 'FromClaim', requests: ['r'], opaque }],
          },
        },
        reservedFor: [{ resource: 'pods', name: 'p', uid: 'u' }],
        devices: [
          {
            driver,
            pool: 'p',
            device: 'd',
            shareID: share,
            networkData: { interfaceName: 'eth0', ips: ['10.0.0.1/24'], hardwareAddress: 'aa:bb' },
          },
        ],
      },
    },
  },
  { kind: 'resource.k8s.io/v1/ResourceClaimTemplate', base: { spec: { spec: claimSpec } } },
  {
    kind: 'resource.k8s.io/v1/ResourceSlice',
    base: {
      spec: {
        driver,
        pool: { name: 'p', resourceSliceCount: 1, generation: 1 },
        nodeName: 'n',
        devices: [
          {
            name: 'd',
            bindingConditions: ['a'],
            bindingFailureConditions: ['b'],
            taints: [{ key: 'k', effect: 'NoSchedule' }],
            consumesCounters: [{ counterSet: 's', counters: { c: { value: '1' } } }],
          },
        ],
      },
    },
  },
  {
    kind: 'resource.k8s.io/v1/ResourceSlice',
    base: {
      spec: {
        driver,
        pool: { name: 'p', resourceSliceCount: 1, generation: 1 },
        nodeName: 'n',
        sharedCounters: [{ name: 's', counters: { c: { value: '1' } } }],
      },
    },
  },
];
