/** What the reference CNI plugins are told (github.com/containernetworking/cni, SPEC 1.0). */
export interface ConflistOptions {
  readonly bridge: string;
  /** This node's pod ranges, one for each family. */
  readonly podCidrs: readonly string[];
  /** Where addresses that are in use are noted. */
  readonly ipamDir: string;
  readonly mtu: number;
}

/**
 * Pods hang on one bridge with isolated ports: whatever they send goes through the host, also to a pod beside them, so
 * that Services and policies see every packet, whether the kernel has br_netfilter or not.
 */
export function conflist({ bridge, podCidrs, ipamDir, mtu }: ConflistOptions): string {
  const defaults = podCidrs.map((cidr) => ({ dst: cidr.includes(':') ? '::/0' : '0.0.0.0/0' }));
  return `${JSON.stringify(
    {
      cniVersion: '1.0.0',
      name: bridge,
      plugins: [
        {
          type: 'bridge',
          bridge,
          isGateway: true,
          hairpinMode: true,
          portIsolation: true,
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
