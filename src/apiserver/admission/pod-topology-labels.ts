import type { Binding, Node, Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { View } from '../../client/client.ts';
import type { AdmissionPlugin } from '../contract.ts';

const labels = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** A pod that gets a node, by itself or by a binding, gets the labels of the node's place (KEP-4742; on by default since 1.35). */
export function podTopologyLabels(nodes: View<Node>): AdmissionPlugin {
  return {
    name: 'PodTopologyLabels',
    handles: ({ kind, operation, subresource }) =>
      kind.group === '' &&
      kind.plural === 'pods' &&
      ((operation === 'CREATE' && subresource === '') || (operation === 'CREATE' && subresource === 'binding')),
    mutate({ subresource }, object) {
      const nodeName = subresource
        ? (object as Binding | undefined)?.target.name
        : (object as Pod | undefined)?.spec?.nodeName;
      const node = nodeName ? nodes.get(nodeName) : undefined;
      if (!object || !node) return;
      object.metadata ??= {};
      for (const label of labels) {
        const value = node.metadata.labels?.[label];
        if (value !== undefined) object.metadata.labels = { ...object.metadata.labels, [label]: value };
      }
    },
  };
}
