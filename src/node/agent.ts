import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { service } from '../api/core/service.ts';
import { type Clock, sleep } from '../base/clock.ts';
import { readTextIfPresent } from '../base/files.ts';
import { instanceName } from '../base/instance.ts';
import type { Logger } from '../base/log.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';
import { createCtr } from './images/ctr.ts';
import { Images } from './images/images.ts';
import { ImageImporter } from './images/importer.ts';
import { ensurePauseImage } from './images/pause.ts';
import { LogRotation } from './logs/rotation.ts';
import { createObjectSource } from './objects.ts';
import { recordAbout } from './pods/actions.ts';
import { createCgroups } from './pods/cgroups.ts';
import { latestOf } from './pods/containers.ts';
import type { NodeContext } from './pods/context.ts';
import { chooseHostResolver, parseResolvConf, type ResolverConfig } from './pods/dns.ts';
import { PodManager } from './pods/manager.ts';
import { terminationMessage } from './pods/termination-message.ts';
import type { ContainerView, Pod } from './pods/types.ts';
import { RuntimeViews } from './pods/view.ts';
import { NodeRegistration, type RegistrationOptions } from './registration/registration.ts';
import { RememberedObjects } from './remembered.ts';
import { type Containerd, startContainerd } from './runtime/containerd.ts';
import { type AgentLayout, agentLayout, type RuntimePaths } from './runtime/containerd-config.ts';
import { type Cri, connectCri } from './runtime/cri.ts';
import { Semaphore } from './semaphore.ts';
import { followSources } from './source-changes.ts';
import { StaticPods } from './static-pods/static-pods.ts';
import { Volumes } from './volumes/volumes.ts';

/** What the network room does for the node. */
export interface NodeNetwork {
  /** Why pods cannot have a network yet, in one line; undefined when they can. */
  ready(): string | undefined;
  /** The node has got its pod ranges; may be repeated. */
  onPodCidr(cidrs: readonly string[]): Promise<void>;
}

