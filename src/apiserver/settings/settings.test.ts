import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ApiServerSettings,
  apiServerSettingsProblems,
  defaultApiServerSettings,
  withApiServerFlag,
} from './settings.ts';

function read(...flags: readonly string[]): ApiServerSettings {
  return flags.reduce<ApiServerSettings>((settings, flag) => {
    const [name = '', value = ''] = flag.split('=');
    const next = withApiServerFlag(settings, name, value);
    if (typeof next === 'string') throw new Error(next);
    return next;
  }, defaultApiServerSettings);
}

test('flags set what they say', () => {
  const settings = read('max-requests-inflight=10', 'request-timeout=1m30s', 'profiling=true');
  assert.equal(settings.maxRequestsInflight, 10);
  assert.equal(settings.maxMutatingRequestsInflight, 200);
  assert.equal(settings.requestTimeoutMs, 90_000);
  assert.equal(settings.profiling, true);
});

test('options of an audit backend count whether they stand before or after its name', () => {
  const before = read('audit-log-maxage=3', 'audit-log-mode=batch', 'audit-log-path=/l').audit.log;
  const after = read('audit-log-path=/l', 'audit-log-maxage=3', 'audit-log-mode=batch').audit.log;
  assert.deepEqual(before, after);
  assert.equal(before?.maxAgeDays, 3);
  assert.equal(before?.mode, 'batch');
});

test('what is wrong is said with what is allowed', () => {
  const table: readonly (readonly [string, string, RegExp])[] = [
    ['etcd-servers', 'x', /^etcd-servers means nothing to this API server; it knows max-requests-inflight, /],
    ['toString', 'x', /means nothing/],
    ['max-requests-inflight', '-1', /^must be a whole number from 0/],
    ['request-timeout', '10', /^must be a duration/],
    ['profiling', 'yes', /^must be true or false$/],
    ['audit-log-mode', 'fast', /^must be one of batch, blocking, blocking-strict$/],
    ['audit-policy-file', 'p.yaml', /^must be the absolute path/],
    ['audit-log-version', 'audit.k8s.io/v1beta1', /^must be one of audit.k8s.io\/v1$/],
  ];
  for (const [name, value, expected] of table)
    assert.match(String(withApiServerFlag(defaultApiServerSettings, name, value)), expected);
});

test('a policy without a backend, a backend without a policy, and no seats at all are refused', () => {
  assert.deepEqual(apiServerSettingsProblems(defaultApiServerSettings), []);
  assert.match(apiServerSettingsProblems(read('audit-policy-file=/p')).join(), /nowhere to write/);
  assert.match(apiServerSettingsProblems(read('audit-log-path=/l')).join(), /nothing would be written/);
  assert.match(
    apiServerSettingsProblems(read('max-requests-inflight=0', 'max-mutating-requests-inflight=0')).join(),
    /must not both be 0/,
  );
});
