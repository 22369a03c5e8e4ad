import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  defaultNodeSettings,
  type NodeSettings,
  nodeSettingNames,
  thresholdBytes,
  withKubeletFlag,
} from './settings.ts';

function settingsOf(...flags: readonly (readonly [string, string])[]): NodeSettings {
  return flags.reduce((settings, [name, value]) => {
    const next = withKubeletFlag(settings, name, value);
    assert.ok(typeof next !== 'string', String(next));
    return next;
  }, defaultNodeSettings);
}

test('flags of kubelet set what they name, and nothing else', () => {
  assert.deepEqual(
    settingsOf(
      ['max-pods', '50'],
      ['system-reserved', 'cpu=500m,memory=1Gi'],
      ['kube-reserved', 'memory=512Mi'],
      ['node-status-update-frequency', '1m'],
      ['container-log-max-size', '1Mi'],
      ['container-log-max-files', '3'],
      ['pod-max-pids', '1024'],
      ['resolv-conf', '/etc/other'],
    ),
    {
      ...defaultNodeSettings,
      maxPods: 50,
      reserved: [{ cpu: '500m', memory: '1Gi' }, { memory: '512Mi' }],
      statusEveryMs: 60_000,
      logMaxBytes: 1024 ** 2,
      logMaxFiles: 3,
      podMaxPids: 1024,
      resolvConf: '/etc/other',
    },
  );
  assert.equal(settingsOf(['pod-max-pids', '-1']).podMaxPids, undefined);
});

test('thresholds are bytes or shares; of two for the same disk the stricter counts', () => {
  const { evictionHard } = settingsOf([
    'eviction-hard',
    'memory.available<200Mi,nodefs.available<10%,imagefs.available<15%',
  ]);
  assert.deepEqual(evictionHard, { memory: { bytes: 200 * 1024 ** 2 }, disk: { share: 0.15 } });
  assert.equal(thresholdBytes(evictionHard.disk, 1000), 150);
  assert.equal(thresholdBytes(evictionHard.memory, 1000), 200 * 1024 ** 2);
});

test('the document names every flag of kubelet that is known', () => {
  const document = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  for (const name of nodeSettingNames) assert.ok(document.includes(`\`${name}\``), name);
});

test('an unknown flag or a wrong value is refused with what is allowed', () => {
  const refusals: [string, string, RegExp][] = [
    ['root-dir', '/x', /means nothing to this node agent; it knows max-pods, /],
    ['constructor', '', /means nothing/],
    ['max-pods', 'x', /whole number from 1/],
    ['max-pods', '', /whole number from 1/],
    ['container-log-max-files', '1', /from 2/],
    ['container-log-max-size', '0', /quantity of bytes/],
    ['system-reserved', 'cpu', /cpu: must be NAME=QUANTITY/],
    ['kube-reserved', 'disk=1', /of cpu, memory/],
    ['eviction-hard', 'memory.available<x', /must be SIGNAL<AMOUNT/],
    ['eviction-hard', 'toString<5%', /must be SIGNAL<AMOUNT/],
    ['node-status-update-frequency', '10ms', /at least a second/],
    ['resolv-conf', 'relative', /absolute path/],
  ];
  for (const [name, value, expected] of refusals) {
    const answer = withKubeletFlag(defaultNodeSettings, name, value);
    assert.ok(typeof answer === 'string', name);
    assert.match(answer, expected);
  }
});
