import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Taint } from '../../api/schema/generated/types/core-v1.ts';
import { silentConditions, wantedTaints } from './plan.ts';

const nowMs = Date.UTC(2026, 0, 1);

function nodeWith(conditions: Readonly<Record<string, string>>, spec: NonNullable<Node['spec']> = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1' },
    spec,
    status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
  };
}

const own: Taint = { key: 'team', value: 'a', effect: 'NoSchedule' };
const rows = [
  { name: 'a ready node has no taints of ours', node: nodeWith({ Ready: 'True' }), want: undefined },
  { name: 'not ready', node: nodeWith({ Ready: 'False' }), want: ['not-ready:NoSchedule', 'not-ready:NoExecute'] },
  {
    name: 'not heard of',
    node: nodeWith({ Ready: 'Unknown' }),
    want: ['unreachable:NoSchedule', 'unreachable:NoExecute'],
  },
  {
    name: 'nobody is driven away while no node is ready',
    node: nodeWith({ Ready: 'Unknown' }),
    evicts: false,
    want: ['unreachable:NoSchedule'],
  },
  {
    name: 'a node that has said nothing yet keeps the taint it came with',
    node: nodeWith({}, { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] }),
    want: undefined,
  },
  { name: 'pressure', node: nodeWith({ Ready: 'True', DiskPressure: 'True' }), want: ['disk-pressure:NoSchedule'] },
  { name: 'cordoned', node: nodeWith({ Ready: 'True' }, { unschedulable: true }), want: ['unschedulable:NoSchedule'] },
  {
    name: 'ready again: ours go, others stay',
    node: nodeWith(
      { Ready: 'True' },
      { taints: [own, { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] },
    ),
    want: ['team:NoSchedule'],
  },
];
for (const { name, node, want, evicts = true } of rows)
  test(name, () => {
    const taints = wantedTaints(node, { evicts, nowMs });
    assert.deepEqual(
      taints?.map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`),
      want,
    );
  });

test('a silent node is Unknown in everything it reports, once', () => {
  const conditions = silentConditions(
    nodeWith({ Ready: 'True', DiskPressure: 'False', NetworkUnavailable: 'False' }),
    nowMs,
  );
  assert.deepEqual(
    conditions?.map(({ type, status, reason }) => [type, status, reason]),
    [
      ['Ready', 'Unknown', 'NodeStatusUnknown'],
      ['DiskPressure', 'Unknown', 'NodeStatusUnknown'],
      ['NetworkUnavailable', 'False', undefined],
      ['MemoryPressure', 'Unknown', 'NodeStatusNeverUpdated'],
      ['PIDPressure', 'Unknown', 'NodeStatusNeverUpdated'],
    ],
  );
  const again = { ...nodeWith({}), status: { conditions: conditions ?? [] } };
  assert.equal(silentConditions(again, nowMs), undefined);
});
