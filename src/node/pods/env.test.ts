import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { containerEnv, type EnvSources, serviceEnv } from './env.ts';
import { expand } from './expand.ts';
import type { Pod } from './types.ts';

const metadata = (name: string, namespace = 'default') => ({ name, namespace });
const sources: EnvSources = {
  configMap: async (_, name) =>
    name === 'conf' ? { apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, data: { A: '1', B: '2' } } : undefined,
  secret: async (_, name) =>
    name === 'keys' ? { apiVersion: 'v1', kind: 'Secret', metadata: {}, data: { K: 'aGlkZGVu' } } : undefined,
  services: () => [],
  facts: { nodeName: 'n1', hostIps: ['192.0.2.1'], allocatable: { cpu: '2', memory: '1Gi' } },
  podIps: ['10.0.0.9'],
};
const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...metadata('p'), labels: { app: 'x' } },
  spec: { containers: [] },
};

describe('expand', () => {
  const values: Record<string, string> = { VAR: 'v', EMPTY: '' };
  for (const [text, expected] of [
    ['$(VAR)-$(VAR)', 'v-v'],
    ['$$(VAR)', '$(VAR)'],
    ['$(MISSING)', '$(MISSING)'],
    ['$(EMPTY)|$VAR|$', '|$VAR|$'],
    ['$(open', '$(open'],
  ] as const)
    test(text, () =>
      assert.equal(
        expand(text, (name) => values[name]),
        expected,
      ),
    );
});

describe('containerEnv', () => {
  test('takes all sources, later ones see earlier ones', async () => {
    const env = await containerEnv(
      pod,
      {
        name: 'c',
        resources: { limits: { cpu: '1500m' } },
        envFrom: [{ prefix: 'P_', configMapRef: { name: 'conf' } }, { secretRef: { name: 'absent', optional: true } }],
        env: [
          { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'URL', value: 'http://$(IP)/$(P_A)' },
          { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'keys', key: 'K' } } },
          { name: 'LABEL', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
          { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          { name: 'MEM', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
          { name: 'NONE', valueFrom: { configMapKeyRef: { name: 'conf', key: 'Z', optional: true } } },
        ],
      },
      sources,
    );
    assert.deepEqual(Object.fromEntries(env.map(({ name, value }) => [name, value])), {
      P_A: '1',
      P_B: '2',
      IP: '10.0.0.9',
      URL: 'http://10.0.0.9/1',
      SECRET: 'hidden',
      LABEL: 'x',
      CPU: '2',
      MEM: '1024',
    });
  });

  test('says what is missing', async () => {
    const missing = (source: object) =>
      containerEnv(pod, { name: 'c', env: [{ name: 'X', valueFrom: source }] }, sources);
    await assert.rejects(
      missing({ configMapKeyRef: { name: 'gone', key: 'k' } }),
      /^NotYet: configmap "gone" not found$/,
    );
    await assert.rejects(
      missing({ secretKeyRef: { name: 'keys', key: 'no' } }),
      /^NotYet: couldn't find key no in Secret default\/keys$/,
    );
  });
});

test('services become variables; without links only the API', () => {
  const service = (name: string, namespace: string, clusterIP: string) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(name, namespace),
    spec: { clusterIP, ports: [{ name: 'web-port', port: 80, protocol: 'TCP' }] },
  });
  const services = [
    service('my-app', 'ns', '10.43.0.5'),
    service('kubernetes', 'default', '10.43.0.1'),
    service('headless', 'ns', 'None'),
    service('other', 'default', '10.43.0.6'),
  ];
  const env = serviceEnv(services, 'ns', true);
  assert.equal(env.get('MY_APP_SERVICE_HOST'), '10.43.0.5');
  assert.equal(env.get('MY_APP_SERVICE_PORT_WEB_PORT'), '80');
  assert.equal(env.get('MY_APP_PORT'), 'tcp://10.43.0.5:80');
  assert.equal(env.get('MY_APP_PORT_80_TCP_ADDR'), '10.43.0.5');
  assert.equal(env.get('KUBERNETES_SERVICE_HOST'), '10.43.0.1');
  assert.ok(![...env.keys()].some((name) => /^(HEADLESS|OTHER)/.test(name)));
  assert.deepEqual(
    [...serviceEnv(services, 'ns', false).keys()].filter((name) => !name.startsWith('KUBERNETES_')),
    [],
  );
});
