import { join } from 'node:path';

/** Where the pieces of the container runtime lie on this machine. */
export interface RuntimePaths {
  readonly containerd: string;
  /** containerd-shim-runc-v2. */
  readonly shim: string;
  readonly ctr: string;
  readonly runc: string;
  /** Folder of the CNI plugins (ptp, host-local, portmap, loopback). */
  readonly cniBinDir: string;
  /** The static program that the pause image is made of. */
  readonly catatonit: string;
}

/** Everything the node agent keeps on disk, below the data directory. */
export interface AgentLayout {
  readonly agent: string;
  readonly containerdConfig: string;
  readonly containerdRoot: string;
  readonly containerdState: string;
  readonly containerdSocket: string;
  readonly containerdPid: string;
  readonly containerdLog: string;
  readonly registryConfig: string;
  readonly cniConfDir: string;
  readonly images: string;
  readonly podManifests: string;
  readonly pods: string;
  readonly checkpoints: string;
  readonly podLogs: string;
  readonly resolvConf: string;
}

export function agentLayout(dataDir: string): AgentLayout {
  const agent = join(dataDir, 'agent');
  return {
    agent,
    containerdConfig: join(agent, 'etc/containerd/config.toml'),
    containerdRoot: join(agent, 'containerd'),
    containerdState: join(agent, 'run/containerd'),
    containerdSocket: join(agent, 'run/containerd/containerd.sock'),
    containerdPid: join(agent, 'run/containerd.pid'),
    containerdLog: join(agent, 'containerd/containerd.log'),
    registryConfig: join(agent, 'etc/containerd/certs.d'),
    cniConfDir: join(agent, 'etc/cni/net.d'),
    images: join(agent, 'images'),
    podManifests: join(agent, 'pod-manifests'),
    pods: join(agent, 'pods'),
    checkpoints: join(agent, 'checkpoints'),
    podLogs: dataDir === '/var/lib/k3ts' ? '/var/log/pods' : join(agent, 'pod-logs'),
    resolvConf: join(agent, 'etc/resolv.conf'),
  };
}

export const pauseImage = 'docker.io/k3ts/pause:1';

/** Plugins that a Kubernetes node does not use; each costs memory or touches folders outside the data directory. */
const unusedPlugins = [
  ...['blockfile', 'btrfs', 'devmapper', 'erofs', 'native', 'zfs'].map(
    (name) => `io.containerd.snapshotter.v1.${name}`,
  ),
  'io.containerd.differ.v1.erofs',
  'io.containerd.internal.v1.opt',
  'io.containerd.monitor.container.v1.restart',
  'io.containerd.mount-handler.v1.erofs',
  'io.containerd.tracing.processor.v1.otlp',
];

export interface ContainerdOptions {
  readonly layout: AgentLayout;
  readonly paths: RuntimePaths;
  /** Without CAP_SYS_RESOURCE an OOM score cannot be lowered; containerd must then not try. */
  readonly restrictOomScoreAdj: boolean;
}

/** The text of containerd's configuration file (version 3, containerd 2.x). */
export function containerdConfig({ layout, paths, restrictOomScoreAdj }: ContainerdOptions): string {
  const text = (value: string) => JSON.stringify(value);
  return `# Written by k3ts at every start; changes are lost.
version = 3
root = ${text(layout.containerdRoot)}
state = ${text(layout.containerdState)}
disabled_plugins = [${unusedPlugins.map(text).join(', ')}]

[grpc]
  address = ${text(layout.containerdSocket)}

[plugins.'io.containerd.nri.v1.nri']
  disable = true

[plugins.'io.containerd.image-verifier.v1.bindir']
  bin_dir = ${text(join(layout.agent, 'etc/containerd/image-verifier'))}

[plugins.'io.containerd.cri.v1.images']
  snapshotter = 'overlayfs'
  disable_snapshot_annotations = true
  [plugins.'io.containerd.cri.v1.images'.pinned_images]
    sandbox = ${text(pauseImage)}
  [plugins.'io.containerd.cri.v1.images'.registry]
    config_path = ${text(layout.registryConfig)}

[plugins.'io.containerd.cri.v1.runtime']
  enable_cdi = false
  netns_mounts_under_state_dir = true
  restrict_oom_score_adj = ${restrictOomScoreAdj}
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = [${text(paths.cniBinDir)}]
    conf_dir = ${text(layout.cniConfDir)}
    use_internal_loopback = true
  [plugins.'io.containerd.cri.v1.runtime'.containerd]
    default_runtime_name = 'runc'
    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
      runtime_type = 'io.containerd.runc.v2'
      runtime_path = ${text(paths.shim)}
      [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
        BinaryName = ${text(paths.runc)}
        Root = ${text(join(layout.containerdState, 'runc'))}
        SystemdCgroup = false
`;
}
