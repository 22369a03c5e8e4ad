import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessOf } from './kubeconfig.ts';
import { componentLines, nodeLine, statusTable } from './report.ts';

test("components are taken from the server's own list", () => {
  const components = [{ name: 'datastore' }, { name: 'node agent', problem: 'container runtime is down' }];
  assert.deepEqual(componentLines(JSON.stringify({ components })), [
    { name: 'datastore', well: true, text: 'ok' },
    { name: 'node agent', well: false, text: 'container runtime is down' },
  ]);
});

test('a node that is not ready says why', () => {
  const ready = (status: string, more: object = {}) => ({
    status: { conditions: [{ type: 'Ready', status, ...more }] },
  });
  assert.equal(nodeLine('n', ready('True')).text, 'Ready');
  const line = nodeLine('n', ready('False', { reason: 'KubeletNotReady', message: 'container runtime is down' }));
  assert.deepEqual(line, {
    name: 'node n',
    well: false,
    text: 'not Ready: KubeletNotReady: container runtime is down',
  });
  assert.match(nodeLine('n', {}).text, /has not reported yet/);
  const pressed = {
    spec: { unschedulable: true },
    status: {
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'DiskPressure', status: 'True', reason: 'Full' },
      ],
    },
  };
  assert.equal(nodeLine('n', pressed).text, 'Ready; DiskPressure (Full); cordoned: takes no new pods');
});

test('one line for each, what is not well being marked', () => {
  const table = statusTable([
    { name: 'server', well: true, text: 'process 1' },
    { name: 'store', well: false, text: 'down' },
  ]);
  assert.equal(table, '+ server  process 1\n- store   down\n');
});

test('a kubeconfig is followed by its current context', () => {
  const text = `
current-context: c
contexts: [{name: c, context: {cluster: k, user: u}}]
clusters: [{name: k, cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: Q0E=}}]
users: [{name: u, user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}}]`;
  const access = accessOf(text, '/k');
  assert.equal(access.server.href, 'https://127.0.0.1:6443/');
  assert.deepEqual([access.ca, access.certificate, access.key].map(String), ['CA', 'CERT', 'KEY']);
  assert.throws(() => accessOf('current-context: x', '/k'), /\/k: contexts has no entry x/);
  assert.throws(() => accessOf('', '/k'), /none is current/);
});
