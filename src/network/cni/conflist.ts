/** What the reference CNI plugins are told (github.com/containernetworking/cni, SPEC 1.0). */
export interface ConflistOptions {
  /** Of the network; the runtime shows it. */
  readonly name: string;
  /** This node's pod ranges, one for each family. */
  readonly podCidrs: readonly string[];
  /** Where addresses that are in use are noted. */
  readonly ipamDir: string;
  readonly mtu: number;
}

/**
 * Each pod has a link of its own to the node, and the node a route to each pod: whatever pods send is routed, also to a
 * pod beside them, so that Services and policies see every packet (docs/decisions/0002-routed-pods.md).
 */
export function conflist({ name, podCidrs, ipamDir, mtu }: ConflistOptions): string {
  const defaults = podCidrs.map((cidr) => ({ dst: cidr.includes(':') ? '::/0' : '0.0.0.0/0' }));
  return `${JSON.stringify(
    {
      cniVersion: '1.0.0',
      name,
      plugins: [
        {
          type: 'ptp',
          ipMasq: false,
          mtu,
          ipam: {
            type: 'host-local',
            dataDir: ipamDir,
            ranges: podCidrs.map((subnet) => [{ subnet }]),
            routes: defaults,
          },
        },
        { type: 'portmap', backend: 'nftables', capabilities: { portMappings: true }, snat: true },
        { type: 'bandwidth', capabilities: { bandwidth: true } },
      ],
    },
    null,
    2,
  )}\n`;
}
