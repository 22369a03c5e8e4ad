import { type Cidr, formatCidr, nthAddress, parseCidr } from '../../base/cidr.ts';
import { formatIp } from '../../base/ip.ts';
import { NetworkError } from '../network-error.ts';

/** The pods' gateway on a node, as commands for `ip -batch` and kernel settings: values, applied elsewhere. */
export interface GatewayPlan {
  /** May fail because the link is there already. */
  readonly create: string;
  readonly configure: readonly string[];
  /** Files below /proc/sys with their value. */
  readonly sysctls: readonly (readonly [path: string, value: string])[];
  /** The node's own addresses towards the pods, one for each range. */
  readonly gateways: readonly string[];
}

export interface GatewayOptions {
  readonly name: string;
  readonly podCidrs: readonly string[];
  readonly serviceCidrs: readonly string[];
  readonly mtu: number;
}

/**
 * Plans the link that holds the gateways. Pods hang on links of their own, each with a route; this one is there before
 * them, answers for the cluster's DNS, and takes what is sent to pods that are gone, so that it is told unreachable
 * and does not leave the machine. Errors: NetworkError `config` for a range that cannot hold a gateway.
 */
export function planGateway({ name, podCidrs, serviceCidrs, mtu }: GatewayOptions): GatewayPlan {
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
      `link set dev ${name} mtu ${mtu} up`,
      ...ranges.map(
        ({ family, prefix }, at) =>
          `address replace ${gateways[at]}/${prefix} dev ${name}${family === 6 ? ' nodad' : ''}`,
      ),
      ...routes,
    ],
    sysctls: [
      ['net/ipv4/ip_forward', '1'],
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
