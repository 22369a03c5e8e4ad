import type { Draft } from '../../api/object.ts';
import type { Node, Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { View } from '../../client/client.ts';
import type { AdmissionPlugin } from '../contract.ts';

const labels = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** A pod that gets a node gets the labels of the node's place (KEP-4742; on by default since 1.35). */
export function podTopologyLabels(nodes: View<Node>): AdmissionPlugin {
  return {
    name: 'PodTopologyLabels',
    handles: ({ kind, operation, subresource }) =>
      kind.group === '' &&
      kind.plural === 'pods' &&
      ((operation === 'CREATE' && subresource === '') || (operation === 'UPDATE' && subresource === 'binding')),
    mutate(_request, object) {
      const pod = object as Draft<Pod> | undefined;
      const nodeName = pod?.spec?.nodeName;
      const node = nodeName ? nodes.get(nodeName) : undefined;
      if (!pod || !node) return;
      for (const label of labels) {
        const value = node.metadata.labels?.[label];
        if (value !== undefined) pod.metadata.labels = { ...pod.metadata.labels, [label]: value };
      }
    },
  };
}
