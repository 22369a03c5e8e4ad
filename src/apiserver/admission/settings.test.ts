import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { namespace as namespaceKind } from '../../api/core/namespace.ts';
import { Arguments } from '../settings/arguments.ts';
import { openAdmission, podOf, refusal } from './admission.test-helper.ts';
import { loadAdmissionConfiguration } from './configuration.ts';
import { readAdmissionSettings } from './settings.ts';

const rawPod = podOf('raw', { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] });

describe('flags of admission', () => {
  const problemsOf = (...given: string[]) => {
    const args = new Arguments(given);
    readAdmissionSettings(args);
    return args.finish().map(({ argument, why }) => `${argument}: ${why}`);
  };

  test('plugins that are not here are refused by name', () => {
    assert.deepEqual(problemsOf('enable-admission-plugins=AlwaysPullImages,NodeRestriction'), []);
    assert.match(
      String(problemsOf('enable-admission-plugins=EventRateLimit')),
      /EventRateLimit is not supported; known/,
    );
    assert.match(String(problemsOf('disable-admission-plugins=Nope')), /there is no plugin Nope/);
    const both = problemsOf('enable-admission-plugins=Priority', 'disable-admission-plugins=Priority');
    assert.match(String(both), /decide for one/);
  });

  test('optional plugins are asked when they are wanted, and default ones are not when they are not', async () => {
    const bench = await openAdmission({
      settings: {
        enable: ['AlwaysPullImages', 'DenyServiceExternalIPs', 'ExtendedResourceToleration'],
        disable: ['DefaultTolerationSeconds'],
      },
    });
    try {
      const pod = await bench.createPod({
        containers: [{ name: 'c', image: 'i:1', resources: { limits: { 'example.com/gpu': '1' } } }],
      });
      assert.equal(pod.spec?.containers[0]?.imagePullPolicy, 'Always');
      assert.deepEqual(pod.spec?.tolerations, [{ key: 'example.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]);
      const service = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 's', namespace: 'default' },
        spec: { ports: [{ port: 80 }], externalIPs: ['192.0.2.1'] },
      };
      assert.match(await refusal(bench.create(service)), /Use of external IPs is denied/);
    } finally {
      await bench.close();
    }
  });
});

describe('--admission-control-config-file', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'k3ts-admission-'));
  });
  after(() => rm(folder, { recursive: true }));
  const load = async (text: string) => {
    const file = join(folder, 'admission.yaml');
    await writeFile(file, text);
    return loadAdmissionConfiguration(file);
  };
  const head = 'apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n';
  const podSecurity = `apiVersion: pod-security.admission.config.k8s.io/v1
kind: PodSecurityConfiguration
defaults: {enforce: baseline, enforce-version: latest}
exemptions: {namespaces: [free]}
`;

  test('defaults and exemptions of PodSecurity hold, also from a file of their own', async () => {
    await writeFile(join(folder, 'pod-security.yaml'), podSecurity);
    const configuration = await load(`${head}- name: PodSecurity\n  path: pod-security.yaml\n`);
    const bench = await openAdmission({ configuration });
    try {
      assert.match(await refusal(bench.create(rawPod)), /violates PodSecurity "baseline:latest": privileged/);
      for (const [name, labels] of [
        ['free', {}],
        ['allowed', { 'pod-security.kubernetes.io/enforce': 'privileged' }],
      ] as const) {
        await bench.client.create(namespaceKind, { metadata: { name, labels } });
        await bench.create({
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: 'default', namespace: name },
        });
        await bench.create({ ...rawPod, metadata: { ...rawPod.metadata, namespace: name } });
      }
    } finally {
      await bench.close();
    }
  });

  test('what will not do is said', async () => {
    const said: readonly (readonly [string, RegExp])[] = [
      ['kind: Pod', /admission\.yaml cannot be used: it is undefined Pod, and must be an AdmissionConfiguration/],
      [`${head}- name: EventRateLimit`, /the plugin EventRateLimit takes no configuration here/],
      [`${head}- name: PodSecurity\n  configuration: {kind: X}`, /configured by a PodSecurityConfiguration/],
      [`${head}- name: PodSecurity\n  path: nowhere.yaml`, /ENOENT.*nowhere\.yaml/],
    ];
    for (const [text, why] of said) await assert.rejects(load(text), why);
    const level = podSecurity.replace('baseline', 'strict').replaceAll('\n', '\n    ');
    const wrong = load(`${head}- name: PodSecurity\n  configuration:\n    ${level}`);
    await assert.rejects(
      wrong,
      /defaults\.enforce: Invalid value: "strict": must be one of privileged, baseline, restricted/,
    );
  });
});
