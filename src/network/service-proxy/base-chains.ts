import type { NftChain } from '../firewall/rule-set.ts';

/** Set on connections from outside, which must come back through this node when the endpoint is on another one. */
export const masqueradeMark = '0x4000';

export interface BaseChainOptions {
  readonly ip: 'ip' | 'ip6';
  /** All pods of the cluster, this family. */
  readonly clusterCidr: string;
  /** Pods of this node. */
  readonly podCidr?: string;
}

/** Where the service proxy's table hangs in the kernel; the same for every set of Services. */
export function baseChains({ ip, clusterCidr, podCidr }: BaseChainOptions): readonly (readonly [string, NftChain])[] {
  const nat = (hook: string, priority: number) => `type nat hook ${hook} priority ${priority}; policy accept;`;
  const filter = (hook: string) => `type filter hook ${hook} priority -10; policy accept;`;
  const refuseServices = [
    'ct state != new accept',
    `${ip} daddr . meta l4proto . th dport vmap @refused_ips`,
    // A Service's address answers on its own ports only.
    `${ip} daddr @cluster_ips goto refuse`,
  ];
  const [loopback, multicast] = ip === 'ip' ? ['127.0.0.0/8', '224.0.0.0/4'] : ['::1', 'ff00::/8'];
  const elsewhere = podCidr ? `${ip} daddr != ${podCidr} ` : '';
  return [
    ['prerouting', { hook: nat('prerouting', -100), rules: ['goto services'] }],
    ['output', { hook: nat('output', -100), rules: ['goto services'] }],
    [
      'services',
      {
        rules: [
          `${ip} daddr . meta l4proto . th dport vmap @service_ips`,
          `fib daddr type local ${ip} daddr != ${loopback} meta l4proto . th dport vmap @node_ports`,
        ],
      },
    ],
    [
      'postrouting',
      {
        hook: nat('postrouting', 100),
        rules: [
          // A pod that reaches itself through a Service must not see its own address as the peer's.
          `${ip} saddr . ${ip} daddr @hairpins masquerade`,
          `meta mark & ${masqueradeMark} == ${masqueradeMark} ${elsewhere}masquerade`,
          `${ip} saddr ${clusterCidr} ${ip} daddr != ${clusterCidr} ${ip} daddr != ${multicast} oifname != "lo" masquerade`,
        ],
      },
    ],
    ['forward', { hook: filter('forward'), rules: refuseServices }],
    ['host_output', { hook: filter('output'), rules: refuseServices }],
    [
      'input',
      {
        hook: filter('input'),
        rules: ['ct state != new accept', 'fib daddr type local meta l4proto . th dport vmap @refused_ports'],
      },
    ],
    // A reset ends a connection attempt at once; after an ICMP error clients try again for a second.
    ['refuse', { rules: ['meta l4proto tcp reject with tcp reset', 'reject'] }],
  ];
}
