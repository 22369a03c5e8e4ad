import assert from 'node:assert/strict';
import test from 'node:test';
import { formatAccessModes, formatLabelSelector, formatLabels, listWithMore } from './columns.ts';
import { builtInKinds } from './kinds.ts';
import type { KubeObject } from './object.ts';

const nowMs = Date.UTC(2026, 0, 1, 1);
const metadata = { name: 'a', namespace: 'x', creationTimestamp: '2026-01-01T00:50:00Z' };

/** The cells of one object, in order; those of `-o wide` too. */
function row(apiVersion: string, kindName: string, fields: object): readonly unknown[] {
  const kind = builtInKinds.find((one) => one.apiVersion === apiVersion && one.kind === kindName);
  assert.ok(kind, `${apiVersion} ${kindName}`);
  const object = { apiVersion, kind: kindName, metadata, ...fields } as KubeObject;
  return kind.columns.map((column) => column.cell(object, nowMs));
}

function header(apiVersion: string, kindName: string): string {
  const kind = builtInKinds.find((one) => one.apiVersion === apiVersion && one.kind === kindName);
  return (kind?.columns ?? []).map(({ name, priority }) => (priority ? `(${name})` : name).toUpperCase()).join(' ');
}

const template = {
  spec: {
    containers: [
      { name: 'c1', image: 'i1' },
      { name: 'c2', image: 'i2' },
    ],
  },
};
const selector = {
  matchLabels: { app: 'web' },
  matchExpressions: [{ key: 'tier', operator: 'In', values: ['b', 'a'] }],
};
const selectorText = 'app=web,tier in (a,b)';

interface Case {
  readonly of: readonly [apiVersion: string, kind: string];
  readonly header: string;
  readonly rows: readonly (readonly [fields: object, cells: readonly unknown[]])[];
}