export interface NodeAgentOptions
  extends Pick<RegistrationOptions, 'labels' | 'taints' | 'kubeletVersion' | 'kubeletPort' | 'settings'> {
  readonly client: Client;
  readonly events: EventRecorder;
  readonly dataDir: string;
  readonly nodeName: string;
  /** First the primary address. */
  readonly nodeIps: readonly string[];
  readonly runtimePaths: RuntimePaths;
  /** A CRI socket to use instead of an own containerd. Images are then not imported from the data directory. */
  readonly criSocket?: string;
  readonly network: NodeNetwork;
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A container that the kubelet's HTTP server was asked for. */
export interface FoundContainer {
  readonly pod: Pod;
  /** The newest of this name; it may have ended. */
  readonly container: ContainerView;
  /** Older ones that are kept, newest first: `--previous`. */
  readonly earlier: readonly ContainerView[];
  readonly sandboxId: string;
}

export interface NodeAgent {
  /** Resolves when containers can be started; the node may not be Ready yet. */
  start(signal: AbortSignal): Promise<void>;
  /** Ends the agent; containers go on. */
  stop(): Promise<void>;
  /** Undefined when the node is ready; otherwise why not, in one line. */
  status(): string | undefined;
  /** For the HTTP server; throws before `start` has resolved. */
  readonly cri: Cri;
  readonly layout: AgentLayout;
  /** All pods with the status that this node has found; newer than what the API shows. */
  pods(): readonly Pod[];
  findPod(namespace: string, name: string): Pod | undefined;
  podByUid(uid: string): Pod | undefined;
  /** `container` may be left out when the pod has one. */
  findContainer(namespace: string, pod: string, container: string): FoundContainer | undefined;
  /** Id of the newest sandbox: port-forward. */
  findSandbox(namespace: string, pod: string): string | undefined;
  /** Control groups of a pod, one folder for each hierarchy: statistics. */
  cgroupFolders(pod: Pod): Promise<readonly string[]>;
}

/** The control group under which all pods of this data directory are. */
export function podCgroupRoot(dataDir: string): string {
  return `/${instanceName('kubepods', dataDir)}`;
}

/** Where secrets and tokens of pods lie in memory: a mount that `killall` has to take away. */
export function podSecretsMount(dataDir: string): string {
  return join(agentLayout(dataDir).agent, 'run/pod-secrets');
}

const parallelRuntimeCalls = 8;

/** The kubelet's work, without its HTTP server. */
export function createNodeAgent(options: NodeAgentOptions): NodeAgent {
  return new Agent(options);
}

class Agent implements NodeAgent {
  readonly layout: AgentLayout;
  readonly #options: NodeAgentOptions;
  readonly #stopping = new AbortController();
  #containerd: Containerd | undefined;
  #cri: Cri | undefined;
  #context: NodeContext | undefined;
  #manager: PodManager | undefined;
  #registration: NodeRegistration | undefined;
  #importer: ImageImporter | undefined;
  #rotation: LogRotation | undefined;
  #background: Promise<void> | undefined;
  #unfollow: (() => void) | undefined;
  #cniProblem: string | undefined = 'cni plugin not initialized';

  constructor(options: NodeAgentOptions) {
    this.#options = options;
    this.layout = agentLayout(options.dataDir);
  }

  async start(outer: AbortSignal): Promise<void> {
    const { client, clock, log, nodeName, nodeIps, dataDir, settings } = this.#options;
    const signal = AbortSignal.any([outer, this.#stopping.signal]);
    // Registration needs the runtime's version only later; the node object and the runtime are made side by side.
    const cri = await this.#openRuntime(signal);
    this.#cri = cri;
    const registration = new NodeRegistration({
      ...this.#options,
      cri,
      log: log.child('registration'),
      problem: () => this.#problem(),
      onPodCidr: (cidrs) => this.#onPodCidr(cidrs),
    });
    this.#registration = registration;
    const facts = { nodeName, hostIps: nodeIps, allocatable: registration.allocatable };
    const podsLog = log.child('pods');
    const objects = createObjectSource(
      client,
      new RememberedObjects(join(this.layout.checkpoints, 'objects'), podsLog),
    );
    const volumes = new Volumes({
      podsFolder: this.layout.pods,
      memoryFolder: podSecretsMount(dataDir),
      objects,
      facts,
      clock,
      log: log.child('volumes'),
    });
    const services = client.view(service);
    const context: NodeContext = {
      client,
      cri,
      views: new RuntimeViews(cri, terminationMessage),
      images: new Images({
        cri,
        clock,
        secret: objects.secret,
        event: (pod, container, event) => recordAbout(context, pod, container, event),
      }),
      volumes,
      cgroups: await createCgroups({ root: podCgroupRoot(dataDir), podMaxPids: settings.podMaxPids, log: podsLog }),
      objects,
      events: this.#options.events,
      resolver: {
        dns: this.#options.clusterDns,
        domain: this.#options.clusterDomain,
        host: await this.#hostResolver(),
      },
      facts,
      layout: this.layout,
      clock,
      log: podsLog,
      machineMemoryBytes: totalmem(),
      slots: new Semaphore(parallelRuntimeCalls),
      services: (namespace) => [
        ...services.list(namespace),
        ...(namespace === 'default' ? [] : services.list('default')),
      ],
      servicesReady: (untilSignal) => services.ready(untilSignal),
      forgetObjects: objects.forgetObjects,
      runtimeHandler: objects.runtimeHandler,
      networkProblem: () => this.#networkProblem(),
    };
    this.#context = context;
    await volumes.open();
    this.#manager = new PodManager({
      context,
      nodeName,
      statics: new StaticPods({
        folder: this.layout.podManifests,
        nodeName,
        client,
        clock,
        log: log.child('static-pods'),
        nodeUid: () => registration.nodeUid,
      }),
      room: () => ({ allocatable: registration.allocatable, labels: registration.labels }),
    });
    await this.#manager.start(signal);
    this.#unfollow = followSources(client, this.#manager, this.#stopping.signal, podsLog);
    this.#importer?.start();
    this.#rotation = new LogRotation({
      cri,
      manager: this.#manager,
      layout: this.layout,
      maxBytes: settings.logMaxBytes,
      maxFiles: settings.logMaxFiles,
      clock,
      log: log.child('logs'),
    });
    this.#rotation.start();
    registration.start();
    this.#background = this.#confirmCni()
      .then(() => registration.changed())
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) log.error('cannot ask the runtime for its network', { error });
      });
  }

  async #openRuntime(signal: AbortSignal): Promise<Cri> {
    const { criSocket, runtimePaths, clock, log } = this.#options;
    if (criSocket !== undefined) return connectCri(criSocket);
    this.#containerd = await startContainerd({
      layout: this.layout,
      paths: runtimePaths,
      clock,
      log: log.child('containerd'),
      signal,
    });
    const cri = connectCri(this.#containerd.socketPath);
    const ctr = createCtr({ ctrPath: runtimePaths.ctr, socketPath: this.#containerd.socketPath });
    await ensurePauseImage({ cri, ctr, catatonitPath: runtimePaths.catatonit, signal });
    this.#importer = new ImageImporter({
      folder: this.layout.images,
      ctr,
      cri,
      clock,
      log: log.child('images'),
      onImported: () => this.#manager?.retryImages(),
    });
    await this.#importer.importAll(signal);
    return cri;
  }

  async #hostResolver(): Promise<ResolverConfig> {
    const { resolvConf } = this.#options.settings;
    if (resolvConf !== undefined) return parseResolvConf(await readFile(resolvConf, 'utf8'));
    return chooseHostResolver(
      await Promise.all(['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'].map(readTextIfPresent)),
    );
  }

  async #onPodCidr(cidrs: readonly string[]): Promise<void> {
    await this.#options.network.onPodCidr(cidrs);
    await this.#confirmCni();
    this.#registration?.changed();
  }

  /** The runtime notices a new network configuration by itself, a moment later; until then no pod is to be begun. */
  async #confirmCni(): Promise<void> {
    const { clock, network } = this.#options;
    const { signal } = this.#stopping;
    for (let waitMs = 20; !signal.aborted && network.ready() === undefined; waitMs = Math.min(waitMs * 1.5, 2_000)) {
      const { status } = await this.cri.call('Status', {}, { signal });
      const condition = status?.conditions.find(({ type }) => type === 'NetworkReady');
      this.#cniProblem = condition?.status
        ? undefined
        : (condition?.message ?? 'the runtime does not say whether it has a network');
      if (this.#cniProblem === undefined) break;
      await sleep(clock, waitMs, signal);
    }
    this.#manager?.wakeAll();
  }

  #networkProblem(): string | undefined {
    return this.#options.network.ready() ?? this.#cniProblem;
  }

  #problem(): string | undefined {
    const runtime = this.#containerd?.problem();
    if (runtime !== undefined) return `container runtime is down: ${runtime}`;
    const network = this.#networkProblem();
    return network === undefined
      ? undefined
      : `container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:${network}`;
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the node agent is stopping'));
    this.#unfollow?.();
    await this.#background;
    await this.#registration?.stop();
    await this.#rotation?.stop();
    await this.#importer?.stop();
    await this.#manager?.stop();
    this.#context?.volumes.close();
    this.#cri?.close();
    await this.#containerd?.stop();
  }

  status(): string | undefined {
    return this.#manager ? this.#problem() : 'the node agent is starting';
  }

  get cri(): Cri {
    if (!this.#cri) throw new Error('the node agent has not started');
    return this.#cri;
  }

  pods(): readonly Pod[] {
    return this.#manager?.list() ?? [];
  }

  findPod(namespace: string, name: string): Pod | undefined {
    return this.#manager?.find(namespace, name)?.pod;
  }

  podByUid(uid: string): Pod | undefined {
    return this.#manager?.byUid(uid)?.pod;
  }

  findContainer(namespace: string, pod: string, container: string): FoundContainer | undefined {
    const worker = this.#manager?.find(namespace, pod);
    if (!worker) return undefined;
    const name = container || (worker.pod.spec?.containers[0]?.name ?? '');
    const newest = latestOf(worker.view, name);
    if (!newest) return undefined;
    const earlier = worker.view.containers.filter((other) => other.name === name && other.id !== newest.id);
    return { pod: worker.pod, container: newest, earlier, sandboxId: newest.sandboxId };
  }

  findSandbox(namespace: string, pod: string): string | undefined {
    return this.#manager?.find(namespace, pod)?.view.sandboxes.find(({ ready }) => ready)?.id;
  }

  async cgroupFolders(pod: Pod): Promise<readonly string[]> {
    const cgroups = this.#context?.cgroups;
    return cgroups ? cgroups.folders(cgroups.pathOf(pod)) : [];
  }
}
