import assert from 'node:assert/strict';
import test from 'node:test';
import { type Draft, draftOf } from '../object.ts';
import type { Service, ServiceSpec } from '../schema/generated/types/core-v1.ts';
import { defaultService } from './service-defaults.ts';
import { prepareNewService, prepareServiceUpdate } from './service-strategy.ts';

function serviceOf(spec: Draft<ServiceSpec>): Draft<Service> {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec };
}

function defaulted(spec: Draft<ServiceSpec>): Draft<ServiceSpec> | undefined {
  const service = serviceOf(spec);
  defaultService(service);
  return service.spec;
}

test('defaults of a service inside the cluster', () => {
  assert.deepEqual(defaulted({ ports: [{ port: 80 }] }), {
    type: 'ClusterIP',
    sessionAffinity: 'None',
    internalTrafficPolicy: 'Cluster',
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
  });
});

test('defaults of a load balancer with affinity', () => {
  assert.deepEqual(
    defaulted({ type: 'LoadBalancer', sessionAffinity: 'ClientIP', ports: [{ port: 80, targetPort: 'web' }] }),
    {
      type: 'LoadBalancer',
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
      externalTrafficPolicy: 'Cluster',
      internalTrafficPolicy: 'Cluster',
      allocateLoadBalancerNodePorts: true,
      ports: [{ port: 80, protocol: 'TCP', targetPort: 'web' }],
    },
  );
});

test('addresses of a load balancer are virtual, also where the status is written without the spec', () => {
  const status = () => ({ loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'lb' }] } });
  const whole: Draft<Service> = { ...serviceOf({ type: 'LoadBalancer' }), status: status() };
  const alone: Draft<Service> = { ...serviceOf({}), status: status() };
  const inside: Draft<Service> = { ...serviceOf({ type: 'ClusterIP' }), status: status() };
  for (const service of [whole, alone, inside]) defaultService(service);
  const virtual = [{ ip: '192.0.2.1', ipMode: 'VIP' }, { hostname: 'lb' }];
  assert.deepEqual(whole.status?.loadBalancer?.ingress, virtual);
  assert.deepEqual(alone.status?.loadBalancer?.ingress, virtual);
  assert.equal(inside.status?.loadBalancer?.ingress?.[0]?.ipMode, undefined);
});

test('a name has no traffic policy; external addresses have one', () => {
  assert.deepEqual(defaulted({ type: 'ExternalName', externalName: 'x' }), {
    type: 'ExternalName',
    externalName: 'x',
    sessionAffinity: 'None',
  });
  assert.equal(defaulted({ externalIPs: ['1.1.1.1'] })?.externalTrafficPolicy, 'Cluster');
});

test('a new service: no status, one address is the list of addresses', () => {
  const service = serviceOf({ clusterIP: 'None' });
  prepareNewService(service);
  assert.deepEqual(service.status, { loadBalancer: {} });
  assert.deepEqual(service.spec?.clusterIPs, ['None']);
});

const stored: Draft<ServiceSpec> = {
  type: 'NodePort',
  clusterIP: '10.43.0.9',
  clusterIPs: ['10.43.0.9'],
  ipFamilies: ['IPv4'],
  ipFamilyPolicy: 'SingleStack',
  externalTrafficPolicy: 'Cluster',
  internalTrafficPolicy: 'Cluster',
  ports: [
    { port: 80, protocol: 'TCP', nodePort: 30_080 },
    { port: 81, protocol: 'TCP', nodePort: 30_081 },
  ],
};

function updated(spec: Draft<ServiceSpec>): Draft<ServiceSpec> | undefined {
  const service = serviceOf(spec);
  prepareServiceUpdate(service, serviceOf(draftOf(stored)) as Service);
  return service.spec;
}

test('who writes an old manifest again keeps address and node ports', () => {
  const spec = updated({
    type: 'NodePort',
    ports: [
      { port: 80, protocol: 'TCP' },
      { port: 82, protocol: 'TCP', nodePort: 30_081 },
      { port: 81, protocol: 'TCP' },
    ],
  });
  assert.equal(spec?.clusterIP, '10.43.0.9');
  assert.deepEqual(spec?.clusterIPs, ['10.43.0.9']);
  assert.deepEqual(
    spec?.ports?.map(({ nodePort }) => nodePort),
    [30_080, 30_081, undefined],
  );
});

test('a type that needs no node ports gives them back', () => {
  const spec = updated({ ...draftOf(stored), type: 'ClusterIP' });
  assert.deepEqual(
    spec?.ports?.map(({ nodePort }) => nodePort),
    [undefined, undefined],
  );
  assert.equal(spec?.externalTrafficPolicy, undefined);
  assert.equal(spec?.clusterIP, '10.43.0.9');
});

test('a type that needs no address gives it back, unless it was changed', () => {
  const spec = updated({ ...draftOf(stored), type: 'ExternalName', externalName: 'x' });
  assert.deepEqual(
    [spec?.clusterIP, spec?.clusterIPs, spec?.ipFamilies, spec?.ipFamilyPolicy, spec?.internalTrafficPolicy],
    [undefined, undefined, undefined, undefined, undefined],
  );
  const changed = updated({ ...draftOf(stored), type: 'ExternalName', clusterIP: '10.43.0.10' });
  assert.equal(changed?.clusterIP, '10.43.0.10');
});
