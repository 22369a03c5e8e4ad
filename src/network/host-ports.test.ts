import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCidr } from '../base/cidr.ts';
import { podRules, removeHostPorts } from './host-ports.ts';
import { createLab } from './testing/lab.ts';

/** As the plugin `portmap` makes it. */
const listing = `table ip cni_hostport { # handle 4
	comment "CNI portmap plugin"
	chain hostports { # handle 1
		tcp dport 1880 dnat to 10.42.0.2:80 comment "d49e" # handle 11
		tcp dport 1881 dnat to [fd00:42::2]:80 comment "d49e" # handle 12
	}

	chain prerouting { # handle 6
		type nat hook prerouting priority dstnat; policy accept;
		fib daddr type local jump hostports # handle 7
	}

	chain masquerading { # handle 10
		ip saddr 10.42.0.2 ip daddr 10.42.0.2 masquerade comment "d49e" # handle 13
		ip saddr 127.0.0.1 ip daddr 10.42.0.2 masquerade comment "d49e" # handle 14
	}
}
`;

test('the rules of pods are told from those that belong to the table', () => {
  assert.deepEqual(podRules(listing), [
    { chain: 'hostports', handle: 11, address: '10.42.0.2' },
    { chain: 'hostports', handle: 12, address: 'fd00:42::2' },
    { chain: 'masquerading', handle: 13, address: '10.42.0.2' },
    { chain: 'masquerading', handle: 14, address: '10.42.0.2' },
  ]);
});

test("the host ports of our pods go, those of others' stay", { timeout: 30_000 }, async (t) => {
  const lab = await createLab(t);
  const add = (port: number, target: string) =>
    lab.node([lab.nft, `add rule ip cni_hostport hostports tcp dport ${port} dnat to ${target}`]);
  await lab.node([lab.nft, 'add table ip cni_hostport']);
  await lab.node([lab.nft, 'add chain ip cni_hostport hostports { type nat hook prerouting priority -100; }']);
  await add(1880, '10.42.0.2:80');
  await add(1881, '10.88.0.2:80');
  const [ours, theirs] = ['10.42.0.0/24', '10.88.0.0/16'].map((text) =>
    [parseCidr(text)].filter((cidr) => cidr !== undefined),
  );
  assert.deepEqual(await removeHostPorts(lab.nft, ours ?? []), ['1 rules of nftables table ip cni_hostport']);
  const { stdout } = await lab.node([lab.nft, 'list', 'table', 'ip', 'cni_hostport']);
  assert.match(stdout, /10\.88\.0\.2/);
  assert.doesNotMatch(stdout, /10\.42\.0\.2/);
  assert.deepEqual(await removeHostPorts(lab.nft, theirs ?? []), ['nftables table ip cni_hostport']);
  assert.deepEqual(await removeHostPorts(lab.nft, ours ?? []), []);
});
