import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clusterRole } from '../../src/api/rbac/cluster-role.ts';
import { clusterRoleBinding } from '../../src/api/rbac/cluster-role-binding.ts';
import { role } from '../../src/api/rbac/role.ts';
import { roleBinding } from '../../src/api/rbac/role-binding.ts';
import { builtInAdmission } from '../../src/apiserver/admission/admission.ts';
import {
  startWebhookServer,
  type WebhookServer,
} from '../../src/apiserver/admission/webhooks/webhook-server.test-helper.ts';
import { allowAll, startTestServer, type TestServer } from '../../src/apiserver/api-server.test-helper.ts';
import { createRuleResolver } from '../../src/apiserver/authorization/rbac.ts';
import type { AdmissionPlugin } from '../../src/apiserver/contract.ts';
import { createInProcessClient } from '../../src/apiserver/in-process-client.ts';
import { parseCidr } from '../../src/base/cidr.ts';
import { run } from '../../src/base/process.ts';
import { k3ts } from '../harness/k3ts.ts';

/** An unmodified kubectl against the API server with its whole admission chain; a real webhook beside it. */
describe('kubectl and admission', () => {
  let server: TestServer;
  let webhook: WebhookServer;
  let folder: string;

  before(async () => {
    const admission: AdmissionPlugin[] = [];
    webhook = await startWebhookServer();
    server = await startTestServer({
      admission,
      overrides: {
        systemObjects: {
          serviceCidrs: [parseCidr('10.43.0.0/16') ?? assert.fail()],
          advertised: { address: '192.0.2.1', port: 6443 },
        },
      },
      beforeStart(registry) {
        const client = createInProcessClient({ registry, user: { name: 'test', groups: ['system:masters'] } });
        const resolver = createRuleResolver({
          roles: client.view(role),
          roleBindings: client.view(roleBinding),
          clusterRoles: client.view(clusterRole),
          clusterRoleBindings: client.view(clusterRoleBinding),
        });
        admission.push(...builtInAdmission({ client, authorizer: allowAll, resolver, kinds: () => registry.kinds }));
      },
    });
    folder = await mkdtemp(join(tmpdir(), 'k3ts-kubectl-'));
  });
  after(async () => {
    await server.close();
    await webhook.close();
    await rm(folder, { recursive: true });
  });

  async function kubectl(words: string, { fails = false } = {}): Promise<string> {
    const result = await run(k3ts, ['kubectl', ...words.split(' ')], {
      env: { KUBECONFIG: server.kubeconfig, HOME: folder },
      timeoutMs: 60_000,
      ...(fails && { allowFailure: true }),
    });
    return result.stdout + result.stderr;
  }

  /** `kubectl apply` of objects; `fails`: it must not work. */
  async function apply(objects: readonly object[], options = {}): Promise<string> {
    const path = join(folder, 'objects.json');
    await writeFile(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    return kubectl(`apply -f ${path}`, options);
  }

  async function namespaceWith(name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    await apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } },
    ]);
  }

  const inNamespace = (namespace: string, name: string, more: object = {}) => ({
    metadata: { namespace, name },
    ...more,
  });

  test('a full quota is told as upstream tells it', async () => {
    await namespaceWith('small');
    await kubectl('-n small create quota q --hard=pods=1,limits.cpu=1');
    assert.match(
      await kubectl('-n small run a --image=i', { fails: true }),
      /Error from server \(Forbidden\): pods "a" is forbidden: failed quota: q: must specify limits\.cpu for: a/,
    );
    const pod = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      ...inNamespace('small', name),
      spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '600m' } } }] },
    });
    assert.match(await apply([pod('a')]), /pod\/a created/);
    assert.match(
      await apply([pod('b')], { fails: true }),
      /pods "b" is forbidden: exceeded quota: q, requested: limits\.cpu=600m,pods=1, used: limits\.cpu=600m,pods=1, limited: limits\.cpu=1,pods=1/,
    );
  });

  test('a limit range fills in, and bounds', async () => {
    await namespaceWith('bounded');
    const limits = [
      { type: 'Container', default: { cpu: '200m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '1' } },
    ];
    await apply([{ apiVersion: 'v1', kind: 'LimitRange', ...inNamespace('bounded', 'bounds'), spec: { limits } }]);
    await kubectl('-n bounded run a --image=i');
    assert.equal(
      await kubectl('-n bounded get pod a -o jsonpath={.spec.containers[0].resources}'),
      '{"limits":{"cpu":"200m"},"requests":{"cpu":"100m"}}',
    );
    const containers = [{ name: 'c', image: 'i', resources: { limits: { cpu: '2' } } }];
    assert.match(
      await apply([{ apiVersion: 'v1', kind: 'Pod', ...inNamespace('bounded', 'b'), spec: { containers } }], {
        fails: true,
      }),
      /pods "b" is forbidden: maximum cpu usage per Container is 1, but limit is 2/,
    );
  });

  test('pod security refuses pods, and warns of what makes such pods', async () => {
    await namespaceWith('strict', { 'pod-security.kubernetes.io/enforce': 'restricted' });
    const refused = await kubectl('-n strict run a --image=i', { fails: true });
    assert.match(
      refused,
      /pods "a" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false/,
    );
    const made = await kubectl('-n strict create deployment d --image=i');
    assert.match(made, /Warning: would violate PodSecurity "restricted:latest": .*runAsNonRoot != true/);
    assert.match(made, /deployment\.apps\/d created/);
    await namespaceWith('later');
    await kubectl('-n later run a --image=i');
    assert.match(
      await kubectl('label namespace later pod-security.kubernetes.io/enforce=restricted'),
      /Warning: existing pods in namespace "later" violate the new PodSecurity enforce level "restricted:latest"/,
    );
  });

  test('webhooks change and refuse; their warnings are shown', async () => {
    await namespaceWith('hooked', { hooks: 'yes' });
    webhook.on('/mark', () => ({ patch: [{ op: 'add', path: '/metadata/annotations', value: { marked: 'yes' } }] }));
    webhook.on('/check', ({ object }) =>
      object.data?.bad ? { allowed: false, status: { message: 'bad data' } } : { warnings: ['looked at'] },
    );
    const hook = (path: string) => ({
      name: `${path}.example.com`,
      clientConfig: { url: `${webhook.url}/${path}`, caBundle: webhook.caBundle },
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
      namespaceSelector: { matchLabels: { hooks: 'yes' } },
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    });
    const configuration = (kind: string, path: string) => ({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind,
      metadata: { name: path },
      webhooks: [hook(path)],
    });
    await apply([
      configuration('MutatingWebhookConfiguration', 'mark'),
      configuration('ValidatingWebhookConfiguration', 'check'),
    ]);
    assert.match(await kubectl('-n hooked create configmap good --from-literal=a=b'), /Warning: looked at/);
    assert.equal(await kubectl('-n hooked get configmap good -o jsonpath={.metadata.annotations.marked}'), 'yes');
    assert.match(
      await kubectl('-n hooked create configmap worse --from-literal=bad=x', { fails: true }),
      /^error: failed to create configmap: admission webhook "check\.example\.com" denied the request: bad data/,
    );
    await kubectl('create configmap elsewhere --from-literal=bad=x');
  });

  test('a policy refuses with its own words', async () => {
    await namespaceWith('ruled');
    const group = 'admissionregistration.k8s.io/v1';
    await apply([
      {
        apiVersion: group,
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: 'replicas' },
        spec: {
          matchConstraints: {
            resourceRules: [
              {
                operations: ['CREATE', 'UPDATE'],
                apiGroups: ['apps'],
                apiVersions: ['v1'],
                resources: ['deployments'],
              },
            ],
          },
          validations: [{ expression: 'object.spec.replicas <= 5', message: 'at most five' }],
        },
      },
      {
        apiVersion: group,
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: 'replicas' },
        spec: {
          policyName: 'replicas',
          validationActions: ['Deny'],
          matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ruled' } } },
        },
      },
    ]);
    await kubectl('-n ruled create deployment d --image=i --replicas=5');
    assert.match(
      await kubectl('-n ruled create deployment e --image=i --replicas=6', { fails: true }),
      /deployments\.apps "e" is forbidden: ValidatingAdmissionPolicy 'replicas' with binding 'replicas' denied request: at most five/,
    );
  });

  test('custom resources are counted and judged like any other', async () => {
    await namespaceWith('custom');
    const schema = {
      type: 'object',
      properties: { spec: { type: 'object', properties: { size: { type: 'integer' }, note: { type: 'string' } } } },
    };
    await apply([
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'widgets.example.com' },
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
        },
      },
    ]);
    await kubectl('wait --for=condition=Established crd/widgets.example.com --timeout=10s');
    await kubectl('-n custom create quota q --hard=count/widgets.example.com=1');
    webhook.on('/note', () => ({ patch: [{ op: 'add', path: '/spec/note', value: 'seen' }] }));
    await apply([
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingWebhookConfiguration',
        metadata: { name: 'note' },
        webhooks: [
          {
            name: 'note.example.com',
            clientConfig: { url: `${webhook.url}/note`, caBundle: webhook.caBundle },
            rules: [
              { operations: ['CREATE'], apiGroups: ['example.com'], apiVersions: ['v1'], resources: ['widgets'] },
            ],
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
          },
        ],
      },
    ]);
    const widget = (name: string) => ({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      ...inNamespace('custom', name, { spec: { size: 1 } }),
    });
    await apply([widget('a')]);
    assert.equal(await kubectl('-n custom get widget a -o jsonpath={.spec}'), '{"note":"seen","size":1}');
    assert.match(
      await apply([widget('b')], { fails: true }),
      /widgets\.example\.com "b" is forbidden: exceeded quota: q, requested: count\/widgets\.example\.com=1, used: count\/widgets\.example\.com=1, limited: count\/widgets\.example\.com=1/,
    );
  });
});
