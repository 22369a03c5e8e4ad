import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../src/api/schema/generated/types/core-v1.ts';
import { startCluster } from '../harness/cluster.ts';
import { image, manifest } from '../harness/objects.ts';
import { until } from '../harness/wait.ts';
import { nodeImage } from './node-image.ts';

const operatorImage = 'docker.io/library/operator:test';
const labels = { app: 'operator' };
const rbac = 'rbac.authorization.k8s.io';
const metadata = { name: 'operator', namespace: 'operators' };

/** The definition, the rights, and the operator itself, in a pod. */
const installation = manifest(
  ...['operators', 'registry', 'sites'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'websites.web.example.com' },
    spec: {
      group: 'web.example.com',
      scope: 'Namespaced',
      names: { plural: 'websites', singular: 'website', kind: 'Website', shortNames: ['site'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.readyReplicas' },
          },
          additionalPrinterColumns: [
            { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
            { name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas' },
          ],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              required: ['spec'],
              properties: {
                spec: {
                  type: 'object',
                  required: ['greeting'],
                  properties: {
                    greeting: { type: 'string', maxLength: 80 },
                    replicas: { type: 'integer', minimum: 0, maximum: 5, default: 1 },
                  },
                },
                status: {
                  type: 'object',
                  properties: {
                    observedGeneration: { type: 'integer', format: 'int64' },
                    readyReplicas: { type: 'integer' },
                    phase: { type: 'string', enum: ['Progressing', 'Ready'] },
                  },
                },
              },
            },
          },
        },
      ],
    },
  },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'operator' },
    rules: [
      { apiGroups: ['web.example.com'], resources: ['websites'], verbs: ['get', 'list', 'watch', 'patch'] },
      {
        apiGroups: ['web.example.com'],
        resources: ['websites/status', 'websites/finalizers'],
        verbs: ['patch', 'update'],
      },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch', 'create', 'patch'] },
      { apiGroups: [''], resources: ['configmaps', 'services'], verbs: ['get', 'create', 'patch', 'delete'] },
      { apiGroups: [''], resources: ['events'], verbs: ['create'] },
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'operator' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'operator' },
    subjects: [{ kind: 'ServiceAccount', name: 'operator', namespace: 'operators' }],
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: 'operator',
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'operator', image: operatorImage, env: [{ name: 'IMAGE', value: image }] }],
        },
      },
    },
  },
);

interface Website {
  readonly metadata: { readonly generation: number; readonly finalizers?: readonly string[] };
  readonly status?: { readonly observedGeneration: number; readonly readyReplicas: number; readonly phase: string };
}

test('an operator, made with a public library, in a pod', { timeout: 300_000 }, async (t) => {
  const cluster = await startCluster(t, { images: [await nodeImage(operatorImage, 'operator.ts')] });
  const kubectl = (...words: string[]) => cluster.kubectl(['--namespace', 'sites', ...words]);
  const website = (name: string, spec: object) =>
    manifest({ apiVersion: 'web.example.com/v1', kind: 'Website', metadata: { name, namespace: 'sites' }, spec });
  const operatorLog = () => kubectl('logs', 'deployment/operator', '--namespace=operators', '--tail=40');
  /** Waits until the status tells that so many replicas of what is wanted now are ready. */
  const settled = async (name: string, replicas: number) => {
    let last: Website | undefined;
    const attempt = async () => {
      last = JSON.parse(await kubectl('get', 'website', name, '-o', 'json')) as Website;
      const { metadata, status } = last;
      if (status?.observedGeneration !== metadata.generation) return undefined;
      return status.phase === 'Ready' && status.readyReplicas === replicas && last;
    };
    try {
      return await until(`website ${name}`, attempt);
    } catch (cause) {
      throw new Error(`it is ${JSON.stringify(last)}; the operator says:\n${await operatorLog()}`, { cause });
    }
  };
  const answer = async () => {
    const address = await kubectl('get', 'service', 'blog', '-o', 'jsonpath={.spec.clusterIP}');
    return (await cluster.inside(['curl', '-sfm2', `http://${address}/`], { allowFailure: true })).stdout;
  };

  await cluster.apply(installation);
  await kubectl('rollout', 'status', 'deployment/operator', '--namespace=operators', '--timeout=60s');

  await t.test('it reconciles: parts, status, finalizer, events', async () => {
    await cluster.apply(website('blog', { greeting: 'hello' }));
    const { metadata } = await settled('blog', 1);
    assert.deepEqual(metadata.finalizers, ['web.example.com/registration']);
    await until('the website to answer', async () => (await answer()) === 'hello\n');
    assert.match(await kubectl('get', 'site'), /^NAME +PHASE +READY\nblog +Ready +1\n$/);
    await kubectl('get', 'configmap', 'sites-blog', '--namespace=registry');
    await until('its events', async () => {
      const { items } = JSON.parse(
        await kubectl('get', 'events', '--field-selector=involvedObject.kind=Website', '-o', 'json'),
      );
      return ['Registered', 'Ready'].every((reason) => items.some((event: Event) => event.reason === reason));
    });
    assert.match(
      await kubectl('describe', 'website', 'blog'),
      /Normal +Registered .*website-operator +blog stands in the registry/,
    );
  });

  await t.test('it follows what is wanted, and repairs what is not', async () => {
    await kubectl('scale', 'website/blog', '--replicas=2');
    await settled('blog', 2);
    await kubectl('patch', 'website', 'blog', '--type=merge', '-p', '{"spec":{"greeting":"welcome"}}');
    await settled('blog', 2);
    await until('the new greeting', async () => (await answer()) === 'welcome\n');
    await kubectl('scale', 'deployment/blog', '--replicas=0');
    const replicas = () => kubectl('get', 'deployment', 'blog', '-o', 'jsonpath={.spec.replicas}');
    await until('the repair', async () => (await replicas()) === '2');
    await settled('blog', 2);
  });

  await t.test('it goes on when the server comes back', async () => {
    await cluster.stop();
    await cluster.start();
    await cluster.apply(website('shop', { greeting: 'buy' }));
    await settled('shop', 1);
  });

  await t.test('a deletion waits for it, and takes with it what it made', async () => {
    await cluster.kubectl(['scale', 'deployment/operator', '--namespace=operators', '--replicas=0']);
    await kubectl('wait', 'pods', '--all', '--namespace=operators', '--for=delete', '--timeout=30s');
    await kubectl('delete', 'website', 'blog', '--wait=false');
    assert.match(await kubectl('get', 'website', 'blog', '-o', 'jsonpath={.metadata.deletionTimestamp}'), /^\d{4}-/);
    await kubectl('get', 'configmap', 'sites-blog', '--namespace=registry');

    await cluster.kubectl(['scale', 'deployment/operator', '--namespace=operators', '--replicas=1']);
    await kubectl('wait', 'website/blog', '--for=delete', '--timeout=40s');
    const { stderr } = await cluster.tryKubectl(['get', 'configmap', 'sites-blog', '--namespace=registry']);
    assert.match(stderr, /NotFound/);
    const left = () =>
      kubectl('get', 'deployments,replicasets,pods,services,configmaps', '-l', 'website=blog', '-o', 'name');
    await until('what it made to be collected', async () => (await left()) === '');
    assert.match(await kubectl('get', 'pods', '-l', 'website=shop', '-o', 'name'), /^pod\/shop-/);
  });
});
