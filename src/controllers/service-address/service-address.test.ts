import assert from 'node:assert/strict';
import { test } from 'node:test';
import { service } from '../../api/core/service.ts';
import { ipAddress } from '../../api/networking/ip-address.ts';
import { startCluster } from '../testing/cluster.ts';
import { serviceAddressController } from './service-address.ts';

const web = {
  metadata: { namespace: 'default', name: 'web' },
  spec: { clusterIP: '10.43.0.7', clusterIPs: ['10.43.0.7'], ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] },
};
const webRef = { namespace: 'default', name: 'web' };

test('a service without a claim on its address gets one, and the claim goes when the service has gone', async (t) => {
  const { client, clock, events, eventually } = await startCluster(t, { controllers: [serviceAddressController()] });
  const claim = () => client.view(ipAddress).get('10.43.0.7');
  await client.create(service, web);
  await eventually(() => assert.deepEqual(claim()?.spec?.parentRef, { group: '', resource: 'services', ...webRef }));
  assert.deepEqual(
    events.map(({ about, reason }) => [about, reason]),
    [['Service/web', 'ClusterIPNotAllocated']],
  );
  await client.delete(service, webRef);
  await clock.advance(50_000);
  assert.ok(claim(), 'a young claim may be of a service that is being written');
  await eventually(() => assert.equal(claim(), undefined));
  assert.equal(events.at(-1)?.reason, 'IPAddressNotAllocated');
});

test('a claim of another service is told of, not taken', async (t) => {
  const { client, events, eventually } = await startCluster(t, { controllers: [serviceAddressController()] });
  const parentRef = { resource: 'things', group: 'example.com', name: 'other' };
  await client.create(ipAddress, { metadata: { name: '10.43.0.7' }, spec: { parentRef } });
  await client.create(service, web);
  await eventually(() => assert.equal(events[0]?.reason, 'ClusterIPAlreadyAllocated'));
  assert.equal((await client.get(ipAddress, { name: '10.43.0.7' })).spec?.parentRef?.name, 'other');
});
