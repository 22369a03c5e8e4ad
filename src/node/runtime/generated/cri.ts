// Written by tools/generate-cri.ts; do not edit.

export type CgroupDriver = 'SYSTEMD' | 'CGROUPFS';
export type ContainerEventType = 'CONTAINER_CREATED_EVENT' | 'CONTAINER_STARTED_EVENT' | 'CONTAINER_STOPPED_EVENT' | 'CONTAINER_DELETED_EVENT';
export type ContainerState = 'CONTAINER_CREATED' | 'CONTAINER_RUNNING' | 'CONTAINER_EXITED' | 'CONTAINER_UNKNOWN';
export type MountPropagation = 'PROPAGATION_PRIVATE' | 'PROPAGATION_HOST_TO_CONTAINER' | 'PROPAGATION_BIDIRECTIONAL';
export type NamespaceMode = 'POD' | 'CONTAINER' | 'NODE' | 'TARGET';
export type PodSandboxState = 'SANDBOX_READY' | 'SANDBOX_NOTREADY';
export type ProfileType = 'RuntimeDefault' | 'Unconfined' | 'Localhost';
export type Protocol = 'TCP' | 'UDP' | 'SCTP';
export type Signal = 'RUNTIME_DEFAULT' | 'SIGABRT' | 'SIGALRM' | 'SIGBUS' | 'SIGCHLD' | 'SIGCLD' | 'SIGCONT' | 'SIGFPE' | 'SIGHUP' | 'SIGILL' | 'SIGINT' | 'SIGIO' | 'SIGIOT' | 'SIGKILL' | 'SIGPIPE' | 'SIGPOLL' | 'SIGPROF' | 'SIGPWR' | 'SIGQUIT' | 'SIGSEGV' | 'SIGSTKFLT' | 'SIGSTOP' | 'SIGSYS' | 'SIGTERM' | 'SIGTRAP' | 'SIGTSTP' | 'SIGTTIN' | 'SIGTTOU' | 'SIGURG' | 'SIGUSR1' | 'SIGUSR2' | 'SIGVTALRM' | 'SIGWINCH' | 'SIGXCPU' | 'SIGXFSZ' | 'SIGRTMIN' | 'SIGRTMINPLUS1' | 'SIGRTMINPLUS2' | 'SIGRTMINPLUS3' | 'SIGRTMINPLUS4' | 'SIGRTMINPLUS5' | 'SIGRTMINPLUS6' | 'SIGRTMINPLUS7' | 'SIGRTMINPLUS8' | 'SIGRTMINPLUS9' | 'SIGRTMINPLUS10' | 'SIGRTMINPLUS11' | 'SIGRTMINPLUS12' | 'SIGRTMINPLUS13' | 'SIGRTMINPLUS14' | 'SIGRTMINPLUS15' | 'SIGRTMAXMINUS14' | 'SIGRTMAXMINUS13' | 'SIGRTMAXMINUS12' | 'SIGRTMAXMINUS11' | 'SIGRTMAXMINUS10' | 'SIGRTMAXMINUS9' | 'SIGRTMAXMINUS8' | 'SIGRTMAXMINUS7' | 'SIGRTMAXMINUS6' | 'SIGRTMAXMINUS5' | 'SIGRTMAXMINUS4' | 'SIGRTMAXMINUS3' | 'SIGRTMAXMINUS2' | 'SIGRTMAXMINUS1' | 'SIGRTMAX';
export type SupplementalGroupsPolicy = 'Merge' | 'Strict';

