import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { namespace } from '../../../api/core/namespace.ts';
import { pod } from '../../../api/core/pod.ts';
import { type AdmissionBench, openAdmission, podOf, refusal } from '../admission.test-helper.ts';
import { violations, violationsText } from './standards.ts';

const latest = Number.POSITIVE_INFINITY;
const good = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};
const container = (securityContext: unknown, more = {}) => ({
  containers: [{ name: 'c', image: 'i', securityContext, ...more }],
});

function found(level: 'baseline' | 'restricted', spec: unknown, { minor = latest, annotations = {} } = {}) {
  return violationsText(violations({ level, minor }, { annotations, spec: spec as never }));
}

for (const [spec, text] of [
  [{ hostNetwork: true, hostPID: true }, 'host namespaces (hostNetwork=true, hostPID=true)'],
  [container({ privileged: true }), 'privileged (container "c" must not set securityContext.privileged=true)'],
  [
    container({ capabilities: { add: ['NET_ADMIN', 'CHOWN'] } }),
    'non-default capabilities (container "c" must not include "NET_ADMIN" in securityContext.capabilities.add)',
  ],
  [{ volumes: [{ name: 'v', hostPath: { path: '/' } }] }, 'hostPath volumes (volume "v")'],
  [container({}, { ports: [{ containerPort: 1, hostPort: 80 }] }), 'hostPort (container "c" uses hostPort 80)'],
  [
    container({}, { livenessProbe: { httpGet: { host: '10.0.0.1', port: 80 } } }),
    'probe or lifecycle host (container "c" uses probe or lifecycle host "10.0.0.1")',
  ],
  [
    container({ procMount: 'Unmasked' }),
    'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
  ],
  [
    { securityContext: { seLinuxOptions: { type: 'x', user: 'u' } } },
    'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "x"; user may not be set)',
  ],
  [
    { securityContext: { seccompProfile: { type: 'Unconfined' } } },
    'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [{ securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }, 'forbidden sysctls (kernel.msgmax)'],
  [
    container({ windowsOptions: { hostProcess: true } }),
    'hostProcess (container "c" must not set securityContext.windowsOptions.hostProcess=true)',
  ],
  [
    { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
    'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
  ],
] as const)
  test(`baseline: ${text}`, () => assert.equal(found('baseline', spec), text));

for (const [spec, text] of [
  [container(good), ''],
  [
    container({}),
    'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), ' +
      'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), ' +
      'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), ' +
      'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ],
  [container({ ...good, runAsUser: 0 }), 'runAsUser=0 (container "c" must not set runAsUser=0)'],
  [
    { ...container(good), volumes: [{ name: 'v', nfs: { server: 's', path: '/' } }] },
    'restricted volume types (volume "v" uses restricted volume type "nfs")',
  ],
  [
    { ...container(good), volumes: [{ name: 'v', hostPath: { path: '/' } }] },
    'restricted volume types (volume "v" uses restricted volume type "hostPath")',
  ],
] as const)
  test(`restricted: ${text || 'nothing'}`, () => assert.equal(found('restricted', spec), text));

test('a policy of an older version asks for what that version asked for', () => {
  const probe = container({}, { livenessProbe: { tcpSocket: { host: 'h', port: 1 } } });
  assert.equal(found('baseline', probe, { minor: 33 }), '');
  const annotations = { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' };
  const text = 'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")';
  assert.equal(found('baseline', container({}), { minor: 18, annotations }), text);
  assert.equal(found('baseline', container({}), { annotations }), '');
});

describe('PodSecurity', () => {
  let bench: AdmissionBench;
  before(async () => {
    bench = await openAdmission({
      configuration: { podSecurity: { defaults: {}, exemptions: { usernames: ['exempt'] } } },
    });
    await bench.create(
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: {
          name: 'strict',
          labels: {
            'pod-security.kubernetes.io/enforce': 'baseline',
            'pod-security.kubernetes.io/enforce-version': 'v1.36',
            'pod-security.kubernetes.io/warn': 'restricted',
          },
        },
      },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'strict' } },
    );
  });
  after(() => bench.close());
  const inStrict = { namespace: 'strict' };

  test('refuses what the level does not allow', async () => {
    assert.equal(
      await refusal(bench.client.create(pod, podOf('a', { hostNetwork: true }, inStrict))),
      'pods "a" is forbidden: violates PodSecurity "baseline:v1.36": host namespaces (hostNetwork=true)',
    );
    await bench.as({ name: 'exempt', groups: [] }).create(pod, podOf('a', { hostNetwork: true }, inStrict));
    assert.deepEqual(bench.warnings(), []);
  });

  test('warns of pods and of templates', async () => {
    const spec = container({ ...good, runAsUser: 0 });
    await bench.client.create(pod, podOf('b', { ...spec, automountServiceAccountToken: false }, inStrict));
    const text = 'would violate PodSecurity "restricted:latest": runAsUser=0 (container "c" must not set runAsUser=0)';
    assert.deepEqual(bench.warnings(), [text]);
    await bench.create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd', namespace: 'strict' },
      spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec } },
    });
    assert.deepEqual(bench.warnings(), [text]);
  });

  test('a namespace that becomes stricter tells what already breaks its rules', async () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await bench.client.patch(namespace, { name: 'strict' }, { type: 'merge', body: { metadata: { labels } } });
    assert.deepEqual(bench.warnings(), [
      'existing pods in namespace "strict" violate the new PodSecurity enforce level "restricted:v1.36"',
      'a: host namespaces, allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
      'b: runAsUser=0',
    ]);
  });

  test('labels must make sense', async () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'strict', 'pod-security.kubernetes.io/warn-version': '1.2' };
    assert.equal(
      await refusal(bench.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n', labels } }), 'Invalid'),
      'Namespace "n" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.2": must be "latest" or "v1.x"]',
    );
  });
});
