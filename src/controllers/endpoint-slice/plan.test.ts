import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice } from '../../api/schema/generated/types/discovery-v1.ts';
import { planSlices } from './plan.ts';

const metadata = { namespace: 'default', generateName: 'web-', labels: { app: 'web' } };
const ports = [{ name: 'http', port: 80, protocol: 'TCP' }];

function endpoint(number: number) {
  return { addresses: [`10.0.${number >> 8}.${number & 255}`], conditions: { ready: true } };
}

function range(from: number, to: number) {
  return Array.from({ length: to - from }, (_, at) => endpoint(from + at));
}

function slice(name: string, from: number, to: number): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'default', name, labels: { app: 'web' } },
    addressType: 'IPv4',
    ports,
    endpoints: range(from, to),
  };
}

function plan(wanted: ReturnType<typeof range>, existing: readonly EndpointSlice[]) {
  const result = planSlices([{ addressType: 'IPv4', ports, endpoints: wanted }], existing, metadata);
  return {
    create: result.create.map(({ endpoints }) => endpoints?.length),
    update: result.update.map((s) => `${s.metadata.name}:${s.endpoints?.length}`),
    delete: result.delete.map((s) => s.metadata.name),
  };
}

const rows = [
  { name: 'what is there already is left alone', wanted: range(0, 3), existing: [slice('a', 0, 3)], want: {} },
  { name: 'the first endpoints make a slice', wanted: range(0, 3), existing: [], want: { create: [3] } },
  { name: 'without endpoints there is one empty slice', wanted: [], existing: [], want: { create: [0] } },
  { name: 'more than 100 make more slices', wanted: range(0, 250), existing: [], want: { create: [100, 100, 50] } },
  {
    name: 'a new endpoint goes where there is room',
    wanted: range(0, 151),
    existing: [slice('full', 0, 100), slice('half', 100, 150)],
    want: { update: ['half:51'] },
  },
  {
    name: 'a slice that is written anyway takes what fits',
    wanted: [...range(1, 100), ...range(100, 150), endpoint(200)],
    existing: [slice('a', 0, 100), slice('b', 100, 150)],
    want: { update: ['a:100'] },
  },
  {
    name: 'a slice that lost all its endpoints goes',
    wanted: range(0, 100),
    existing: [slice('a', 0, 100), slice('b', 100, 110)],
    want: { delete: ['b'] },
  },
];
for (const { name, wanted, existing, want } of rows)
  test(name, () => assert.deepEqual(plan(wanted, existing), { create: [], update: [], delete: [], ...want }));
