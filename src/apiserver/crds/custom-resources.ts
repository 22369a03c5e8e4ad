/** Serves what CustomResourceDefinitions describe. */

import { type CustomKinds, customKinds } from '../../api/apiextensions/custom-kind.ts';
import { customResourceDefinition } from '../../api/apiextensions/custom-resource-definition.ts';
import { conditionOf, settledStatus } from '../../api/apiextensions/names-conditions.ts';
import { comparePriority } from '../../api/apiextensions/version-priority.ts';
import type { Kind } from '../../api/kind.ts';
import { jsonEqual } from '../../api/patch/index.ts';
import type { CustomResourceDefinition } from '../../api/schema/generated/types/apiextensions-v1.ts';
import { isApiError } from '../../api/status.ts';
import { BackoffByKey } from '../../base/backoff.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Client, View } from '../../client/client.ts';
import type { CachedRegistry } from '../registry/registry.ts';
import type { CallWebhook } from '../webhook-client/caller.ts';
import { deleteInstances } from './cleanup.ts';
import { webhookConverter } from './conversion/converter.ts';
import { rulesOf } from './rules.ts';

export interface CustomResourcesOptions {
  readonly registry: CachedRegistry;
  /** Reads and writes definitions, and deletes the objects of those that go. */
  readonly client: Client;
  /** Asks the webhooks that convert between versions. */
  readonly callWebhook: CallWebhook;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface CustomResources {
  /** Resolves when every definition that there is at the start is served. */
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Objects under deletion go when their finalizers do. */
const recheckMs = 1000;

export function createCustomResources(options: CustomResourcesOptions): CustomResources {
  return new DefinitionLoop(options);
}

/** What is served for one definition. */
interface Installed {
  readonly from: CustomResourceDefinition;
  readonly kinds: CustomKinds;
}

/** Looks at one definition at a time, by name, and brings what is served in line with it. */
class DefinitionLoop implements CustomResources {
  readonly #options: CustomResourcesOptions;
  readonly #builtIn: readonly Kind[];
  readonly #view: View<CustomResourceDefinition>;
  readonly #installed = new Map<string, Installed>();
  readonly #pending = new Set<string>();
  /** Those that are to be looked at again after a while. */
  readonly #waits = new Map<string, Timer>();
  readonly #backoff = new BackoffByKey<string>();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #unlisten: (() => void) | undefined;

  constructor(options: CustomResourcesOptions) {
    this.#options = options;
    this.#builtIn = options.registry.kinds;
    this.#view = options.client.view(customResourceDefinition);
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#view.ready(signal);
    this.#unlisten = this.#view.onChange(({ object }) => this.#wake(object.metadata.name ?? ''));
    for (const { metadata } of this.#view.list()) this.#wake(metadata.name ?? '');
    await this.#running;
  }

  async stop(): Promise<void> {
    this.#unlisten?.();
    this.#stop.abort();
    await this.#running;
    for (const wait of this.#waits.values()) wait.cancel();
  }

  #wake(name: string): void {
    if (this.#stop.signal.aborted) return;
    this.#pending.add(name);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // Woken between the last look and now.
      for (const next of this.#pending) this.#wake(next);
    });
  }

  async #run(): Promise<void> {
    const { log } = this.#options;
    for (const name of this.#pending) {
      if (this.#stop.signal.aborted) return;
      this.#pending.delete(name);
      try {
        const isDone = await this.#reconcile(name);
        this.#backoff.forget(name);
        if (!isDone) this.#wakeLater(name, recheckMs);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (!isApiError(error, 'Conflict', 'NotFound'))
          log.error('a custom resource definition cannot be served', { definition: name, error: toError(error) });
        this.#wakeLater(name, this.#backoff.fail(name));
      }
    }
  }

  /** At most one wait for each definition: every change of one that must wait would add another for good. */
  #wakeLater(name: string, ms: number): void {
    const { clock } = this.#options;
    this.#waits.get(name)?.cancel();
    const wait = clock.after(ms, () => {
      this.#waits.delete(name);
      this.#wake(name);
    });
    this.#waits.set(name, wait);
  }

  /** Whether it is done; if not, it is to be looked at again after a while. */
  async #reconcile(name: string): Promise<boolean> {
    const { client, clock } = this.#options;
    const definition = this.#view.get(name);
    if (!definition) {
      await this.#uninstall(name);
      this.#wakeWaiting();
      return true;
    }
    if (definition.metadata.deletionTimestamp) {
      const installed = await this.#install(definition);
      return deleteInstances(definition, installed?.stored, { client, nowMs: clock.now(), signal: this.#stop.signal });
    }
    const { group } = definition.spec;
    const others = this.#view.list().filter((other) => other.spec.group === group && other.metadata.name !== name);
    const status = settledStatus(definition, others, clock.now());
    const settled = { ...definition, status };
    // Served before it says so: whoever waits for the condition may begin at once.
    if (conditionOf(settled, 'Established')?.status === 'True') await this.#install(settled);
    if (!jsonEqual(status, definition.status))
      await client.update(customResourceDefinition, settled, { subresource: 'status', signal: this.#stop.signal });
    if (!jsonEqual(status.acceptedNames ?? null, definition.status?.acceptedNames ?? null)) this.#wakeWaiting();
    return true;
  }

  /** Names that one lets go may be what others wait for. */
  #wakeWaiting(): void {
    for (const definition of this.#view.list())
      if (conditionOf(definition, 'NamesAccepted')?.status === 'False')
        this.#pending.add(definition.metadata.name ?? '');
  }

  async #install(definition: CustomResourceDefinition): Promise<CustomKinds | undefined> {
    const { registry } = this.#options;
    const { metadata, spec, status } = definition;
    const name = metadata.name ?? '';
    const names = status?.acceptedNames;
    if (!names?.plural || !names.kind) return undefined;
    // A kind that is built in is not replaced.
    if (this.#builtIn.some((kind) => kind.group === spec.group && kind.plural === names.plural)) return undefined;
    const present = this.#installed.get(name);
    if (present && isSame(present.from, definition)) return present.kinds;
    const kinds = customKinds(definition, names, {
      rulesOf: await rulesOf(spec.versions),
      convert: webhookConverter(spec.conversion, this.#options.callWebhook),
      shape: present && jsonEqual(present.from.spec, spec) ? present.kinds.stored.shape : {},
    });
    await registry.cache.addKind(kinds.stored);
    this.#installed.set(name, { from: definition, kinds });
    this.#publish();
    return kinds;
  }

  async #uninstall(name: string): Promise<void> {
    const { registry } = this.#options;
    const present = this.#installed.get(name);
    if (!present) return;
    this.#installed.delete(name);
    this.#publish();
    registry.cache.removeKind(present.kinds.stored);
  }

  #publish(): void {
    const all = [...this.#installed.values()].sort((a, b) => (groupAndName(a) < groupAndName(b) ? -1 : 1));
    this.#options.registry.serveKinds([...this.#builtIn, ...inOrder(all.flatMap(({ kinds }) => kinds.served))]);
  }
}

function groupAndName({ from }: Installed): string {
  return `${from.spec.group}/${from.spec.names.plural}`;
}

/** Discovery shows the versions of a group in the order of their first kinds. */
function inOrder(kinds: readonly Kind[]): readonly Kind[] {
  return kinds.toSorted((a, b) =>
    a.group === b.group ? comparePriority(a.version, b.version) : a.group < b.group ? -1 : 1,
  );
}

/** Whether two states of a definition describe the same kinds. */
function isSame(a: CustomResourceDefinition, b: CustomResourceDefinition): boolean {
  return (
    a.metadata.uid === b.metadata.uid &&
    a.metadata.generation === b.metadata.generation &&
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp &&
    JSON.stringify(a.status?.acceptedNames) === JSON.stringify(b.status?.acceptedNames)
  );
}
