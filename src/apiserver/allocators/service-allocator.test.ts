import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { parseCidr } from '../../base/cidr.ts';
import { systemClock } from '../../base/clock.ts';
import { createLogger } from '../../base/log.ts';
import { type Answer, TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';
import type { AdmissionPlugin } from '../contract.ts';
import { createInProcessClient } from '../in-process-client.ts';
import { AddressClaims } from './address-claims.ts';
import { serviceAllocator } from './service-allocator.ts';

const services = '/api/v1/namespaces/default/services';
const addresses = '/apis/networking.k8s.io/v1/ipaddresses';
const ranges = '/apis/networking.k8s.io/v1/servicecidrs';

describe('addresses and ports of services', () => {
  let server: TestServer;
  let client: TestClient;

  before(async () => {
    const admission: AdmissionPlugin[] = [];
    server = await startTestServer({
      admission,
      overrides: {
        systemObjects: {
          serviceCidrs: [parseCidr('10.43.0.0/24') ?? assert.fail()],
          advertised: { address: '192.0.2.1', port: 6443 },
        },
      },
      beforeStart: (registry) => {
        admission.push(
          serviceAllocator({
            client: createInProcessClient({ registry, user: { name: 'allocator', groups: ['system:masters'] } }),
            cidrs: [parseCidr('10.43.0.0/24') ?? assert.fail()],
            nodePorts: { first: 30_000, last: 30_009 },
            clock: systemClock,
            log: createLogger({ write: () => undefined }),
          }),
        );
      },
    });
    client = new TestClient(server, server.admin);
  });
  after(async () => {
    client.close();
    await server.close();
  });

  const create = (name: string, spec: Record<string, unknown> = {}, query = ''): Promise<Answer> =>
    client.post(`${services}${query}`, { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });
  const node = (name: string, nodePort?: number) =>
    create(name, { type: 'NodePort', ports: [{ port: 80, ...(nodePort && { nodePort }) }] });

  test('only whose address it is gives it back', async () => {
    const { clusterIP: address } = (await create('owner')).json.spec;
    const own = createInProcessClient({
      registry: server.registry,
      user: { name: 'other', groups: ['system:masters'] },
    });
    const claims = new AddressClaims(own, createLogger({ write: () => undefined }));
    await claims.ready();
    claims.release('default/other', [address]);
    await claims.released(address);
    assert.equal((await client.get(`${addresses}/${address}`)).status, 200);
    claims.release('default/owner', [address]);
    await claims.released(address);
    assert.equal((await client.get(`${addresses}/${address}`)).status, 404);
    assert.equal((await client.call('DELETE', `${services}/owner`)).status, 200);
  });

  test('the cluster begins with its namespaces and its own service', async () => {
    const { json } = await client.get(`${services}/kubernetes`);
    assert.deepEqual(
      [json.spec.clusterIP, json.spec.ipFamilies, json.spec.ipFamilyPolicy],
      ['10.43.0.1', ['IPv4'], 'SingleStack'],
    );
    assert.equal(json.spec.ports[0].targetPort, 6443);
    const slice = await client.get('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes');
    assert.deepEqual(slice.json.endpoints[0].addresses, ['192.0.2.1']);
    const endpoints = await client.get('/api/v1/namespaces/default/endpoints/kubernetes');
    assert.equal(endpoints.json.subsets[0].addresses[0].ip, '192.0.2.1');
    const names = (await client.get('/api/v1/namespaces')).json.items.map(
      (item: { metadata: { name: string } }) => item.metadata.name,
    );
    assert.deepEqual(names, ['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  });

  test('an address is given, kept, and free again after deletion', async () => {
    const { json } = await create('plain');
    const { clusterIP } = json.spec;
    assert.match(clusterIP, /^10\.43\.0\.\d+$/);
    assert.deepEqual(json.spec.clusterIPs, [clusterIP]);
    const taken = await create('thief', { clusterIP });
    assert.equal(taken.status, 422);
    assert.equal(
      taken.json.message,
      `Service "thief" is invalid: spec.clusterIPs: Invalid value: ["${clusterIP}"]: failed to allocate IP ${clusterIP}: provided IP is already allocated`,
    );
    const manifest = { metadata: { name: 'plain' }, spec: { ports: [{ port: 81 }] } };
    const rewritten = await client.put(`${services}/plain`, manifest);
    assert.equal(rewritten.status, 200, rewritten.text);
    assert.equal(rewritten.json.spec.clusterIP, clusterIP);
    const changed = await client.patch(`${services}/plain`, {
      spec: { clusterIP: '10.43.0.77', clusterIPs: ['10.43.0.77'] },
    });
    assert.match(
      changed.json.message,
      /spec\.clusterIPs\[0\]: Invalid value: \["10\.43\.0\.77"\]: may not change once set/,
    );
    await client.delete(`${services}/plain`);
    assert.equal((await create('heir', { clusterIP })).status, 201);
    const claim = await client.get(`${addresses}/${clusterIP}`);
    assert.deepEqual(claim.json.spec.parentRef, {
      group: '',
      resource: 'services',
      namespace: 'default',
      name: 'heir',
    });
    assert.equal(claim.json.metadata.labels['ipaddress.kubernetes.io/managed-by'], 'ipallocator.k8s.io');
  });

  test("an address that an IPAddress object has is nobody else's", async () => {
    const parentRef = { group: 'example.com', resource: 'things', name: 'a' };
    const claimed = await client.post(addresses, { metadata: { name: '10.43.0.200' }, spec: { parentRef } });
    assert.equal(claimed.status, 201, claimed.text);
    const refused = await create('late', { clusterIP: '10.43.0.200' });
    assert.match(refused.json.message, /failed to allocate IP 10\.43\.0\.200: provided IP is already allocated$/);
  });

  test('more ranges are ServiceCIDR objects', async () => {
    assert.deepEqual((await client.get(`${ranges}/kubernetes`)).json.spec.cidrs, ['10.43.0.0/24']);
    const more = { metadata: { name: 'more' }, spec: { cidrs: ['10.99.0.0/24'] } };
    assert.equal((await create('early', { clusterIP: '10.99.0.7' })).status, 422);
    assert.equal((await client.post(ranges, more)).status, 201);
    const given = await create('there', { clusterIP: '10.99.0.7' });
    assert.equal(given.json.spec.clusterIP, '10.99.0.7');
  });

  test('addresses outside the range are refused; headless and external services have none', async () => {
    const outside = await create('outside', { clusterIP: '10.44.0.1' });
    assert.match(
      outside.json.message,
      /failed to allocate IP 10\.44\.0\.1: the provided network does not match the current range$/,
    );
    const headless = await create('headless', { clusterIP: 'None' });
    assert.deepEqual(headless.json.spec.clusterIPs, ['None']);
    const external = await create('external', { type: 'ExternalName', externalName: 'example.com' });
    assert.equal(external.json.spec.clusterIP, undefined);
    const dual = await create('dual', { ipFamilyPolicy: 'RequireDualStack' });
    assert.match(dual.json.message, /this cluster is not configured for dual-stack services/);
  });

  test('node ports are given, refused when taken, dropped with the type', async () => {
    const asked = await node('asked', 30_005);
    assert.equal(asked.json.spec.ports[0].nodePort, 30_005);
    const again = await node('again', 30_005);
    assert.equal(
      again.json.message,
      'Service "again" is invalid: spec.ports[0].nodePort: Invalid value: 30005: provided port is already allocated',
    );
    const outside = await node('outside', 80);
    assert.match(
      outside.json.message,
      /provided port is not in the valid range\. The range of valid ports is 30000-30009/,
    );
    const plain = await client.patch(`${services}/asked`, { spec: { type: 'ClusterIP' } });
    assert.equal(plain.status, 200, plain.text);
    assert.equal(plain.json.spec.ports[0].nodePort, undefined);
    assert.equal((await node('again', 30_005)).status, 201);
  });

  test('a dry run takes nothing; many at once never share', async () => {
    await create('first');
    for (let index = 0; index < 30; index++) assert.equal((await node('first')).json.reason, 'AlreadyExists');
    for (let index = 0; index < 30; index++)
      assert.equal((await create(`trial-${index}`, { type: 'NodePort' }, '?dryRun=All')).status, 201);
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => node(`many-${index}`)));
    const ports = answers.filter(({ status }) => status === 201).map(({ json }) => json.spec.ports[0].nodePort);
    assert.equal(new Set(ports).size, ports.length);
    assert.equal(ports.length, 9);
    const full = answers.filter(({ status }) => status !== 201);
    assert.ok(full.length > 0);
    assert.match(full[0]?.json.message, /failed to allocate a nodePort: range 30000-30009 is full/);
  });

  test('one number serves a port over TCP and UDP', async () => {
    await client.delete(`${services}?labelSelector=`);
    const both = await create('dns', {
      type: 'NodePort',
      ports: [
        { name: 'a', port: 53, protocol: 'TCP' },
        { name: 'b', port: 53, protocol: 'UDP' },
      ],
    });
    assert.equal(both.status, 201, both.text);
    assert.equal(both.json.spec.ports[0].nodePort, both.json.spec.ports[1].nodePort);
  });
});
