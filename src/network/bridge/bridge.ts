import { type Cidr, formatCidr, nthAddress, parseCidr } from '../../base/cidr.ts';
import { formatIp } from '../../base/ip.ts';
import { NetworkError } from '../network-error.ts';

/** The pods' bridge of a node, as commands for `ip -batch` and kernel settings: values, applied elsewhere. */
export interface BridgePlan {
  /** Commands that may fail because the thing is there already come first. */
  readonly create: string;
  readonly configure: readonly string[];
  /** Files below /proc/sys with their value. */
  readonly sysctls: readonly (readonly [path: string, value: string])[];
  /** The node's own addresses on the bridge: the pods' gateways, one for each range. */
  readonly gateways: readonly string[];
}

export interface BridgeOptions {
  readonly name: string;
  readonly podCidrs: readonly string[];
  readonly serviceCidrs: readonly string[];
  readonly mtu: number;
}

/** Plans the bridge. Errors: NetworkError `config` for a range that cannot hold a gateway. */
export function planBridge({ name, podCidrs, serviceCidrs, mtu }: BridgeOptions): BridgePlan {
  const ranges = podCidrs.map((text) => parsed(text));
  const gateways = ranges.map((cidr) => gatewayOf(cidr));
  const ofFamily = (cidr: Cidr) => ranges.findIndex(({ family }) => family === cidr.family);
  const routes = serviceCidrs.flatMap((text) => {
    const cidr = parsed(text);
    const gateway = gateways[ofFamily(cidr)];
    // The host's own connections to Services start here: with a source address that pods on every node can answer.
    return gateway ? [`route replace ${formatCidr(cidr)} dev ${name} src ${gateway}`] : [];
  });
  return {
    gateways,
    create: `link add name ${name} type bridge`,
    configure: [
      `link set dev ${name} address ${hardwareAddress(gateways[0] ?? '')} mtu ${mtu} up`,
      ...ranges.map(
        ({ family, prefix }, at) =>
          `address replace ${gateways[at]}/${prefix} dev ${name}${family === 6 ? ' nodad' : ''}`,
      ),
      ...routes,
    ],
    sysctls: [
      ['net/ipv4/ip_forward', '1'],
      // Ports are isolated; the host answers for the pods beside each other, so that all their packets come through it.
      [`net/ipv4/conf/${name}/proxy_arp_pvlan`, '1'],
      [`net/ipv4/conf/${name}/send_redirects`, '0'],
      ['net/ipv4/conf/all/send_redirects', '0'],
      ...(ranges.some(({ family }) => family === 6) ? ([['net/ipv6/conf/all/forwarding', '1']] as const) : []),
    ],
  };
}

function parsed(text: string): Cidr {
  const cidr = parseCidr(text);
  if (!cidr)
    throw new NetworkError('config', `cannot use the range ${JSON.stringify(text)}: not a CIDR such as 10.42.0.0/24`);
  return cidr;
}

/** The first address of a node's range belongs to the node. */
export function gatewayOf(cidr: Cidr): string {
  const address = nthAddress(cidr, 1);
  if (!address)
    throw new NetworkError('config', `cannot use the pod range ${formatCidr(cidr)}: it has no room for a gateway`);
  return formatIp(address);
}

/** A fixed address: a bridge without one takes over its ports' and changes whenever pods come and go. */
function hardwareAddress(gateway: string): string {
  const bytes = gateway.includes('.') ? gateway.split('.').map(Number) : [...Buffer.from(gateway).subarray(-4)];
  return ['0a', '58', ...bytes.slice(0, 4).map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}
