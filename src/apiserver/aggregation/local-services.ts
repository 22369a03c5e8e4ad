import { apiService } from '../../api/apiregistration/api-service.ts';
import type { Kind } from '../../api/kind.ts';
import { builtInKinds } from '../../api/kinds.ts';
import { formatTime } from '../../api/object.ts';
import { jsonEqual } from '../../api/patch/index.ts';
import type { APIService } from '../../api/schema/generated/types/apiregistration-v1.ts';
import { isApiError } from '../../api/status.ts';
import { type Clock, pause } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { inParallel } from '../../base/parallel.ts';
import type { Client, View } from '../../client/client.ts';
import { builtInPriority, customPriority, type Priority } from '../discovery/priorities.ts';
import { withAvailable } from './conditions.ts';

/** Upstream's mark on what this server made: `onstart` for built-in group versions, `true` for custom ones. */
export const automanagedLabel = 'kube-aggregator.kubernetes.io/automanaged';

/** The APIServices of what this server serves itself. Pure. */
function localServices(kinds: readonly Kind[], builtIn: ReadonlySet<string>): readonly APIService[] {
  const wanted = new Map<string, APIService>();
  for (const { group, version, apiVersion } of kinds) {
    const name = `${version}.${group}`;
    if (wanted.has(name)) continue;
    const isBuiltIn = builtIn.has(apiVersion);
    const priority = isBuiltIn ? builtInPriority(group, version) : customPriority;
    if (priority) wanted.set(name, localService({ group, version }, priority, isBuiltIn ? 'onstart' : 'true'));
  }
  return [...wanted.values()];
}

function localService(
  { group, version }: { readonly group: string; readonly version: string },
  priority: Priority,
  managed: string,
): APIService {
  return {
    apiVersion: apiService.apiVersion,
    kind: apiService.kind,
    metadata: { name: `${version}.${group}`, labels: { [automanagedLabel]: managed } },
    spec: {
      ...(group && { group }),
      version,
      groupPriorityMinimum: priority.group,
      versionPriority: priority.version,
    },
  };
}

type Keeper = Pick<LocalServicesOptions, 'client' | 'view' | 'clock'>;

const local = {
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
} as const;

export interface LocalServicesOptions {
  readonly client: Client;
  readonly view: View<APIService>;
  readonly registry: { readonly kinds: readonly Kind[] };
  readonly clock: Clock;
  readonly log: Logger;
}

const retryMs = 1000;
const builtIn: ReadonlySet<string> = new Set(builtInKinds.map(({ apiVersion }) => apiVersion));

/** Keeps the APIServices of what this server serves itself. */
export class LocalServices {
  readonly #options: LocalServicesOptions;
  readonly #stop = new AbortController();
  #settling: Promise<void> | undefined;
  #again = false;

  constructor(options: LocalServicesOptions) {
    this.#options = options;
  }

  /** Resolves when all of them are there. */
  start(): Promise<void> {
    return this.#settle(true);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#settling;
  }

  /** Looks again: kinds or APIServices have changed. */
  settleSoon(): void {
    this.#again = true;
    if (this.#stop.signal.aborted) return;
    this.#settling ??= this.#settleWhileAsked().finally(() => {
      this.#settling = undefined;
    });
  }

  async #settleWhileAsked(): Promise<void> {
    const { log, clock } = this.#options;
    while (this.#again && !this.#stop.signal.aborted) {
      this.#again = false;
      try {
        await this.#settle(false);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (!isApiError(error, 'Conflict', 'NotFound'))
          log.error('the APIServices of this server cannot be kept', { error: toError(error) });
        this.#again = true;
        await pause(clock, retryMs, this.#stop.signal); // stopped: the loop sees it
      }
    }
  }

  #settle(isStart: boolean): Promise<void> {
    const wanted = localServices(this.#options.registry.kinds, builtIn);
    return settleLocalServices(this.#options, wanted, { isStart, signal: this.#stop.signal });
  }
}

const writesAtOnce = 32;

/**
 * Makes the APIServices of what is served here, takes those away whose group version is gone, and leaves alone what
 * somebody else has put in their place. Those of built-in groups are made once, at the start: whoever deletes one meant it.
 */
async function settleLocalServices(
  { client, view, clock }: Keeper,
  wanted: readonly APIService[],
  { isStart, signal }: { readonly isStart: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const names = new Set(wanted.map(({ metadata }) => metadata.name ?? ''));
  const due = isStart ? wanted : wanted.filter(({ metadata }) => metadata.labels?.[automanagedLabel] === 'true');
  // Side by side, so that their commits share a group.
  await inParallel(due, writesAtOnce, (service) => settleOne({ client, view, clock }, service, signal));
  for (const { metadata } of view.list()) {
    const managed = metadata.labels?.[automanagedLabel];
    if (names.has(metadata.name ?? '') || !(managed === 'true' || (managed === 'onstart' && isStart))) continue;
    await unless('NotFound', client.delete(apiService, { name: metadata.name ?? '' }, { signal }));
  }
}

async function settleOne({ client, view, clock }: Keeper, wanted: APIService, signal: AbortSignal): Promise<void> {
  const name = wanted.metadata.name ?? '';
  const present = view.get(name) ?? (await unless('AlreadyExists', client.create(apiService, wanted, { signal })));
  if (!present?.metadata.labels?.[automanagedLabel]) return; // somebody else's
  let service = present;
  if (!jsonEqual(present.spec, wanted.spec))
    service = await client.update(
      apiService,
      { ...present, spec: wanted.spec as NonNullable<APIService['spec']> },
      { signal },
    );
  const status = withAvailable(service.status, local, formatTime(clock.now()));
  if (status !== service.status)
    await client.update(apiService, { ...service, status }, { subresource: 'status', signal });
}

async function unless<T>(reason: 'NotFound' | 'AlreadyExists', done: Promise<T>): Promise<T | undefined> {
  try {
    return await done;
  } catch (error) {
    if (isApiError(error, reason)) return undefined;
    throw error;
  }
}
