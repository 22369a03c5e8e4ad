import type { Draft, KubeObject } from '../src/api/object.ts';

/** A pod of about 2.7 kB of JSON, as a Deployment's pods look when they run: what the figures are measured with. */
export function benchPod(name: string, namespace = 'default'): Draft<KubeObject> {
  const labels = { app: 'web', 'pod-template-hash': '5d4f8c7b9', tier: 'front' };
  const env = Array.from({ length: 8 }, (_, i) => ({ name: `VARIABLE_${i}`, value: `value number ${i} of this pod` }));
  const probe = { httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10 };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels,
      annotations: { 'example.com/checksum': 'a'.repeat(64), 'example.com/note': 'b'.repeat(400) },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'web-5d4f8c7b9',
          uid: '0f2f9a52-7f0b-4a2f-8d57-3d7a0a5d3c11',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      volumes: [{ name: 'config', configMap: { name: 'web-config', defaultMode: 420 } }],
      containers: [
        {
          name: 'web',
          image: 'registry.example.com/team/web:1.2.3',
          command: ['/bin/web', '--listen=:8080', '--config=/etc/web/config.yaml'],
          ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
          env,
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '500m', memory: '256Mi' } },
          volumeMounts: [{ name: 'config', mountPath: '/etc/web', readOnly: true }],
          livenessProbe: { ...probe, failureThreshold: 3, successThreshold: 1 },
          readinessProbe: { ...probe, failureThreshold: 3, successThreshold: 1 },
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          imagePullPolicy: 'IfNotPresent',
        },
      ],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'default',
      serviceAccount: 'default',
      securityContext: {},
      schedulerName: 'default-scheduler',
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
        { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
    },
  };
  return pod as unknown as Draft<KubeObject>;
}
