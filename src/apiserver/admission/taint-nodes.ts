import type { Draft } from '../../api/object.ts';
import type { Node } from '../../api/schema/generated/types/core-v1.ts';
import type { AdmissionPlugin } from '../contract.ts';

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** A new node takes no pods before the node lifecycle controller has seen it ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  handles: ({ operation, kind, subresource }) =>
    operation === 'CREATE' && kind.group === '' && kind.plural === 'nodes' && subresource === '',
  mutate(_request, object) {
    const node = object as Draft<Node> | undefined;
    if (!node) return;
    node.spec ??= {};
    if (!node.spec.taints?.some(({ key, effect }) => key === notReady.key && effect === notReady.effect))
      node.spec.taints = [...(node.spec.taints ?? []), { ...notReady }];
  },
};
