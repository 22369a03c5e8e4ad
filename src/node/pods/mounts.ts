import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Input } from '../runtime/codec.ts';
import type { Mount, MountPropagation } from '../runtime/generated/cri.ts';
import { bindSubPath } from '../volumes/sub-path.ts';
import type { Volumes } from '../volumes/volumes.ts';
import { defaultTerminationMessagePath } from './container-config.ts';
import type { EnvVariable } from './env.ts';
import { NotYet } from './errors.ts';
import { expand } from './expand.ts';
import { podHosts } from './hosts.ts';
import type { Container, Pod } from './types.ts';

export interface MountOptions {
  readonly volumes: Volumes;
  readonly attempt: number;
  readonly env: readonly EnvVariable[];
  readonly podIps: readonly string[];
  readonly clusterDomain: string;
}

const propagations: Readonly<Record<string, MountPropagation>> = {
  None: 'PROPAGATION_PRIVATE',
  HostToContainer: 'PROPAGATION_HOST_TO_CONTAINER',
  Bidirectional: 'PROPAGATION_BIDIRECTIONAL',
};

/** Everything that is mounted into a container: its volumes, /etc/hosts, the file for its termination message. */
export async function containerMounts(
  pod: Pod,
  container: Container,
  options: MountOptions,
): Promise<readonly Input<Mount>[]> {
  const mounts: Input<Mount>[] = [];
  for (const [index, wanted] of (container.volumeMounts ?? []).entries()) {
    const volume = options.volumes.find(pod, wanted.name);
    if (!volume)
      throw new NotYet(
        'CreateContainerConfigError',
        `cannot find volume "${wanted.name}" to mount into container "${container.name}"`,
      );
    const readonly = (wanted.readOnly ?? false) || (volume.readOnly ?? false);
    const recursive = readonly && (wanted.recursiveReadOnly === 'Enabled' || wanted.recursiveReadOnly === 'IfPossible');
    mounts.push({
      containerPath: wanted.mountPath.startsWith('/') ? wanted.mountPath : `/${wanted.mountPath}`,
      hostPath: await hostPathOf(pod, container, { volumePath: volume.path, wanted, index, options }),
      readonly,
      recursiveReadOnly: recursive,
      propagation: propagations[wanted.mountPropagation ?? 'None'] ?? 'PROPAGATION_PRIVATE',
    });
  }
  if ((container.volumeDevices ?? []).length > 0)
    throw new NotYet('CreateContainerConfigError', 'volumeDevices are not supported by this node');
  const taken = new Set(mounts.map(({ containerPath }) => containerPath));
  if (!taken.has('/etc/hosts')) mounts.push({ containerPath: '/etc/hosts', hostPath: await writeHosts(pod, options) });
  const messagePath = container.terminationMessagePath ?? defaultTerminationMessagePath;
  if (messagePath !== '' && !taken.has(messagePath))
    mounts.push({ containerPath: messagePath, hostPath: await messageFile(pod, container, options) });
  return mounts;
}

type Wanted = NonNullable<Container['volumeMounts']>[number];

async function hostPathOf(
  pod: Pod,
  container: Container,
  { volumePath, wanted, index, options }: { volumePath: string; wanted: Wanted; index: number; options: MountOptions },
): Promise<string> {
  const subPath =
    wanted.subPathExpr === undefined ? (wanted.subPath ?? '') : expandStrictly(wanted.subPathExpr, options.env);
  if (subPath === '') return volumePath;
  const target = join(options.volumes.podFolder(pod), 'volume-subpaths', wanted.name, container.name, String(index));
  try {
    await bindSubPath({ volumePath, subPath, target });
  } catch (error) {
    throw new NotYet(
      'CreateContainerConfigError',
      `failed to prepare subPath for volumeMount "${wanted.name}" of container "${container.name}"`,
      { cause: error },
    );
  }
  return target;
}

function expandStrictly(text: string, env: readonly EnvVariable[]): string {
  return expand(text, (name) => {
    const found = env.find((variable) => variable.name === name);
    if (!found) throw new NotYet('CreateContainerConfigError', `missing value for "${name}" in subPathExpr`);
    return found.value;
  });
}

async function writeHosts(pod: Pod, { volumes, podIps, clusterDomain }: MountOptions): Promise<string> {
  const path = join(volumes.podFolder(pod), 'etc-hosts');
  const hostFile = pod.spec?.hostNetwork ? await readFile('/etc/hosts', 'utf8') : '';
  await mkdir(volumes.podFolder(pod), { recursive: true, mode: 0o750 });
  // Written in place: containers that run already have this very file mounted.
  await writeFile(path, podHosts(pod, { ips: podIps, clusterDomain, hostFile }), { mode: 0o644 });
  return path;
}

async function messageFile(pod: Pod, container: Container, { volumes, attempt }: MountOptions): Promise<string> {
  const folder = join(volumes.podFolder(pod), 'containers', container.name);
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const path = join(folder, String(attempt));
  const file = await open(path, 'w', 0o666);
  // Any user of the container may write its message.
  await file.chmod(0o666);
  await file.close();
  return path;
}