const cases: readonly Case[] = [
  {
    of: ['apps/v1', 'Deployment'],
    header: 'NAME READY UP-TO-DATE AVAILABLE AGE (CONTAINERS) (IMAGES) (SELECTOR)',
    rows: [
      [
        {
          spec: { replicas: 3, selector, template },
          status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 },
        },
        ['a', '2/3', 3, 1, '10m', 'c1,c2', 'i1,i2', selectorText],
      ],
      [{ spec: { replicas: 1, template } }, ['a', '0/1', 0, 0, '10m', 'c1,c2', 'i1,i2', '']],
    ],
  },
  {
    of: ['apps/v1', 'DaemonSet'],
    header: 'NAME DESIRED CURRENT READY UP-TO-DATE AVAILABLE NODE SELECTOR AGE (CONTAINERS) (IMAGES) (SELECTOR)',
    rows: [
      [
        {
          spec: { selector, template: { spec: { ...template.spec, nodeSelector: { disk: 'ssd', arch: 'x' } } } },
          status: {
            desiredNumberScheduled: 5,
            currentNumberScheduled: 4,
            numberReady: 3,
            updatedNumberScheduled: 2,
            numberAvailable: 1,
          },
        },
        ['a', 5, 4, 3, 2, 1, 'arch=x,disk=ssd', '10m', 'c1,c2', 'i1,i2', selectorText],
      ],
    ],
  },
  {
    of: ['apps/v1', 'StatefulSet'],
    header: 'NAME READY AGE (CONTAINERS) (IMAGES)',
    rows: [[{ spec: { replicas: 2, template }, status: { readyReplicas: 1 } }, ['a', '1/2', '10m', 'c1,c2', 'i1,i2']]],
  },
  {
    of: ['apps/v1', 'ControllerRevision'],
    header: 'NAME CONTROLLER REVISION AGE',
    rows: [
      [{ revision: 3 }, ['a', '<none>', 3, '10m']],
      [
        {
          revision: 3,
          metadata: {
            ...metadata,
            ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true }],
          },
        },
        ['a', 'statefulset.apps/db', 3, '10m'],
      ],
    ],
  },
  {
    of: ['v1', 'Service'],
    header: 'NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE (SELECTOR)',
    rows: [
      [
        { spec: { type: 'ClusterIP', clusterIPs: ['10.43.0.1'], ports: [{ port: 443, protocol: 'TCP' }] } },
        ['a', 'ClusterIP', '10.43.0.1', '<none>', '443/TCP', '10m', '<none>'],
      ],
      [
        {
          spec: {
            type: 'NodePort',
            clusterIPs: ['10.43.0.2'],
            externalIPs: ['1.2.3.4'],
            selector: { app: 'web' },
            ports: [
              { port: 80, nodePort: 30080, protocol: 'TCP' },
              { port: 53, protocol: 'UDP' },
            ],
          },
        },
        ['a', 'NodePort', '10.43.0.2', '1.2.3.4', '80:30080/TCP,53/UDP', '10m', 'app=web'],
      ],
      [
        { spec: { type: 'LoadBalancer', clusterIPs: ['10.43.0.3'] } },
        ['a', 'LoadBalancer', '10.43.0.3', '<pending>', '<none>', '10m', '<none>'],
      ],
      [
        {
          spec: { type: 'LoadBalancer', clusterIPs: ['10.43.0.3'], externalIPs: ['9.9.9.9'] },
          status: { loadBalancer: { ingress: [{ ip: '2.2.2.2' }, { hostname: 'a.example' }, { ip: '1.1.1.1' }] } },
        },
        ['a', 'LoadBalancer', '10.43.0.3', '1.1.1.1,2.2.2.2,a.example,9.9.9.9', '<none>', '10m', '<none>'],
      ],
      [
        { spec: { type: 'ExternalName', externalName: 'db.example' } },
        ['a', 'ExternalName', '<none>', 'db.example', '<none>', '10m', '<none>'],
      ],
    ],
  },
  {
    of: ['v1', 'Node'],
    header: 'NAME STATUS ROLES AGE VERSION (INTERNAL-IP) (EXTERNAL-IP) (OS-IMAGE) (KERNEL-VERSION) (CONTAINER-RUNTIME)',
    rows: [
      [
        {
          metadata: {
            ...metadata,
            labels: { 'node-role.kubernetes.io/control-plane': '', 'kubernetes.io/role': 'edge' },
          },
          spec: { unschedulable: true },
          status: {
            conditions: [{ type: 'Ready', status: 'True' }],
            addresses: [
              { type: 'Hostname', address: 'h' },
              { type: 'InternalIP', address: '10.0.0.1' },
            ],
            nodeInfo: {
              kubeletVersion: 'v1.36.0',
              osImage: 'Debian',
              kernelVersion: '6.18',
              containerRuntimeVersion: 'containerd://2.1',
            },
          },
        },
        [
          'a',
          'Ready,SchedulingDisabled',
          'control-plane,edge',
          '10m',
          'v1.36.0',
          '10.0.0.1',
          '<none>',
          'Debian',
          '6.18',
          'containerd://2.1',
        ],
      ],
      [
        { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } },
        ['a', 'NotReady', '<none>', '10m', '', '<none>', '<none>', '<unknown>', '<unknown>', '<unknown>'],
      ],
      [{}, ['a', 'Unknown', '<none>', '10m', '', '<none>', '<none>', '<unknown>', '<unknown>', '<unknown>']],
    ],
  },
  {
    of: ['v1', 'Event'],
    header: 'LAST SEEN TYPE REASON OBJECT (SUBOBJECT) (SOURCE) MESSAGE (FIRST SEEN) (COUNT) (NAME)',
    rows: [
      [
        {
          involvedObject: { kind: 'Pod', name: 'web', fieldPath: 'spec.containers{c}' },
          type: 'Warning',
          reason: 'BackOff',
          message: ' again and again\n',
          source: { component: 'kubelet', host: 'n1' },
          firstTimestamp: '2026-01-01T00:00:00Z',
          lastTimestamp: '2026-01-01T00:59:00Z',
          count: 7,
        },
        ['60s', 'Warning', 'BackOff', 'pod/web', 'spec.containers{c}', 'kubelet, n1', 'again and again', '60m', 7, 'a'],
      ],
      [
        {
          involvedObject: { kind: 'Node' },
          reportingComponent: 'scheduler',
          eventTime: '2026-01-01T00:30:00.000000Z',
          series: { count: 4, lastObservedTime: '2026-01-01T00:45:00.000000Z' },
        },
        ['15m', '', '', 'node', '', 'scheduler', '', '30m', 4, 'a'],
      ],
      [{ involvedObject: {} }, ['<unknown>', '', '', '', '', '', '', '<unknown>', 1, 'a']],
    ],
  },
  {
    of: ['batch/v1', 'Job'],
    header: 'NAME STATUS COMPLETIONS DURATION AGE (CONTAINERS) (IMAGES) (SELECTOR)',
    rows: [
      [
        {
          spec: { completions: 3, template },
          status: {
            succeeded: 3,
            startTime: '2026-01-01T00:00:00Z',
            completionTime: '2026-01-01T00:00:42Z',
            conditions: [{ type: 'Complete', status: 'True' }],
          },
        },
        ['a', 'Complete', '3/3', '42s', '10m', 'c1,c2', 'i1,i2', '<none>'],
      ],
      [
        { spec: { parallelism: 4, template }, status: { startTime: '2026-01-01T00:58:00Z' } },
        ['a', 'Running', '0/1 of 4', '2m', '10m', 'c1,c2', 'i1,i2', '<none>'],
      ],
      [
        { spec: { template }, status: { conditions: [{ type: 'Suspended', status: 'True' }] } },
        ['a', 'Suspended', '0/1', '', '10m', 'c1,c2', 'i1,i2', '<none>'],
      ],
    ],
  },
  {
    of: ['batch/v1', 'CronJob'],
    header: 'NAME SCHEDULE TIMEZONE SUSPEND ACTIVE LAST SCHEDULE AGE (CONTAINERS) (IMAGES) (SELECTOR)',
    rows: [
      [
        {
          spec: { schedule: '@daily', suspend: false, jobTemplate: { spec: { template } } },
          status: { active: [{}], lastScheduleTime: '2026-01-01T00:59:59Z' },
        },
        ['a', '@daily', '<none>', 'False', 1, '1s', '10m', 'c1,c2', 'i1,i2', '<none>'],
      ],
    ],
  },
  {
    of: ['autoscaling/v1', 'HorizontalPodAutoscaler'],
    header: 'NAME REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE',
    rows: [
      [
        {
          spec: {
            scaleTargetRef: { kind: 'Deployment', name: 'web' },
            maxReplicas: 5,
            targetCPUUtilizationPercentage: 80,
          },
          status: { currentReplicas: 2, desiredReplicas: 2, currentCPUUtilizationPercentage: 35 },
        },
        ['a', 'Deployment/web', 'cpu: 35%/80%', '<unset>', 5, 2, '10m'],
      ],
    ],
  },
  {
    of: ['autoscaling/v2', 'HorizontalPodAutoscaler'],
    header: 'NAME REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE',
    rows: [
      [
        {
          spec: {
            scaleTargetRef: { kind: 'Deployment', name: 'web' },
            minReplicas: 1,
            maxReplicas: 5,
            metrics: [
              { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
              {
                type: 'External',
                external: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '30' } },
              },
              { type: 'Pods', pods: { metric: { name: 'p' }, target: { type: 'AverageValue', averageValue: '1' } } },
            ],
          },
          status: {
            desiredReplicas: 1,
            currentMetrics: [{ type: 'Resource', resource: { name: 'memory', current: { averageValue: '512Mi' } } }],
          },
        },
        ['a', 'Deployment/web', 'memory: 512Mi/1Gi, <unknown>/30 (avg) + 1 more...', '1', 5, 0, '10m'],
      ],
    ],
  },
  {
    of: ['v1', 'PersistentVolumeClaim'],
    header: 'NAME STATUS VOLUME CAPACITY ACCESS MODES STORAGECLASS VOLUMEATTRIBUTESCLASS AGE (VOLUMEMODE)',
    rows: [
      [
        {
          spec: { volumeName: 'pv1', storageClassName: 'local-path', volumeMode: 'Filesystem' },
          status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] },
        },
        ['a', 'Bound', 'pv1', '1Gi', 'RWO', 'local-path', '<unset>', '10m', 'Filesystem'],
      ],
      [{ spec: {}, status: { phase: 'Pending' } }, ['a', 'Pending', '', '', '', '', '<unset>', '10m', '<unset>']],
    ],
  },
  {
    of: ['v1', 'PersistentVolume'],
    header:
      'NAME CAPACITY ACCESS MODES RECLAIM POLICY STATUS CLAIM STORAGECLASS VOLUMEATTRIBUTESCLASS REASON AGE (VOLUMEMODE)',
    rows: [
      [
        {
          spec: {
            capacity: { storage: '1Gi' },
            accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
            persistentVolumeReclaimPolicy: 'Retain',
            claimRef: { namespace: 'x', name: 'c' },
          },
          status: { phase: 'Bound' },
        },
        ['a', '1Gi', 'RWO,RWX', 'Retain', 'Bound', 'x/c', '', '<unset>', '', '10m', '<unset>'],
      ],
    ],
  },
  {
    of: ['networking.k8s.io/v1', 'Ingress'],
    header: 'NAME CLASS HOSTS ADDRESS PORTS AGE',
    rows: [
      [{ spec: {} }, ['a', '<none>', '*', '', '80', '10m']],
      [
        {
          spec: { ingressClassName: 'haproxy', tls: [{}], rules: ['a', 'b', 'c', 'd'].map((host) => ({ host })) },
          status: { loadBalancer: { ingress: [{ ip: '1.1.1.1' }] } },
        },
        ['a', 'haproxy', 'a,b,c + 1 more...', '1.1.1.1', '80, 443', '10m'],
      ],
    ],
  },
  {
    of: ['discovery.k8s.io/v1', 'EndpointSlice'],
    header: 'NAME ADDRESSTYPE PORTS ENDPOINTS AGE',
    rows: [
      [
        {
          addressType: 'IPv4',
          ports: [{ port: 80 }, { name: 'web' }, {}],
          endpoints: ['1', '2', '3', '4'].map((ip) => ({ addresses: [ip] })),
        },
        ['a', 'IPv4', '80,web,*', '1,2,3 + 1 more...', '10m'],
      ],
      [{ addressType: 'IPv4', endpoints: [] }, ['a', 'IPv4', '<unset>', '<unset>', '10m']],
    ],
  },
  {
    of: ['v1', 'Endpoints'],
    header: 'NAME ENDPOINTS AGE',
    rows: [
      [{}, ['a', '<none>', '10m']],
      [
        { subsets: [{ addresses: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }], ports: [{ port: 80 }, { port: 81 }] }] },
        ['a', '10.0.0.1:80,[fd00::1]:80,10.0.0.1:81 + 1 more...', '10m'],
      ],
      [{ subsets: [{ addresses: [{ ip: '10.0.0.1' }] }] }, ['a', '10.0.0.1', '10m']],
    ],
  },
  {
    of: ['v1', 'ResourceQuota'],
    header: 'NAME REQUEST LIMIT AGE',
    rows: [
      [
        { status: { hard: { pods: '5', 'limits.cpu': '2', 'requests.cpu': '1' }, used: { pods: '1' } } },
        ['a', 'pods: 1/5, requests.cpu: 0/1', 'limits.cpu: 0/2', '10m'],
      ],
    ],
  },
  {
    of: ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
    header: 'NAME ROLE AGE (USERS) (GROUPS) (SERVICEACCOUNTS)',
    rows: [
      [
        {
          roleRef: { kind: 'ClusterRole', name: 'admin' },
          subjects: [
            { kind: 'User', name: 'u1' },
            { kind: 'User', name: 'u2' },
            { kind: 'Group', name: 'g' },
            { kind: 'ServiceAccount', name: 's', namespace: 'x' },
          ],
        },
        ['a', 'ClusterRole/admin', '10m', 'u1, u2', 'g', 'x/s'],
      ],
    ],
  },
  {
    of: ['rbac.authorization.k8s.io/v1', 'Role'],
    header: 'NAME CREATED AT',
    rows: [[{}, ['a', '2026-01-01T00:50:00Z']]],
  },
  {
    of: ['certificates.k8s.io/v1', 'CertificateSigningRequest'],
    header: 'NAME AGE SIGNERNAME REQUESTOR REQUESTEDDURATION CONDITION',
    rows: [
      [
        {
          spec: { signerName: 's', username: 'u', expirationSeconds: 7200 },
          status: { conditions: [{ type: 'Approved' }], certificate: 'x' },
        },
        ['a', '10m', 's', 'u', '120m', 'Approved,Issued'],
      ],
      [{ spec: { signerName: 's' } }, ['a', '10m', 's', '', '<none>', 'Pending']],
    ],
  },
  {
    of: ['storage.k8s.io/v1', 'StorageClass'],
    header: 'NAME PROVISIONER RECLAIMPOLICY VOLUMEBINDINGMODE ALLOWVOLUMEEXPANSION AGE',
    rows: [
      [
        {
          metadata: { ...metadata, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
          provisioner: 'rancher.io/local-path',
          volumeBindingMode: 'WaitForFirstConsumer',
        },
        ['a (default)', 'rancher.io/local-path', 'Delete', 'WaitForFirstConsumer', false, '10m'],
      ],
    ],
  },
  {
    of: ['policy/v1', 'PodDisruptionBudget'],
    header: 'NAME MIN AVAILABLE MAX UNAVAILABLE ALLOWED DISRUPTIONS AGE',
    rows: [[{ spec: { minAvailable: '50%' }, status: { disruptionsAllowed: 1 } }, ['a', '50%', 'N/A', 1, '10m']]],
  },
  {
    of: ['apiregistration.k8s.io/v1', 'APIService'],
    header: 'NAME SERVICE AVAILABLE AGE',
    rows: [
      [{ spec: {}, status: { conditions: [{ type: 'Available', status: 'True' }] } }, ['a', 'Local', 'True', '10m']],
      [
        {
          spec: { service: { namespace: 'x', name: 's' } },
          status: { conditions: [{ type: 'Available', status: 'False', reason: 'MissingEndpoints' }] },
        },
        ['a', 'x/s', 'False (MissingEndpoints)', '10m'],
      ],
    ],
  },
];

for (const { of, header: wanted, rows } of cases) {
  test(`columns of ${of[0]} ${of[1]}`, () => {
    assert.equal(header(...of), wanted);
    for (const [fields, cells] of rows) assert.deepEqual(row(...of, fields), cells);
  });
}

test('labels and selectors as text', () => {
  assert.equal(formatLabels(undefined), '<none>');
  assert.equal(formatLabels({ b: '2', a: '1' }), 'a=1,b=2');
  assert.equal(formatLabelSelector(undefined), '');
  assert.equal(
    formatLabelSelector({
      matchLabels: { z: '1' },
      matchExpressions: [
        { key: 'm', operator: 'NotIn', values: ['x'] },
        { key: 'b', operator: 'Exists' },
        { key: 'a', operator: 'DoesNotExist' },
      ],
    }),
    '!a,b,m notin (x),z=1',
  );
});

test('short forms', () => {
  assert.equal(listWithMore([], 3, '<none>'), '<none>');
  assert.equal(listWithMore(['a', 'b', 'c'], 3, ''), 'a,b,c');
  assert.equal(formatAccessModes(['ReadWriteOncePod', 'ReadOnlyMany', 'ReadOnlyMany']), 'ROX,RWOP');
});
