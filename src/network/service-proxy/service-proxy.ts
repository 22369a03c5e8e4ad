import { service } from '../../api/core/service.ts';
import { endpointSlice } from '../../api/discovery/endpoint-slice.ts';
import { keyOf, type ObjectKey } from '../../api/object.ts';
import type { EndpointSlice } from '../../api/schema/generated/types/discovery-v1.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client, Index } from '../../client/client.ts';
import { createNftApplier } from '../firewall/nft.ts';
import { type ServicePort, servicePorts } from './service-port.ts';
import { serviceRules } from './service-rules.ts';

export interface ServiceProxyOptions {
  readonly client: Client;
  readonly nodeName: string;
  /** The `nft` program. */
  readonly nft: string;
  readonly table: string;
  /** One for each address family of the cluster. */
  readonly families: readonly ProxyFamily[];
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ProxyFamily {
  readonly family: 4 | 6;
  readonly clusterCidr: string;
}

export interface ServiceProxy {
  /** Resolves when the rules for what is there have been applied. */
  start(signal: AbortSignal): Promise<void>;
  /** This node's pods, one range for each family that has one. */
  setPodCidrs(cidrs: readonly string[]): void;
  /** Stops following; the rules stay, so that running pods keep their Services. */
  stop(): Promise<void>;
}

/** Changes that come within this time are applied together. */
const coalesceMs = 20;
const retryMs = 5_000;
const sliceService = 'kubernetes.io/service-name';

const slicesByService: Index<EndpointSlice> = {
  name: 'service',
  of(slice) {
    const name = slice.metadata.labels?.[sliceService];
    return name ? [`${slice.metadata.namespace}/${name}`] : [];
  },
};

/** Follows Services and EndpointSlices and keeps the kernel's rules equal to them. */
export function createServiceProxy(options: ServiceProxyOptions): ServiceProxy {
  const { client, nodeName, clock, log } = options;
  const services = client.view(service);
  const slices = client.view(endpointSlice);
  const families = options.families.map((one) => ({
    ...one,
    podCidr: undefined as string | undefined,
    ports: new Map<ObjectKey, readonly ServicePort[]>(),
    applier: createNftApplier({ nft: options.nft, family: one.family === 4 ? 'ip' : 'ip6', table: options.table }),
  }));
  let timer: Timer | undefined;
  let stopped = false;
  let applying: Promise<void> = Promise.resolve();

  const recompute = (key: ObjectKey) => {
    const found = services.get(key);
    for (const { family, ports } of families) {
      const list = found ? servicePorts(found, slices.by(slicesByService, key), { family, nodeName }) : [];
      if (list.length > 0) ports.set(key, list);
      else ports.delete(key);
    }
  };

  const applyNow = async () => {
    for (const { family, clusterCidr, podCidr, ports, applier } of families) {
      const rules = serviceRules([...ports.values()].flat(), {
        family,
        clusterCidr,
        table: options.table,
        ...(podCidr && { podCidr }),
      });
      await applier.apply(rules);
    }
  };

  const schedule = (delayMs = coalesceMs) => {
    if (timer || stopped) return;
    timer = clock.after(delayMs, () => {
      timer = undefined;
      applying = applyNow().catch((error: unknown) => {
        log.error('service rules not applied', { error, retryMs });
        schedule(retryMs);
      });
    });
  };

  const changed = (key: ObjectKey) => {
    recompute(key);
    schedule();
  };

  const stops: (() => void)[] = [];
  return {
    async start(signal) {
      await Promise.all([services.ready(signal), slices.ready(signal)]);
      stops.push(
        services.onChange(({ object }) => changed(keyOf(object))),
        slices.onChange(({ object, old }) => {
          for (const key of new Set([...slicesByService.of(object), ...(old ? slicesByService.of(old) : [])]))
            changed(key);
        }),
      );
      for (const one of services.list()) recompute(keyOf(one));
      await applyNow();
    },
    setPodCidrs(cidrs) {
      for (const one of families) one.podCidr = cidrs.find((cidr) => cidr.includes(':') === (one.family === 6));
      schedule(0);
    },
    async stop() {
      stopped = true;
      for (const stop of stops) stop();
      timer?.cancel();
      await applying;
    },
  };
}
