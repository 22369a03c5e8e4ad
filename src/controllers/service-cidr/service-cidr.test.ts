import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ipAddress } from '../../api/networking/ip-address.ts';
import { serviceCidr } from '../../api/networking/service-cidr.ts';
import { startCluster } from '../testing/cluster.ts';
import { serviceCidrController } from './service-cidr.ts';

const parentRef = { resource: 'services', namespace: 'default', name: 'web' };

test('a range is ready, and goes when none of its addresses is in use', async (t) => {
  const { client, clock, eventually } = await startCluster(t, { controllers: [serviceCidrController] });
  await client.create(serviceCidr, { metadata: { name: 'more' }, spec: { cidrs: ['10.99.0.0/24'] } });
  const read = () => client.view(serviceCidr).get('more');
  const condition = () => read()?.status?.conditions?.[0];
  await eventually(() => assert.equal(condition()?.status, 'True'));
  assert.equal(condition()?.message, 'Kubernetes Service CIDR is ready');
  assert.deepEqual(read()?.metadata.finalizers, ['networking.k8s.io/service-cidr-finalizer']);

  await client.create(ipAddress, { metadata: { name: '10.99.0.9' }, spec: { parentRef } });
  await client.delete(serviceCidr, { name: 'more' });
  await eventually(() => assert.equal(condition()?.reason, 'Terminating'));
  assert.match(condition()?.message ?? '', /^There are still IPAddresses referencing the ServiceCIDR/);
  await clock.advance(60_000);
  assert.ok(read());

  await client.delete(ipAddress, { name: '10.99.0.9' });
  await eventually(() => assert.equal(read(), undefined));
});

test('a range may go when another one has its addresses', async (t) => {
  const { client, clock, eventually } = await startCluster(t, { controllers: [serviceCidrController] });
  const read = (name: string) => client.view(serviceCidr).get(name);
  await client.create(serviceCidr, { metadata: { name: 'small' }, spec: { cidrs: ['10.99.0.0/24'] } });
  await client.create(ipAddress, { metadata: { name: '10.99.0.9' }, spec: { parentRef } });
  await eventually(() => assert.ok(read('small')?.metadata.finalizers));
  await client.delete(serviceCidr, { name: 'small' });
  await eventually(() => assert.equal(read('small')?.status?.conditions?.[0]?.status, 'False'));
  await client.create(serviceCidr, { metadata: { name: 'large' }, spec: { cidrs: ['10.99.0.0/16'] } });
  await clock.advance(11_000);
  await eventually(() => assert.equal(read('small'), undefined));
  assert.ok(read('large'));
});
