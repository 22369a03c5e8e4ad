import type { ApiServerSettings } from './apiserver/settings/settings.ts';
import type { Cidr } from './base/cidr.ts';
import type { IpAddress } from './base/ip.ts';
import type { NodeSettings } from './node/settings.ts';

/** What a server is started with: everything parsed, checked and completed; nothing below looks at flags, files or variables. */
export interface ServerOptions {
  /** Absolute. All state is below it. */
  readonly dataDir: string;
  /** Absolute. Has `bin` (containerd, runc, catatonit …), `cni` (network plugins) and `aux` (network tools; last in PATH). */
  readonly runtimeDir: string;
  readonly kubeconfig: { readonly path: string; readonly mode: number };
  readonly bindAddress: IpAddress;
  readonly httpsListenPort: number;
  readonly nodeName: string;
  /** The node's InternalIPs: one, or one of each family with the primary family first. */
  readonly nodeIps: readonly [IpAddress, ...IpAddress[]];
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly nodeTaints: readonly NodeTaint[];
  /** One, or one of each family in the order of `nodeIps`; the same number and order as `serviceCidrs`. */
  readonly clusterCidrs: readonly [Cidr, ...Cidr[]];
  readonly serviceCidrs: readonly [Cidr, ...Cidr[]];
  /** Both ends included. */
  readonly serviceNodePortRange: { readonly first: number; readonly last: number };
  /** The address of the cluster's DNS, one for each service CIDR, in the same order. */
  readonly clusterDns: readonly [IpAddress, ...IpAddress[]];
  readonly clusterDomain: string;
  /** More names and addresses for the serving certificate. */
  readonly tlsSans: readonly string[];
  /** Left out: the server makes one at its first start. Never log it. */
  readonly token?: string;
  readonly disabled: ReadonlySet<PackagedComponent>;
  /** No node on this machine: control plane only. */
  readonly disableAgent: boolean;
  /** What was set by kubelet's flags. */
  readonly nodeSettings: NodeSettings;
  /** What was set by kube-apiserver's flags. */
  readonly apiServerSettings: ApiServerSettings;
  readonly debug: boolean;
  /** Lines go to this file instead of standard error. */
  readonly logFile?: string;
}

export interface NodeTaint {
  readonly key: string;
  readonly value: string;
  readonly effect: TaintEffect;
}

export const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;
export type TaintEffect = (typeof taintEffects)[number];

export const packagedComponents = ['dns', 'ingress', 'service-lb', 'local-path', 'metrics'] as const;
export type PackagedComponent = (typeof packagedComponents)[number];

/** The node agent's own port, kubelet's. */
export const kubeletPort = 10250;

/** Where containerd of this data directory listens. */
export function containerdSocket(dataDir: string): string {
  return `${dataDir}/agent/run/containerd/containerd.sock`;
}
