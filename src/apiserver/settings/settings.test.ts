import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readApiServerSettings } from './settings.ts';

test('flags set what they say, the rest is upstream’s default', () => {
  const { settings, problems } = readApiServerSettings([
    '--max-requests-inflight=10',
    'request-timeout=1m30s',
    'profiling=true',
    'audit-policy-file=/p',
    'audit-log-maxage=3',
    'audit-log-path=/l',
  ]);
  assert.deepEqual(problems, []);
  const { requests, audit } = settings;
  assert.deepEqual(requests, {
    maxRequestsInflight: 10,
    maxMutatingRequestsInflight: 200,
    priorityAndFairness: true,
    timeoutMs: 90_000,
    shutdownDelayMs: 0,
    profiling: true,
  });
  assert.deepEqual([audit.log?.maxAgeDays, audit.log?.mode, audit.log?.maxSizeMebibytes], [3, 'blocking', 100]);
  assert.equal(audit.webhook, undefined);
});

test('what is wrong is said with what is allowed', () => {
  const table: readonly (readonly [string, RegExp])[] = [
    ['etcd-servers=x', /^etcd-servers is not supported by this API server; it knows .*max-requests-inflight/],
    ['max-requests-inflight=-1', /^must be a whole number/],
    ['request-timeout=10', /^must be a duration/],
    ['profiling=yes', /^must be true or false$/],
    ['audit-log-mode=fast', /^must be one of batch, blocking, blocking-strict$/],
    ['audit-policy-file=p.yaml', /^must be the absolute path/],
    ['audit-policy-file=/p', /nowhere to write to/],
    ['audit-log-path=/l', /nothing would be written/],
    ['audit-log-version=audit.k8s.io/v1beta1', /^must be audit.k8s.io\/v1$/],
  ];
  for (const [argument, expected] of table) {
    const [problem] = readApiServerSettings([argument]).problems;
    assert.equal(problem?.argument, argument);
    assert.match(problem.why, expected);
  }
});
