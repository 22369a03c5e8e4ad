import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loose } from '../harness/api.ts';
import { deployment, image } from '../harness/objects.ts';
import { checkOperations, type Operations } from '../harness/operations.ts';
import { startControlPlane } from '../harness/server.ts';

/** Rows of other special interest groups that are about the API alone. */
const { api, namespace } = await startControlPlane();

const space = await namespace('operations');
const generateName = 'e2e-example-';
const metadata = { generateName };
const labels = { app: 'test' };
const { selector, template } = deployment('', 1).spec;
const jobTemplate = {
  spec: { template: { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'c', image }] } } },
};
const backend = { service: { name: 'default-backend', port: { number: 80 } } };
const resources = { requests: { storage: '1Gi' } };
const patchSpec = (spec: Loose, check: (spec: Loose) => void) => ({
  patch: { spec },
  check: (object: Loose) => check(object.spec),
});

const rows: Readonly<Record<string, Operations>> = {
  'ControllerRevision [Serial] should manage the lifecycle of a ControllerRevision': {
    group: 'apps',
    plural: 'controllerrevisions',
    namespace: space,
    object: { metadata, revision: 1, data: { any: 'thing' } },
    change: { patch: { revision: 2 }, check: ({ revision }) => assert.equal(revision, 2) },
    status: false,
  },
  'CronJob should support CronJob API operations': {
    group: 'batch',
    plural: 'cronjobs',
    namespace: space,
    object: { metadata, spec: { schedule: '*/1 * * * ?', concurrencyPolicy: 'Allow', suspend: true, jobTemplate } },
    change: patchSpec({ concurrencyPolicy: 'Forbid' }, ({ concurrencyPolicy }) =>
      assert.equal(concurrencyPolicy, 'Forbid'),
    ),
    status: {
      patch: { lastScheduleTime: '2026-01-02T03:04:05Z' },
      check: ({ status }) => assert.equal(status.lastScheduleTime, '2026-01-02T03:04:05Z'),
    },
  },
  'Job should apply changes to a job status': {
    group: 'batch',
    plural: 'jobs',
    namespace: space,
    object: { metadata, spec: { suspend: true, parallelism: 1, ...jobTemplate.spec } },
    change: patchSpec({ parallelism: 2 }, ({ parallelism }) => assert.equal(parallelism, 2)),
    status: true,
  },
  'EndpointSlice should support creating EndpointSlice API operations': {
    group: 'discovery.k8s.io',
    plural: 'endpointslices',
    namespace: space,
    object: { metadata, addressType: 'IPv4', endpoints: [{ addresses: ['1.2.3.4', '5.6.7.8'] }] },
    change: {
      patch: { endpoints: [{ addresses: ['1.2.3.4'] }] },
      check: ({ endpoints }) => assert.deepEqual(endpoints[0].addresses, ['1.2.3.4']),
    },
    status: false,
  },
  'Ingress API should support creating Ingress API operations': {
    group: 'networking.k8s.io',
    plural: 'ingresses',
    namespace: space,
    object: {
      metadata,
      spec: {
        defaultBackend: backend,
        rules: [{ host: 'foo.bar.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      },
    },
    status: {
      patch: { loadBalancer: { ingress: [{ ip: '169.1.1.1' }] } },
      check: ({ status }) => assert.deepEqual(status.loadBalancer.ingress, [{ ip: '169.1.1.1' }]),
    },
  },
  'IngressClass API should support creating IngressClass API operations': {
    group: 'networking.k8s.io',
    plural: 'ingressclasses',
    object: { metadata, spec: { controller: 'example.com/controller' } },
    status: false,
  },
  'Lease lease API should be available': {
    group: 'coordination.k8s.io',
    plural: 'leases',
    namespace: space,
    object: {
      metadata,
      spec: { holderIdentity: 'holder', leaseDurationSeconds: 30, renewTime: '2026-01-02T03:04:05.000006Z' },
    },
    change: patchSpec({ leaseDurationSeconds: 50 }, ({ leaseDurationSeconds }) =>
      assert.equal(leaseDurationSeconds, 50),
    ),
    status: false,
  },
  'RuntimeClass should support RuntimeClasses API operations': {
    group: 'node.k8s.io',
    plural: 'runtimeclasses',
    object: { metadata, handler: 'test-handler' },
    status: false,
  },
  'ConfigMap should run through a ConfigMap lifecycle': {
    group: '',
    plural: 'configmaps',
    namespace: space,
    object: { metadata, data: { valueName: 'value' } },
    change: { patch: { data: { valueName: 'value1' } }, check: ({ data }) => assert.equal(data.valueName, 'value1') },
    status: false,
  },
  'PodTemplates should run the lifecycle of PodTemplates': {
    group: '',
    plural: 'podtemplates',
    namespace: space,
    object: { metadata, template: { spec: { containers: [{ name: 'nginx', image }] } } },
    status: false,
  },
  'CSIStorageCapacity should support CSIStorageCapacities API operations': {
    group: 'storage.k8s.io',
    plural: 'csistoragecapacities',
    namespace: space,
    object: { metadata, storageClassName: 'some-class', capacity: '1Gi' },
    change: { patch: { capacity: '2Gi' }, check: ({ capacity }) => assert.equal(capacity, '2Gi') },
    status: false,
  },
  'CSIInlineVolumes should run through the lifecycle of a CSIDriver': {
    group: 'storage.k8s.io',
    plural: 'csidrivers',
    object: { metadata, spec: { volumeLifecycleModes: ['Ephemeral'] } },
    status: false,
  },
  'CSINodes CSI Conformance should run through the lifecycle of a csinode': {
    group: 'storage.k8s.io',
    plural: 'csinodes',
    object: { metadata, spec: { drivers: [] } },
    change: patchSpec({ drivers: [{ name: 'd', nodeID: 'n' }] }, ({ drivers }) => assert.equal(drivers[0].name, 'd')),
    status: false,
  },
  'StorageClasses CSI Conformance should run through the lifecycle of a StorageClass': {
    group: 'storage.k8s.io',
    plural: 'storageclasses',
    object: { metadata, provisioner: 'e2e-fake-provisioner' },
    status: false,
  },
  'VolumeAttributesClass [FeatureGate:VolumeAttributesClass] should run through the lifecycle of a VolumeAttributesClass':
    {
      group: 'storage.k8s.io',
      plural: 'volumeattributesclasses',
      object: { metadata, driverName: 'e2e-fake-csi-driver', parameters: { foo: 'bar' } },
      status: false,
    },
  'VolumeAttachment Conformance should run through the lifecycle of a VolumeAttachment': {
    group: 'storage.k8s.io',
    plural: 'volumeattachments',
    object: {
      metadata,
      spec: { attacher: 'e2e-test.csi.test.io', nodeName: 'n1', source: { persistentVolumeName: 'pv' } },
    },
    status: {
      patch: { attached: true },
      check: ({ status }) => assert.equal(status.attached, true),
    },
  },
  'PersistentVolumes CSI Conformance should run through the lifecycle of a PV and a PVC': {
    group: '',
    plural: 'persistentvolumes',
    object: {
      metadata,
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/tmp' },
        storageClassName: 'none',
        persistentVolumeReclaimPolicy: 'Retain',
      },
    },
    change: patchSpec({ persistentVolumeReclaimPolicy: 'Delete' }, (spec) =>
      assert.equal(spec.persistentVolumeReclaimPolicy, 'Delete'),
    ),
    status: {
      patch: { message: 'StatusPatched', reason: 'E2E' },
      check: ({ status }) => assert.equal(status.message, 'StatusPatched'),
    },
  },
  'PersistentVolumes CSI Conformance should apply changes to a pv/pvc status': {
    group: '',
    plural: 'persistentvolumeclaims',
    namespace: space,
    object: { metadata, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'none', resources } },
    status: true,
  },
  'DisruptionController should update/patch PodDisruptionBudget status': {
    group: 'policy',
    plural: 'poddisruptionbudgets',
    namespace: space,
    object: { metadata, spec: { minAvailable: 1, selector: { matchLabels: { foo: 'bar' } } } },
    change: patchSpec({ minAvailable: '60%' }, ({ minAvailable }) => assert.equal(minAvailable, '60%')),
    status: {
      patch: { disruptedPods: { 'dp-1': '2026-01-02T03:04:05Z' } },
      check: ({ status }) => assert.ok(status.disruptedPods?.['dp-1']),
    },
  },
  'SchedulerPreemption [Serial] PriorityClass endpoints verify PriorityClass endpoints can be operated with different HTTP methods':
    {
      group: 'scheduling.k8s.io',
      plural: 'priorityclasses',
      object: { metadata, value: 1, description: 'first' },
      change: { patch: { description: 'second' }, check: ({ description }) => assert.equal(description, 'second') },
      status: false,
    },
  'ServiceCIDR and IPAddress API should support ServiceCIDR API operations': {
    group: 'networking.k8s.io',
    plural: 'servicecidrs',
    object: { metadata, spec: { cidrs: ['10.96.0.0/24'] } },
    status: false,
  },
  'Daemon set [Serial] should verify changes to a daemon set status': {
    group: 'apps',
    plural: 'daemonsets',
    namespace: space,
    object: { metadata, spec: { selector, template } },
    status: true,
  },
  'Deployment should validate Deployment Status endpoints': {
    group: 'apps',
    plural: 'deployments',
    namespace: space,
    object: { metadata, spec: { replicas: 0, selector, template } },
    status: true,
  },
  'ReplicaSet should validate Replicaset Status endpoints': {
    group: 'apps',
    plural: 'replicasets',
    namespace: space,
    object: { metadata, spec: { replicas: 0, selector, template } },
    status: true,
  },
  'StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should validate Statefulset Status endpoints': {
    group: 'apps',
    plural: 'statefulsets',
    namespace: space,
    object: { metadata, spec: { replicas: 0, serviceName: 'test', selector, template } },
    status: true,
  },
  'ReplicationController should test the lifecycle of a ReplicationController': {
    group: '',
    plural: 'replicationcontrollers',
    namespace: space,
    object: { metadata, spec: { replicas: 0, selector: labels, template } },
    status: true,
  },
  'Services should complete a service status lifecycle': {
    group: '',
    plural: 'services',
    namespace: space,
    object: { metadata, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } },
    status: {
      patch: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } },
      check: ({ status }) => assert.equal(status.loadBalancer.ingress[0].ip, '203.0.113.1'),
    },
  },
  'Endpoints should test the lifecycle of an Endpoint': {
    group: '',
    plural: 'endpoints',
    namespace: space,
    object: { metadata, subsets: [{ addresses: [{ ip: '10.0.0.24' }], ports: [{ name: 'http', port: 80 }] }] },
    change: {
      patch: { subsets: [{ addresses: [{ ip: '10.0.0.25' }], ports: [{ name: 'http-test', port: 8080 }] }] },
      check: ({ subsets }) => assert.equal(subsets[0].ports[0].port, 8080),
    },
    status: false,
  },
};

for (const [name, operations] of Object.entries(rows)) test(name, () => checkOperations(api, operations));
