import { manifest, service, workload } from '../harness/objects.ts';
import { redisImage, webImage } from './images.ts';

export const nodePort = 30080;

const password = { name: 'REDIS_PASSWORD', valueFrom: { secretKeyRef: { name: 'guestbook', key: 'password' } } };
const redisProbe = {
  exec: { command: ['sh', '-c', 'REDISCLI_AUTH=$REDIS_PASSWORD redis-cli ping | grep -q PONG'] },
  periodSeconds: 2,
};
const webProbe = { httpGet: { path: '/cgi-bin/entries', port: 'http' }, periodSeconds: 1 };

/** The whole application: web tier, Redis with its data in a folder of the host, settings, password, two Services. */
export function guestbook(options: { readonly title: string; readonly dataFolder: string }): string {
  const redis = workload(
    'StatefulSet',
    'redis',
    {
      terminationGracePeriodSeconds: 5,
      containers: [
        {
          name: 'redis',
          image: redisImage,
          args: ['redis-server', '/etc/redis/redis.conf', '--requirepass', '$(REDIS_PASSWORD)'],
          env: [password],
          ports: [{ name: 'redis', containerPort: 6379 }],
          readinessProbe: redisProbe,
          livenessProbe: { ...redisProbe, initialDelaySeconds: 5 },
          resources: { requests: { cpu: '50m', memory: '32Mi' }, limits: { memory: '128Mi' } },
          volumeMounts: [
            { name: 'data', mountPath: '/data' },
            { name: 'config', mountPath: '/etc/redis' },
          ],
        },
      ],
      volumes: [
        { name: 'data', hostPath: { path: options.dataFolder, type: 'DirectoryOrCreate' } },
        { name: 'config', configMap: { name: 'guestbook', items: [{ key: 'redis.conf', path: 'redis.conf' }] } },
      ],
    },
    { replicas: 1, serviceName: 'redis' },
  );
  const web = workload(
    'Deployment',
    'web',
    {
      terminationGracePeriodSeconds: 4,
      containers: [
        {
          name: 'web',
          image: webImage(1),
          env: [password],
          ports: [{ name: 'http', containerPort: 8080 }],
          readinessProbe: webProbe,
          startupProbe: { ...webProbe, failureThreshold: 30 },
          lifecycle: { preStop: { exec: { command: ['sleep', '2'] } } },
          resources: { requests: { cpu: '20m', memory: '16Mi' }, limits: { memory: '64Mi' } },
          volumeMounts: [{ name: 'config', mountPath: '/etc/guestbook' }],
        },
      ],
      volumes: [{ name: 'config', configMap: { name: 'guestbook', items: [{ key: 'title', path: 'title' }] } }],
    },
    { replicas: 1, strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }, progressDeadlineSeconds: 5 },
  );
  return manifest(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'guestbook' },
      data: { title: `${options.title}\n`, 'redis.conf': 'dir /data\nappendonly yes\nprotected-mode no\n' },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'guestbook' }, stringData: { password: 'open-sesame' } },
    redis,
    service('redis', { clusterIP: 'None', ports: [{ name: 'redis', port: 6379, targetPort: 'redis' }] }),
    web,
    service('web', { type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: 'http', nodePort }] }),
  );
}
