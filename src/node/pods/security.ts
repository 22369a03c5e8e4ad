import type { Input } from '../runtime/codec.ts';
import type {
  LinuxContainerSecurityContext,
  LinuxSandboxSecurityContext,
  NamespaceOption,
  SecurityProfile,
} from '../runtime/generated/cri.ts';
import { NotYet } from './errors.ts';
import type { Container, Pod } from './types.ts';

/** Paths of /proc and /sys that a container does not see, or sees read-only, unless procMount is Unmasked. Source: the OCI defaults of the runtimes. */
const maskedPaths = [
  ...['/proc/asound', '/proc/acpi', '/proc/interrupts', '/proc/kcore', '/proc/keys', '/proc/latency_stats'],
  ...[
    '/proc/timer_list',
    '/proc/timer_stats',
    '/proc/sched_debug',
    '/proc/scsi',
    '/sys/firmware',
    '/sys/devices/virtual/powercap',
  ],
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** Who an image runs as when the pod does not say. */
export interface ImageUser {
  readonly uid: number | undefined;
  readonly username: string;
}

function namespaceOptions(pod: Pod, targetId?: string): Input<NamespaceOption> {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace } = pod.spec ?? {};
  const shared = shareProcessNamespace ? 'POD' : 'CONTAINER';
  return {
    network: hostNetwork ? 'NODE' : 'POD',
    pid: targetId ? 'TARGET' : hostPID ? 'NODE' : shared,
    ipc: hostIPC ? 'NODE' : 'POD',
    ...(targetId && { targetId }),
  };
}

/** Extra groups of every process: those given, and the group that owns the volumes. */
function supplementalGroups(pod: Pod): readonly number[] {
  const { supplementalGroups: groups = [], fsGroup } = pod.spec?.securityContext ?? {};
  return fsGroup === undefined ? groups : [...groups, fsGroup];
}

export function sandboxSecurity(pod: Pod): Input<LinuxSandboxSecurityContext> {
  const context = pod.spec?.securityContext;
  const privileged = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].some(
    ({ securityContext }) => securityContext?.privileged,
  );
  return {
    privileged,
    seccomp: { profileType: 'RuntimeDefault' },
    namespaceOptions: namespaceOptions(pod),
    ...(context?.runAsUser !== undefined && { runAsUser: { value: context.runAsUser } }),
    ...(context?.runAsGroup !== undefined &&
      context.runAsUser !== undefined && { runAsGroup: { value: context.runAsGroup } }),
    supplementalGroups: supplementalGroups(pod),
    ...(context?.supplementalGroupsPolicy && { supplementalGroupsPolicy: policyOf(pod) }),
    ...(context?.seLinuxOptions && { selinuxOptions: context.seLinuxOptions }),
  };
}

function policyOf(pod: Pod): 'Merge' | 'Strict' {
  return pod.spec?.securityContext?.supplementalGroupsPolicy === 'Strict' ? 'Strict' : 'Merge';
}

/** A container's settings over the pod's. Throws when a container that must not be root would be. */
export function containerSecurity(
  pod: Pod,
  container: Container,
  options: { readonly imageUser: ImageUser; readonly targetId?: string },
): Input<LinuxContainerSecurityContext> {
  const [own, shared] = [container.securityContext ?? {}, pod.spec?.securityContext ?? {}];
  const user = own.runAsUser ?? shared.runAsUser ?? options.imageUser.uid;
  const group = own.runAsGroup ?? shared.runAsGroup;
  refuseRoot(pod, container, options.imageUser);
  const unmasked = own.procMount === 'Unmasked' || own.privileged;
  const seLinux = own.seLinuxOptions ?? shared.seLinuxOptions;
  const appArmor = own.appArmorProfile ?? shared.appArmorProfile;
  return {
    capabilities: {
      addCapabilities: own.capabilities?.add ?? [],
      dropCapabilities: own.capabilities?.drop ?? [],
    },
    privileged: own.privileged ?? false,
    namespaceOptions: namespaceOptions(pod, options.targetId),
    ...(user !== undefined ? { runAsUser: { value: user } } : { runAsUsername: options.imageUser.username }),
    ...(group !== undefined && { runAsGroup: { value: group } }),
    supplementalGroups: supplementalGroups(pod),
    supplementalGroupsPolicy: policyOf(pod),
    readonlyRootfs: own.readOnlyRootFilesystem ?? false,
    noNewPrivs: own.allowPrivilegeEscalation === false,
    maskedPaths: unmasked ? [] : maskedPaths,
    readonlyPaths: unmasked ? [] : readonlyPaths,
    seccomp: profile(
      own.privileged ? { type: 'Unconfined' } : (own.seccompProfile ?? shared.seccompProfile ?? { type: 'Unconfined' }),
    ),
    ...(appArmor && { apparmor: profile(appArmor) }),
    ...(seLinux && { selinuxOptions: seLinux }),
  };
}

function profile({
  type,
  localhostProfile,
}: {
  readonly type: string;
  readonly localhostProfile?: string;
}): Input<SecurityProfile> {
  if (type === 'Localhost') return { profileType: 'Localhost', localhostRef: localhostProfile ?? '' };
  return { profileType: type === 'RuntimeDefault' ? 'RuntimeDefault' : 'Unconfined' };
}

function refuseRoot(pod: Pod, container: Container, imageUser: ImageUser): void {
  const [own, shared] = [container.securityContext ?? {}, pod.spec?.securityContext ?? {}];
  if (!(own.runAsNonRoot ?? shared.runAsNonRoot)) return;
  const given = own.runAsUser ?? shared.runAsUser;
  const where = `(pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${container.name})`;
  const refuse = (why: string) => new NotYet('CreateContainerConfigError', `${why} ${where}`);
  if (given === 0) throw refuse("container's runAsUser breaks non-root policy");
  if (given !== undefined) return;
  if (imageUser.uid === 0) throw refuse('container has runAsNonRoot and image will run as root');
  if (imageUser.uid === undefined && imageUser.username !== '')
    throw refuse(
      `container has runAsNonRoot and image has non-numeric user (${imageUser.username}), cannot verify user is non-root`,
    );
}