export interface AttachRequest {
  readonly containerId: string;
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

export interface AttachResponse {
  readonly url: string;
}

export interface AuthConfig {
  readonly username: string;
  readonly password: string;
  readonly auth: string;
  readonly serverAddress: string;
  readonly identityToken: string;
  readonly registryToken: string;
}

export interface CDIDevice {
  readonly name: string;
}

export interface Capability {
  readonly addCapabilities: readonly string[];
  readonly dropCapabilities: readonly string[];
  readonly addAmbientCapabilities: readonly string[];
}

export interface Container {
  readonly id: string;
  readonly podSandboxId: string;
  readonly metadata?: ContainerMetadata;
  readonly image?: ImageSpec;
  readonly imageRef: string;
  readonly state: ContainerState;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly imageId: string;
}

export interface ContainerAttributes {
  readonly id: string;
  readonly metadata?: ContainerMetadata;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ContainerConfig {
  readonly metadata?: ContainerMetadata;
  readonly image?: ImageSpec;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly envs: readonly KeyValue[];
  readonly mounts: readonly Mount[];
  readonly devices: readonly Device[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly linux?: LinuxContainerConfig;
  readonly CDIDevices: readonly CDIDevice[];
  readonly stopSignal: Signal;
}

export interface ContainerEventResponse {
  readonly containerId: string;
  readonly containerEventType: ContainerEventType;
  readonly createdAt: number;
  readonly podSandboxStatus?: PodSandboxStatus;
  readonly containersStatuses: readonly ContainerStatus[];
}

export interface ContainerFilter {
  readonly id: string;
  readonly state?: ContainerStateValue;
  readonly podSandboxId: string;
  readonly labelSelector: Readonly<Record<string, string>>;
}

export interface ContainerMetadata {
  readonly name: string;
  readonly attempt: number;
}

export interface ContainerResources {
  readonly linux?: LinuxContainerResources;
}

export interface ContainerStateValue {
  readonly state: ContainerState;
}

export interface ContainerStats {
  readonly attributes?: ContainerAttributes;
  readonly cpu?: CpuUsage;
  readonly memory?: MemoryUsage;
  readonly writableLayer?: FilesystemUsage;
  readonly swap?: SwapUsage;
  readonly io?: IoUsage;
}

export interface ContainerStatsFilter {
  readonly id: string;
  readonly podSandboxId: string;
  readonly labelSelector: Readonly<Record<string, string>>;
}

export interface ContainerStatsRequest {
  readonly containerId: string;
}

export interface ContainerStatsResponse {
  readonly stats?: ContainerStats;
}

export interface ContainerStatus {
  readonly id: string;
  readonly metadata?: ContainerMetadata;
  readonly state: ContainerState;
  readonly createdAt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  readonly image?: ImageSpec;
  readonly imageRef: string;
  readonly reason: string;
  readonly message: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly logPath: string;
  readonly resources?: ContainerResources;
  readonly imageId: string;
  readonly user?: ContainerUser;
  readonly stopSignal: Signal;
}

export interface ContainerStatusRequest {
  readonly containerId: string;
  readonly verbose: boolean;
}

export interface ContainerStatusResponse {
  readonly status?: ContainerStatus;
  readonly info: Readonly<Record<string, string>>;
}

export interface ContainerUser {
  readonly linux?: LinuxContainerUser;
}

export interface CpuUsage {
  readonly timestamp: number;
  readonly usageCoreNanoSeconds?: UInt64Value;
  readonly usageNanoCores?: UInt64Value;
  readonly psi?: PsiStats;
}

export interface CreateContainerRequest {
  readonly podSandboxId: string;
  readonly config?: ContainerConfig;
  readonly sandboxConfig?: PodSandboxConfig;
}

export interface CreateContainerResponse {
  readonly containerId: string;
}

export interface DNSConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface Device {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly permissions: string;
}

export interface ExecRequest {
  readonly containerId: string;
  readonly cmd: readonly string[];
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

export interface ExecResponse {
  readonly url: string;
}

export interface ExecSyncRequest {
  readonly containerId: string;
  readonly cmd: readonly string[];
  readonly timeout: number;
}

export interface ExecSyncResponse {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly exitCode: number;
}

export interface FilesystemIdentifier {
  readonly mountpoint: string;
}

export interface FilesystemUsage {
  readonly timestamp: number;
  readonly fsId?: FilesystemIdentifier;
  readonly usedBytes?: UInt64Value;
  readonly inodesUsed?: UInt64Value;
}

export interface GetEventsRequest {
}

export interface HugepageLimit {
  readonly pageSize: string;
  readonly limit: number;
}

export interface IDMapping {
  readonly hostId: number;
  readonly containerId: number;
  readonly length: number;
}

export interface Image {
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly size: number;
  readonly uid?: Int64Value;
  readonly username: string;
  readonly spec?: ImageSpec;
  readonly pinned: boolean;
}

export interface ImageFilter {
  readonly image?: ImageSpec;
}

export interface ImageFsInfoRequest {
}

export interface ImageFsInfoResponse {
  readonly imageFilesystems: readonly FilesystemUsage[];
  readonly containerFilesystems: readonly FilesystemUsage[];
}

export interface ImageSpec {
  readonly image: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly userSpecifiedImage: string;
  readonly runtimeHandler: string;
  readonly imageRef: string;
}

export interface ImageStatusRequest {
  readonly image?: ImageSpec;
  readonly verbose: boolean;
}

export interface ImageStatusResponse {
  readonly image?: Image;
  readonly info: Readonly<Record<string, string>>;
}

export interface Int64Value {
  readonly value: number;
}

export interface IoUsage {
  readonly timestamp: number;
  readonly psi?: PsiStats;
}

export interface KeyValue {
  readonly key: string;
  readonly value: Uint8Array;
}

export interface LinuxContainerConfig {
  readonly resources?: LinuxContainerResources;
  readonly securityContext?: LinuxContainerSecurityContext;
}

export interface LinuxContainerResources {
  readonly cpuPeriod: number;
  readonly cpuQuota: number;
  readonly cpuShares: number;
  readonly memoryLimitInBytes: number;
  readonly oomScoreAdj: number;
  readonly cpusetCpus: string;
  readonly cpusetMems: string;
  readonly hugepageLimits: readonly HugepageLimit[];
  readonly unified: Readonly<Record<string, string>>;
  readonly memorySwapLimitInBytes: number;
}

export interface LinuxContainerSecurityContext {
  readonly capabilities?: Capability;
  readonly privileged: boolean;
  readonly namespaceOptions?: NamespaceOption;
  readonly selinuxOptions?: SELinuxOption;
  readonly runAsUser?: Int64Value;
  readonly runAsGroup?: Int64Value;
  readonly runAsUsername: string;
  readonly readonlyRootfs: boolean;
  readonly supplementalGroups: readonly number[];
  readonly supplementalGroupsPolicy: SupplementalGroupsPolicy;
  readonly noNewPrivs: boolean;
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  readonly seccomp?: SecurityProfile;
  readonly apparmor?: SecurityProfile;
}

export interface LinuxContainerUser {
  readonly uid: number;
  readonly gid: number;
  readonly supplementalGroups: readonly number[];
}

export interface LinuxPodSandboxConfig {
  readonly cgroupParent: string;
  readonly securityContext?: LinuxSandboxSecurityContext;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly overhead?: LinuxContainerResources;
  readonly resources?: LinuxContainerResources;
}

export interface LinuxPodSandboxStats {
  readonly cpu?: CpuUsage;
  readonly memory?: MemoryUsage;
  readonly network?: NetworkUsage;
  readonly process?: ProcessUsage;
  readonly containers: readonly ContainerStats[];
  readonly io?: IoUsage;
}

export interface LinuxPodSandboxStatus {
  readonly namespaces?: Namespace;
}

export interface LinuxRuntimeConfiguration {
  readonly cgroupDriver: CgroupDriver;
}

export interface LinuxSandboxSecurityContext {
  readonly namespaceOptions?: NamespaceOption;
  readonly selinuxOptions?: SELinuxOption;
  readonly runAsUser?: Int64Value;
  readonly runAsGroup?: Int64Value;
  readonly readonlyRootfs: boolean;
  readonly supplementalGroups: readonly number[];
  readonly supplementalGroupsPolicy: SupplementalGroupsPolicy;
  readonly privileged: boolean;
  readonly seccomp?: SecurityProfile;
  readonly apparmor?: SecurityProfile;
}

export interface ListContainerStatsRequest {
  readonly filter?: ContainerStatsFilter;
}

export interface ListContainerStatsResponse {
  readonly stats: readonly ContainerStats[];
}

export interface ListContainersRequest {
  readonly filter?: ContainerFilter;
}

export interface ListContainersResponse {
  readonly containers: readonly Container[];
}

export interface ListImagesRequest {
  readonly filter?: ImageFilter;
}

export interface ListImagesResponse {
  readonly images: readonly Image[];
}

export interface ListPodSandboxRequest {
  readonly filter?: PodSandboxFilter;
}

export interface ListPodSandboxResponse {
  readonly items: readonly PodSandbox[];
}

export interface ListPodSandboxStatsRequest {
  readonly filter?: PodSandboxStatsFilter;
}

export interface ListPodSandboxStatsResponse {
  readonly stats: readonly PodSandboxStats[];
}

export interface MemoryUsage {
  readonly timestamp: number;
  readonly workingSetBytes?: UInt64Value;
  readonly availableBytes?: UInt64Value;
  readonly usageBytes?: UInt64Value;
  readonly rssBytes?: UInt64Value;
  readonly pageFaults?: UInt64Value;
  readonly majorPageFaults?: UInt64Value;
  readonly psi?: PsiStats;
}

export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readonly: boolean;
  readonly selinuxRelabel: boolean;
  readonly propagation: MountPropagation;
  readonly uidMappings: readonly IDMapping[];
  readonly gidMappings: readonly IDMapping[];
  readonly recursiveReadOnly: boolean;
  readonly image?: ImageSpec;
  readonly imageSubPath: string;
}

export interface Namespace {
  readonly options?: NamespaceOption;
}

export interface NamespaceOption {
  readonly network: NamespaceMode;
  readonly pid: NamespaceMode;
  readonly ipc: NamespaceMode;
  readonly targetId: string;
  readonly usernsOptions?: UserNamespace;
}

export interface NetworkConfig {
  readonly podCidr: string;
}

export interface NetworkInterfaceUsage {
  readonly name: string;
  readonly rxBytes?: UInt64Value;
  readonly rxErrors?: UInt64Value;
  readonly txBytes?: UInt64Value;
  readonly txErrors?: UInt64Value;
}

export interface NetworkUsage {
  readonly timestamp: number;
  readonly defaultInterface?: NetworkInterfaceUsage;
  readonly interfaces: readonly NetworkInterfaceUsage[];
}

export interface PodIP {
  readonly ip: string;
}

export interface PodSandbox {
  readonly id: string;
  readonly metadata?: PodSandboxMetadata;
  readonly state: PodSandboxState;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly runtimeHandler: string;
}

export interface PodSandboxAttributes {
  readonly id: string;
  readonly metadata?: PodSandboxMetadata;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PodSandboxConfig {
  readonly metadata?: PodSandboxMetadata;
  readonly hostname: string;
  readonly logDirectory: string;
  readonly dnsConfig?: DNSConfig;
  readonly portMappings: readonly PortMapping[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly linux?: LinuxPodSandboxConfig;
}

export interface PodSandboxFilter {
  readonly id: string;
  readonly state?: PodSandboxStateValue;
  readonly labelSelector: Readonly<Record<string, string>>;
}

export interface PodSandboxMetadata {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  readonly attempt: number;
}

export interface PodSandboxNetworkStatus {
  readonly ip: string;
  readonly additionalIps: readonly PodIP[];
}

export interface PodSandboxStateValue {
  readonly state: PodSandboxState;
}

export interface PodSandboxStats {
  readonly attributes?: PodSandboxAttributes;
  readonly linux?: LinuxPodSandboxStats;
}

export interface PodSandboxStatsFilter {
  readonly id: string;
  readonly labelSelector: Readonly<Record<string, string>>;
}

export interface PodSandboxStatsRequest {
  readonly podSandboxId: string;
}

export interface PodSandboxStatsResponse {
  readonly stats?: PodSandboxStats;
}

export interface PodSandboxStatus {
  readonly id: string;
  readonly metadata?: PodSandboxMetadata;
  readonly state: PodSandboxState;
  readonly createdAt: number;
  readonly network?: PodSandboxNetworkStatus;
  readonly linux?: LinuxPodSandboxStatus;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly runtimeHandler: string;
}

export interface PodSandboxStatusRequest {
  readonly podSandboxId: string;
  readonly verbose: boolean;
}

export interface PodSandboxStatusResponse {
  readonly status?: PodSandboxStatus;
  readonly info: Readonly<Record<string, string>>;
  readonly containersStatuses: readonly ContainerStatus[];
  readonly timestamp: number;
}

export interface PortForwardRequest {
  readonly podSandboxId: string;
  readonly port: readonly number[];
}

export interface PortForwardResponse {
  readonly url: string;
}

export interface PortMapping {
  readonly protocol: Protocol;
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIp: string;
}

export interface ProcessUsage {
  readonly timestamp: number;
  readonly processCount?: UInt64Value;
}

export interface PsiData {
  readonly Total: number;
  readonly Avg10: number;
  readonly Avg60: number;
  readonly Avg300: number;
}

export interface PsiStats {
  readonly Full?: PsiData;
  readonly Some?: PsiData;
}

export interface PullImageRequest {
  readonly image?: ImageSpec;
  readonly auth?: AuthConfig;
  readonly sandboxConfig?: PodSandboxConfig;
}

export interface PullImageResponse {
  readonly imageRef: string;
}

export interface RemoveContainerRequest {
  readonly containerId: string;
}

export interface RemoveContainerResponse {
}

export interface RemoveImageRequest {
  readonly image?: ImageSpec;
}

export interface RemoveImageResponse {
}

export interface RemovePodSandboxRequest {
  readonly podSandboxId: string;
}

export interface RemovePodSandboxResponse {
}

export interface ReopenContainerLogRequest {
  readonly containerId: string;
}

export interface ReopenContainerLogResponse {
}

export interface RunPodSandboxRequest {
  readonly config?: PodSandboxConfig;
  readonly runtimeHandler: string;
}

export interface RunPodSandboxResponse {
  readonly podSandboxId: string;
}

export interface RuntimeCondition {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface RuntimeConfig {
  readonly networkConfig?: NetworkConfig;
}

export interface RuntimeConfigRequest {
}

export interface RuntimeConfigResponse {
  readonly linux?: LinuxRuntimeConfiguration;
}

export interface RuntimeFeatures {
  readonly supplementalGroupsPolicy: boolean;
  readonly userNamespacesHostNetwork: boolean;
}

export interface RuntimeHandler {
  readonly name: string;
  readonly features?: RuntimeHandlerFeatures;
}

export interface RuntimeHandlerFeatures {
  readonly recursiveReadOnlyMounts: boolean;
  readonly userNamespaces: boolean;
}

export interface RuntimeStatus {
  readonly conditions: readonly RuntimeCondition[];
}

export interface SELinuxOption {
  readonly user: string;
  readonly role: string;
  readonly type: string;
  readonly level: string;
}

export interface SecurityProfile {
  readonly profileType: ProfileType;
  readonly localhostRef: string;
}

export interface StartContainerRequest {
  readonly containerId: string;
}

export interface StartContainerResponse {
}

export interface StatusRequest {
  readonly verbose: boolean;
}

export interface StatusResponse {
  readonly status?: RuntimeStatus;
  readonly info: Readonly<Record<string, string>>;
  readonly runtimeHandlers: readonly RuntimeHandler[];
  readonly features?: RuntimeFeatures;
}

export interface StopContainerRequest {
  readonly containerId: string;
  readonly timeout: number;
}

export interface StopContainerResponse {
}

export interface StopPodSandboxRequest {
  readonly podSandboxId: string;
}

export interface StopPodSandboxResponse {
}

export interface SwapUsage {
  readonly timestamp: number;
  readonly swapAvailableBytes?: UInt64Value;
  readonly swapUsageBytes?: UInt64Value;
}

export interface UInt64Value {
  readonly value: number;
}

export interface UpdateContainerResourcesRequest {
  readonly containerId: string;
  readonly linux?: LinuxContainerResources;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface UpdateContainerResourcesResponse {
}

export interface UpdateRuntimeConfigRequest {
  readonly runtimeConfig?: RuntimeConfig;
}

export interface UpdateRuntimeConfigResponse {
}

export interface UserNamespace {
  readonly mode: NamespaceMode;
  readonly uids: readonly IDMapping[];
  readonly gids: readonly IDMapping[];
}

export interface VersionRequest {
  readonly version: string;
}

export interface VersionResponse {
  readonly version: string;
  readonly runtimeName: string;
  readonly runtimeVersion: string;
  readonly runtimeApiVersion: string;
}

/** Request and response of each call. */
export interface Methods {
  Version: { request: VersionRequest; response: VersionResponse };
  RunPodSandbox: { request: RunPodSandboxRequest; response: RunPodSandboxResponse };
  StopPodSandbox: { request: StopPodSandboxRequest; response: StopPodSandboxResponse };
  RemovePodSandbox: { request: RemovePodSandboxRequest; response: RemovePodSandboxResponse };
  PodSandboxStatus: { request: PodSandboxStatusRequest; response: PodSandboxStatusResponse };
  ListPodSandbox: { request: ListPodSandboxRequest; response: ListPodSandboxResponse };
  CreateContainer: { request: CreateContainerRequest; response: CreateContainerResponse };
  StartContainer: { request: StartContainerRequest; response: StartContainerResponse };
  StopContainer: { request: StopContainerRequest; response: StopContainerResponse };
  RemoveContainer: { request: RemoveContainerRequest; response: RemoveContainerResponse };
  ListContainers: { request: ListContainersRequest; response: ListContainersResponse };
  ContainerStatus: { request: ContainerStatusRequest; response: ContainerStatusResponse };
  UpdateContainerResources: { request: UpdateContainerResourcesRequest; response: UpdateContainerResourcesResponse };
  ReopenContainerLog: { request: ReopenContainerLogRequest; response: ReopenContainerLogResponse };
  ExecSync: { request: ExecSyncRequest; response: ExecSyncResponse };
  Exec: { request: ExecRequest; response: ExecResponse };
  Attach: { request: AttachRequest; response: AttachResponse };
  PortForward: { request: PortForwardRequest; response: PortForwardResponse };
  ContainerStats: { request: ContainerStatsRequest; response: ContainerStatsResponse };
  ListContainerStats: { request: ListContainerStatsRequest; response: ListContainerStatsResponse };
  PodSandboxStats: { request: PodSandboxStatsRequest; response: PodSandboxStatsResponse };
  ListPodSandboxStats: { request: ListPodSandboxStatsRequest; response: ListPodSandboxStatsResponse };
  UpdateRuntimeConfig: { request: UpdateRuntimeConfigRequest; response: UpdateRuntimeConfigResponse };
  Status: { request: StatusRequest; response: StatusResponse };
  GetContainerEvents: { request: GetEventsRequest; response: ContainerEventResponse };
  RuntimeConfig: { request: RuntimeConfigRequest; response: RuntimeConfigResponse };
  ListImages: { request: ListImagesRequest; response: ListImagesResponse };
  ImageStatus: { request: ImageStatusRequest; response: ImageStatusResponse };
  PullImage: { request: PullImageRequest; response: PullImageResponse };
  RemoveImage: { request: RemoveImageRequest; response: RemoveImageResponse };
  ImageFsInfo: { request: ImageFsInfoRequest; response: ImageFsInfoResponse };
}

/** 'service request response', with ' stream' where the answer is a stream. */
export const methods = {
  Version: 'RuntimeService VersionRequest VersionResponse',
  RunPodSandbox: 'RuntimeService RunPodSandboxRequest RunPodSandboxResponse',
  StopPodSandbox: 'RuntimeService StopPodSandboxRequest StopPodSandboxResponse',
  RemovePodSandbox: 'RuntimeService RemovePodSandboxRequest RemovePodSandboxResponse',
  PodSandboxStatus: 'RuntimeService PodSandboxStatusRequest PodSandboxStatusResponse',
  ListPodSandbox: 'RuntimeService ListPodSandboxRequest ListPodSandboxResponse',
  CreateContainer: 'RuntimeService CreateContainerRequest CreateContainerResponse',
  StartContainer: 'RuntimeService StartContainerRequest StartContainerResponse',
  StopContainer: 'RuntimeService StopContainerRequest StopContainerResponse',
  RemoveContainer: 'RuntimeService RemoveContainerRequest RemoveContainerResponse',
  ListContainers: 'RuntimeService ListContainersRequest ListContainersResponse',
  ContainerStatus: 'RuntimeService ContainerStatusRequest ContainerStatusResponse',
  UpdateContainerResources: 'RuntimeService UpdateContainerResourcesRequest UpdateContainerResourcesResponse',
  ReopenContainerLog: 'RuntimeService ReopenContainerLogRequest ReopenContainerLogResponse',
  ExecSync: 'RuntimeService ExecSyncRequest ExecSyncResponse',
  Exec: 'RuntimeService ExecRequest ExecResponse',
  Attach: 'RuntimeService AttachRequest AttachResponse',
  PortForward: 'RuntimeService PortForwardRequest PortForwardResponse',
  ContainerStats: 'RuntimeService ContainerStatsRequest ContainerStatsResponse',
  ListContainerStats: 'RuntimeService ListContainerStatsRequest ListContainerStatsResponse',
  PodSandboxStats: 'RuntimeService PodSandboxStatsRequest PodSandboxStatsResponse',
  ListPodSandboxStats: 'RuntimeService ListPodSandboxStatsRequest ListPodSandboxStatsResponse',
  UpdateRuntimeConfig: 'RuntimeService UpdateRuntimeConfigRequest UpdateRuntimeConfigResponse',
  Status: 'RuntimeService StatusRequest StatusResponse',
  GetContainerEvents: 'RuntimeService GetEventsRequest ContainerEventResponse stream',
  RuntimeConfig: 'RuntimeService RuntimeConfigRequest RuntimeConfigResponse',
  ListImages: 'ImageService ListImagesRequest ListImagesResponse',
  ImageStatus: 'ImageService ImageStatusRequest ImageStatusResponse',
  PullImage: 'ImageService PullImageRequest PullImageResponse',
  RemoveImage: 'ImageService RemoveImageRequest RemoveImageResponse',
  ImageFsInfo: 'ImageService ImageFsInfoRequest ImageFsInfoResponse',
} as const;

/** The names of each enum, in order of number. */
export const enums: Readonly<Record<string, readonly string[]>> = {
  CgroupDriver: 'SYSTEMD CGROUPFS'.split(' '),
  ContainerEventType: 'CONTAINER_CREATED_EVENT CONTAINER_STARTED_EVENT CONTAINER_STOPPED_EVENT CONTAINER_DELETED_EVENT'.split(' '),
  ContainerState: 'CONTAINER_CREATED CONTAINER_RUNNING CONTAINER_EXITED CONTAINER_UNKNOWN'.split(' '),
  MountPropagation: 'PROPAGATION_PRIVATE PROPAGATION_HOST_TO_CONTAINER PROPAGATION_BIDIRECTIONAL'.split(' '),
  NamespaceMode: 'POD CONTAINER NODE TARGET'.split(' '),
  PodSandboxState: 'SANDBOX_READY SANDBOX_NOTREADY'.split(' '),
  ProfileType: 'RuntimeDefault Unconfined Localhost'.split(' '),
  Protocol: 'TCP UDP SCTP'.split(' '),
  Signal: 'RUNTIME_DEFAULT SIGABRT SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT SIGKILL SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT SIGSEGV SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ SIGRTMIN SIGRTMINPLUS1 SIGRTMINPLUS2 SIGRTMINPLUS3 SIGRTMINPLUS4 SIGRTMINPLUS5 SIGRTMINPLUS6 SIGRTMINPLUS7 SIGRTMINPLUS8 SIGRTMINPLUS9 SIGRTMINPLUS10 SIGRTMINPLUS11 SIGRTMINPLUS12 SIGRTMINPLUS13 SIGRTMINPLUS14 SIGRTMINPLUS15 SIGRTMAXMINUS14 SIGRTMAXMINUS13 SIGRTMAXMINUS12 SIGRTMAXMINUS11 SIGRTMAXMINUS10 SIGRTMAXMINUS9 SIGRTMAXMINUS8 SIGRTMAXMINUS7 SIGRTMAXMINUS6 SIGRTMAXMINUS5 SIGRTMAXMINUS4 SIGRTMAXMINUS3 SIGRTMAXMINUS2 SIGRTMAXMINUS1 SIGRTMAX'.split(' '),
  SupplementalGroupsPolicy: 'Merge Strict'.split(' '),
};

/** Each message's fields: `number name type`, with `[]` for repeated and `{}` for maps to strings. */
export const messages: Readonly<Record<string, string>> = {
  AttachRequest: '1 containerId string, 2 stdin bool, 3 tty bool, 4 stdout bool, 5 stderr bool',
  AttachResponse: '1 url string',
  AuthConfig: '1 username string, 2 password string, 3 auth string, 4 serverAddress string, 5 identityToken string, 6 registryToken string',
  CDIDevice: '1 name string',
  Capability: '1 addCapabilities string[], 2 dropCapabilities string[], 3 addAmbientCapabilities string[]',
  Container: '1 id string, 2 podSandboxId string, 3 metadata ContainerMetadata, 4 image ImageSpec, 5 imageRef string, 6 state ContainerState, 7 createdAt int64, 8 labels string{}, 9 annotations string{}, 10 imageId string',
  ContainerAttributes: '1 id string, 2 metadata ContainerMetadata, 3 labels string{}, 4 annotations string{}',
  ContainerConfig: '1 metadata ContainerMetadata, 2 image ImageSpec, 3 command string[], 4 args string[], 5 workingDir string, 6 envs KeyValue[], 7 mounts Mount[], 8 devices Device[], 9 labels string{}, 10 annotations string{}, 11 logPath string, 12 stdin bool, 13 stdinOnce bool, 14 tty bool, 15 linux LinuxContainerConfig, 17 CDIDevices CDIDevice[], 18 stopSignal Signal',
  ContainerEventResponse: '1 containerId string, 2 containerEventType ContainerEventType, 3 createdAt int64, 4 podSandboxStatus PodSandboxStatus, 5 containersStatuses ContainerStatus[]',
  ContainerFilter: '1 id string, 2 state ContainerStateValue, 3 podSandboxId string, 4 labelSelector string{}',
  ContainerMetadata: '1 name string, 2 attempt uint32',
  ContainerResources: '1 linux LinuxContainerResources',
  ContainerStateValue: '1 state ContainerState',
  ContainerStats: '1 attributes ContainerAttributes, 2 cpu CpuUsage, 3 memory MemoryUsage, 4 writableLayer FilesystemUsage, 5 swap SwapUsage, 6 io IoUsage',
  ContainerStatsFilter: '1 id string, 2 podSandboxId string, 3 labelSelector string{}',
  ContainerStatsRequest: '1 containerId string',
  ContainerStatsResponse: '1 stats ContainerStats',
  ContainerStatus: '1 id string, 2 metadata ContainerMetadata, 3 state ContainerState, 4 createdAt int64, 5 startedAt int64, 6 finishedAt int64, 7 exitCode int32, 8 image ImageSpec, 9 imageRef string, 10 reason string, 11 message string, 12 labels string{}, 13 annotations string{}, 14 mounts Mount[], 15 logPath string, 16 resources ContainerResources, 17 imageId string, 18 user ContainerUser, 19 stopSignal Signal',
  ContainerStatusRequest: '1 containerId string, 2 verbose bool',
  ContainerStatusResponse: '1 status ContainerStatus, 2 info string{}',
  ContainerUser: '1 linux LinuxContainerUser',
  CpuUsage: '1 timestamp int64, 2 usageCoreNanoSeconds UInt64Value, 3 usageNanoCores UInt64Value, 4 psi PsiStats',
  CreateContainerRequest: '1 podSandboxId string, 2 config ContainerConfig, 3 sandboxConfig PodSandboxConfig',
  CreateContainerResponse: '1 containerId string',
  DNSConfig: '1 servers string[], 2 searches string[], 3 options string[]',
  Device: '1 containerPath string, 2 hostPath string, 3 permissions string',
  ExecRequest: '1 containerId string, 2 cmd string[], 3 tty bool, 4 stdin bool, 5 stdout bool, 6 stderr bool',
  ExecResponse: '1 url string',
  ExecSyncRequest: '1 containerId string, 2 cmd string[], 3 timeout int64',
  ExecSyncResponse: '1 stdout bytes, 2 stderr bytes, 3 exitCode int32',
  FilesystemIdentifier: '1 mountpoint string',
  FilesystemUsage: '1 timestamp int64, 2 fsId FilesystemIdentifier, 3 usedBytes UInt64Value, 4 inodesUsed UInt64Value',
  GetEventsRequest: '',
  HugepageLimit: '1 pageSize string, 2 limit uint64',
  IDMapping: '1 hostId uint32, 2 containerId uint32, 3 length uint32',
  Image: '1 id string, 2 repoTags string[], 3 repoDigests string[], 4 size uint64, 5 uid Int64Value, 6 username string, 7 spec ImageSpec, 8 pinned bool',
  ImageFilter: '1 image ImageSpec',
  ImageFsInfoRequest: '',
  ImageFsInfoResponse: '1 imageFilesystems FilesystemUsage[], 2 containerFilesystems FilesystemUsage[]',
  ImageSpec: '1 image string, 2 annotations string{}, 18 userSpecifiedImage string, 19 runtimeHandler string, 20 imageRef string',
  ImageStatusRequest: '1 image ImageSpec, 2 verbose bool',
  ImageStatusResponse: '1 image Image, 2 info string{}',
  Int64Value: '1 value int64',
  IoUsage: '1 timestamp int64, 2 psi PsiStats',
  KeyValue: '1 key string, 2 value bytes',
  LinuxContainerConfig: '1 resources LinuxContainerResources, 2 securityContext LinuxContainerSecurityContext',
  LinuxContainerResources: '1 cpuPeriod int64, 2 cpuQuota int64, 3 cpuShares int64, 4 memoryLimitInBytes int64, 5 oomScoreAdj int64, 6 cpusetCpus string, 7 cpusetMems string, 8 hugepageLimits HugepageLimit[], 9 unified string{}, 10 memorySwapLimitInBytes int64',
  LinuxContainerSecurityContext: '1 capabilities Capability, 2 privileged bool, 3 namespaceOptions NamespaceOption, 4 selinuxOptions SELinuxOption, 5 runAsUser Int64Value, 12 runAsGroup Int64Value, 6 runAsUsername string, 7 readonlyRootfs bool, 8 supplementalGroups int64[], 17 supplementalGroupsPolicy SupplementalGroupsPolicy, 11 noNewPrivs bool, 13 maskedPaths string[], 14 readonlyPaths string[], 15 seccomp SecurityProfile, 16 apparmor SecurityProfile',
  LinuxContainerUser: '1 uid int64, 2 gid int64, 3 supplementalGroups int64[]',
  LinuxPodSandboxConfig: '1 cgroupParent string, 2 securityContext LinuxSandboxSecurityContext, 3 sysctls string{}, 4 overhead LinuxContainerResources, 5 resources LinuxContainerResources',
  LinuxPodSandboxStats: '1 cpu CpuUsage, 2 memory MemoryUsage, 3 network NetworkUsage, 4 process ProcessUsage, 5 containers ContainerStats[], 6 io IoUsage',
  LinuxPodSandboxStatus: '1 namespaces Namespace',
  LinuxRuntimeConfiguration: '1 cgroupDriver CgroupDriver',
  LinuxSandboxSecurityContext: '1 namespaceOptions NamespaceOption, 2 selinuxOptions SELinuxOption, 3 runAsUser Int64Value, 8 runAsGroup Int64Value, 4 readonlyRootfs bool, 5 supplementalGroups int64[], 11 supplementalGroupsPolicy SupplementalGroupsPolicy, 6 privileged bool, 9 seccomp SecurityProfile, 10 apparmor SecurityProfile',
  ListContainerStatsRequest: '1 filter ContainerStatsFilter',
  ListContainerStatsResponse: '1 stats ContainerStats[]',
  ListContainersRequest: '1 filter ContainerFilter',
  ListContainersResponse: '1 containers Container[]',
  ListImagesRequest: '1 filter ImageFilter',
  ListImagesResponse: '1 images Image[]',
  ListPodSandboxRequest: '1 filter PodSandboxFilter',
  ListPodSandboxResponse: '1 items PodSandbox[]',
  ListPodSandboxStatsRequest: '1 filter PodSandboxStatsFilter',
  ListPodSandboxStatsResponse: '1 stats PodSandboxStats[]',
  MemoryUsage: '1 timestamp int64, 2 workingSetBytes UInt64Value, 3 availableBytes UInt64Value, 4 usageBytes UInt64Value, 5 rssBytes UInt64Value, 6 pageFaults UInt64Value, 7 majorPageFaults UInt64Value, 8 psi PsiStats',
  Mount: '1 containerPath string, 2 hostPath string, 3 readonly bool, 4 selinuxRelabel bool, 5 propagation MountPropagation, 6 uidMappings IDMapping[], 7 gidMappings IDMapping[], 8 recursiveReadOnly bool, 9 image ImageSpec, 10 imageSubPath string',
  Namespace: '2 options NamespaceOption',
  NamespaceOption: '1 network NamespaceMode, 2 pid NamespaceMode, 3 ipc NamespaceMode, 4 targetId string, 5 usernsOptions UserNamespace',
  NetworkConfig: '1 podCidr string',
  NetworkInterfaceUsage: '1 name string, 2 rxBytes UInt64Value, 3 rxErrors UInt64Value, 4 txBytes UInt64Value, 5 txErrors UInt64Value',
  NetworkUsage: '1 timestamp int64, 2 defaultInterface NetworkInterfaceUsage, 3 interfaces NetworkInterfaceUsage[]',
  PodIP: '1 ip string',
  PodSandbox: '1 id string, 2 metadata PodSandboxMetadata, 3 state PodSandboxState, 4 createdAt int64, 5 labels string{}, 6 annotations string{}, 7 runtimeHandler string',
  PodSandboxAttributes: '1 id string, 2 metadata PodSandboxMetadata, 3 labels string{}, 4 annotations string{}',
  PodSandboxConfig: '1 metadata PodSandboxMetadata, 2 hostname string, 3 logDirectory string, 4 dnsConfig DNSConfig, 5 portMappings PortMapping[], 6 labels string{}, 7 annotations string{}, 8 linux LinuxPodSandboxConfig',
  PodSandboxFilter: '1 id string, 2 state PodSandboxStateValue, 3 labelSelector string{}',
  PodSandboxMetadata: '1 name string, 2 uid string, 3 namespace string, 4 attempt uint32',
  PodSandboxNetworkStatus: '1 ip string, 2 additionalIps PodIP[]',
  PodSandboxStateValue: '1 state PodSandboxState',
  PodSandboxStats: '1 attributes PodSandboxAttributes, 2 linux LinuxPodSandboxStats',
  PodSandboxStatsFilter: '1 id string, 2 labelSelector string{}',
  PodSandboxStatsRequest: '1 podSandboxId string',
  PodSandboxStatsResponse: '1 stats PodSandboxStats',
  PodSandboxStatus: '1 id string, 2 metadata PodSandboxMetadata, 3 state PodSandboxState, 4 createdAt int64, 5 network PodSandboxNetworkStatus, 6 linux LinuxPodSandboxStatus, 7 labels string{}, 8 annotations string{}, 9 runtimeHandler string',
  PodSandboxStatusRequest: '1 podSandboxId string, 2 verbose bool',
  PodSandboxStatusResponse: '1 status PodSandboxStatus, 2 info string{}, 3 containersStatuses ContainerStatus[], 4 timestamp int64',
  PortForwardRequest: '1 podSandboxId string, 2 port int32[]',
  PortForwardResponse: '1 url string',
  PortMapping: '1 protocol Protocol, 2 containerPort int32, 3 hostPort int32, 4 hostIp string',
  ProcessUsage: '1 timestamp int64, 2 processCount UInt64Value',
  PsiData: '1 Total uint64, 2 Avg10 double, 3 Avg60 double, 4 Avg300 double',
  PsiStats: '1 Full PsiData, 2 Some PsiData',
  PullImageRequest: '1 image ImageSpec, 2 auth AuthConfig, 3 sandboxConfig PodSandboxConfig',
  PullImageResponse: '1 imageRef string',
  RemoveContainerRequest: '1 containerId string',
  RemoveContainerResponse: '',
  RemoveImageRequest: '1 image ImageSpec',
  RemoveImageResponse: '',
  RemovePodSandboxRequest: '1 podSandboxId string',
  RemovePodSandboxResponse: '',
  ReopenContainerLogRequest: '1 containerId string',
  ReopenContainerLogResponse: '',
  RunPodSandboxRequest: '1 config PodSandboxConfig, 2 runtimeHandler string',
  RunPodSandboxResponse: '1 podSandboxId string',
  RuntimeCondition: '1 type string, 2 status bool, 3 reason string, 4 message string',
  RuntimeConfig: '1 networkConfig NetworkConfig',
  RuntimeConfigRequest: '',
  RuntimeConfigResponse: '1 linux LinuxRuntimeConfiguration',
  RuntimeFeatures: '1 supplementalGroupsPolicy bool, 2 userNamespacesHostNetwork bool',
  RuntimeHandler: '1 name string, 2 features RuntimeHandlerFeatures',
  RuntimeHandlerFeatures: '1 recursiveReadOnlyMounts bool, 2 userNamespaces bool',
  RuntimeStatus: '1 conditions RuntimeCondition[]',
  SELinuxOption: '1 user string, 2 role string, 3 type string, 4 level string',
  SecurityProfile: '1 profileType ProfileType, 2 localhostRef string',
  StartContainerRequest: '1 containerId string',
  StartContainerResponse: '',
  StatusRequest: '1 verbose bool',
  StatusResponse: '1 status RuntimeStatus, 2 info string{}, 3 runtimeHandlers RuntimeHandler[], 4 features RuntimeFeatures',
  StopContainerRequest: '1 containerId string, 2 timeout int64',
  StopContainerResponse: '',
  StopPodSandboxRequest: '1 podSandboxId string',
  StopPodSandboxResponse: '',
  SwapUsage: '1 timestamp int64, 2 swapAvailableBytes UInt64Value, 3 swapUsageBytes UInt64Value',
  UInt64Value: '1 value uint64',
  UpdateContainerResourcesRequest: '1 containerId string, 2 linux LinuxContainerResources, 4 annotations string{}',
  UpdateContainerResourcesResponse: '',
  UpdateRuntimeConfigRequest: '1 runtimeConfig RuntimeConfig',
  UpdateRuntimeConfigResponse: '',
  UserNamespace: '1 mode NamespaceMode, 2 uids IDMapping[], 3 gids IDMapping[]',
  VersionRequest: '1 version string',
  VersionResponse: '1 version string, 2 runtimeName string, 3 runtimeVersion string, 4 runtimeApiVersion string',
};
