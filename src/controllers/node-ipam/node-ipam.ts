import { node } from '../../api/core/node.ts';
import {
  type Controller,
  changesOf,
  controller,
  done,
  mayWrite,
  requeueAfter,
} from '../../controller-runtime/controller.ts';
import { nextNodeCidr, type PodRange } from './plan.ts';

/** Gives each node its part of the cluster's pod addresses, one of each family. */
export function nodeIpamController(ranges: readonly PodRange[]): Controller {
  return controller({
    name: 'node-ipam-controller',
    account: 'node-controller',
    wakesOn: [changesOf(node)],
    // One at a time: what one node was given is in the view before the next one asks.
    concurrency: 1,
    writes: [mayWrite(node, 'patch')],
    async reconcile(key, { client, events, signal }) {
      const object = client.view(node).get(key);
      if (!object || object.metadata.deletionTimestamp || object.spec?.podCIDR) return done;
      const inUse = client
        .view(node)
        .list()
        .flatMap(({ spec }) => spec?.podCIDRs ?? (spec?.podCIDR ? [spec.podCIDR] : []));
      const parts = ranges.map((range) => nextNodeCidr(range, inUse));
      const podCIDRs = parts.filter((part) => part !== undefined);
      const [podCIDR] = podCIDRs;
      if (podCIDRs.length < parts.length || !podCIDR) {
        const message = `Node ${key} status is now: CIDRNotAvailable`;
        events.record(object, { type: 'Normal', reason: 'CIDRNotAvailable', message });
        return requeueAfter(30_000);
      }
      const body = { metadata: { uid: object.metadata.uid }, spec: { podCIDR, podCIDRs } };
      await client.patch(node, { name: key }, { type: 'strategic', body }, { signal });
      return done;
    },
  });
}
