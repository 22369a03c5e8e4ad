import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createLab } from '../testing/lab.ts';
import { createNftApplier } from './nft.ts';
import { type NftChain, type RuleSet, transaction } from './rule-set.ts';

const nat: NftChain = { hook: 'type nat hook prerouting priority -100; policy accept;', rules: ['goto services'] };
const lookup = 'ip daddr . meta l4proto . th dport vmap @service_ips';

function rules(services: Readonly<Record<string, string>>, more: Partial<RuleSet> = {}): RuleSet {
  const elements = Object.keys(services).map((address) => [`${address} . tcp . 80`, `goto svc-${address.slice(-1)}`]);
  return {
    family: 'ip',
    table: 'k3ts',
    sets: new Map([
      [
        'service_ips',
        {
          kind: 'map',
          type: 'ipv4_addr . inet_proto . inet_service : verdict',
          elements: new Map(elements.map(([key = '', value]) => [key, value])),
        },
      ],
    ]),
    chains: new Map<string, NftChain>([
      ['prerouting', nat],
      ['services', { rules: [lookup] }],
      ...Object.entries(services).map(
        ([address, target]) =>
          [`svc-${address.slice(-1)}`, { rules: [`meta l4proto tcp dnat to ${target}:8080`] }] as const,
      ),
    ]),
    ...more,
  };
}

async function machine(t: TestContext) {
  const lab = await createLab(t);
  const listed = async () => (await lab.node([lab.nft, 'list', 'table', 'ip', 'k3ts'])).stdout;
  const applier = createNftApplier({ nft: lab.nft, family: 'ip', table: 'k3ts' });
  /** What a table looks like that has these rules and no history. */
  const fresh = async (wanted: RuleSet) => {
    const other = createNftApplier({ nft: lab.nft, family: 'ip', table: 'fresh' });
    await other.apply({ ...wanted, table: 'fresh' });
    const text = (await lab.node([lab.nft, 'list', 'table', 'ip', 'fresh'])).stdout;
    await other.remove();
    return normal(text.replace('table ip fresh', 'table ip k3ts'));
  };
  return { ...lab, listed: async () => normal(await listed()), applier, fresh };
}

/** Chains and sets are listed in the order in which they were made; elements by their hash. */
function normal(text: string): readonly string[] {
  return text
    .split(/\n(?=\t\w)/)
    .map((block) =>
      block.replace(/\s+/g, ' ').replace(/elements = \{(.*)\}/, (_, list: string) =>
        list
          .split(',')
          .map((each) => each.trim())
          .sort()
          .join(', '),
      ),
    )
    .map((block) => block.replace(/[ }]+$/, ''))
    .sort();
}

const [a, b, c] = ['10.43.0.1', '10.43.0.2', '10.43.0.3'];

test('each change leads to what a new table would hold', { timeout: 60_000 }, async (t) => {
  const { applier, listed, fresh } = await machine(t);
  const affinity = { kind: 'set', type: 'ipv4_addr', options: 'flags dynamic,timeout; timeout 60s;' } as const;
  const withSet = rules({ [a]: '10.42.0.2' });
  const steps: readonly (readonly [string, RuleSet])[] = [
    ['nothing', rules({})],
    ['two Services', rules({ [a]: '10.42.0.2', [b]: '10.42.0.3' })],
    ['another target', rules({ [a]: '10.42.0.9', [b]: '10.42.0.3' })],
    ['one gone, one new', rules({ [b]: '10.42.0.3', [c]: '10.42.0.4' })],
    ['a set more', { ...withSet, sets: new Map([...withSet.sets, ['aff-1', affinity]]) }],
    [
      'the set declared otherwise',
      {
        ...withSet,
        sets: new Map([...withSet.sets, ['aff-1', { ...affinity, options: 'flags dynamic,timeout; timeout 90s;' }]]),
      },
    ],
    ['all gone', rules({})],
  ];
  for (const [name, wanted] of steps) {
    await applier.apply(wanted);
    assert.deepEqual(await listed(), await fresh(wanted), name);
  }
});

test('what is not changed is not touched', () => {
  const before = rules({ [a]: '10.42.0.2', [b]: '10.42.0.3' });
  assert.equal(transaction(before, rules({ [a]: '10.42.0.2', [b]: '10.42.0.3' })), '');
  const script = transaction(before, rules({ [a]: '10.42.0.9', [b]: '10.42.0.3' }));
  assert.equal(script, 'flush chain ip k3ts svc-1\nadd rule ip k3ts svc-1 meta l4proto tcp dnat to 10.42.0.9:8080\n');
});

test('a table that somebody else changed or deleted is replaced', { timeout: 60_000 }, async (t) => {
  const { applier, listed, fresh, node, nft } = await machine(t);
  await applier.apply(rules({ [a]: '10.42.0.2' }));
  await node([nft, 'delete', 'table', 'ip', 'k3ts']);
  const second = rules({ [b]: '10.42.0.3' });
  await applier.apply(second);
  assert.deepEqual(await listed(), await fresh(second));

  await node([nft, 'flush', 'chain', 'ip', 'k3ts', 'services']);
  await node([nft, 'delete', 'element', 'ip', 'k3ts', 'service_ips', `{ ${b} . tcp . 80 }`]);
  const third = rules({ [c]: '10.42.0.4' });
  await applier.apply(third);
  assert.deepEqual(await listed(), await fresh(third));
});

test('of many wishes at once the last one holds', { timeout: 60_000 }, async (t) => {
  const { applier, listed, fresh } = await machine(t);
  const wishes = [a, b, c].map((address) => rules({ [address]: '10.42.0.2' }));
  await Promise.all(wishes.map((wanted) => applier.apply(wanted)));
  assert.deepEqual(await listed(), await fresh(rules({ [c]: '10.42.0.2' })));
  await applier.remove();
  assert.deepEqual(await listed(), ['']);
});

test('rules that the kernel refuses are an error that says why, and the old ones hold', {
  timeout: 60_000,
}, async (t) => {
  const { applier, listed } = await machine(t);
  await applier.apply(rules({ [a]: '10.42.0.2' }));
  const before = await listed();
  await assert.rejects(applier.apply(rules({ [a]: '[' })), /cannot apply firewall rules: nft says: .*syntax error/);
  assert.deepEqual(await listed(), before);
  await applier.apply(rules({}));
});
