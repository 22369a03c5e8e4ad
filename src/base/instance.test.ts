import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instanceId, instanceName } from './instance.ts';

test('the default data directory has plain names', () => {
  assert.equal(instanceId('/var/lib/k3ts'), '');
  assert.equal(instanceName('k3ts', '/var/lib/k3ts/'), 'k3ts');
});

test('other directories have names of their own that fit a link', () => {
  const name = instanceName('k3ts', '/tmp/one');
  assert.match(name, /^k3ts-[\da-f]{6}$/);
  assert.ok(name.length <= 15);
  assert.equal(instanceName('k3ts', '/tmp/x/../one/'), name, 'the same directory, the same name');
  assert.notEqual(instanceName('k3ts', '/tmp/two'), name);
});
