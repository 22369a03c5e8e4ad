import { node as nodeKind } from '../api/core/node.ts';
import type { Node } from '../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../api/status.ts';
import { describeError, type Logger } from '../base/log.ts';
import type { Client } from '../client/client.ts';

/** Labels that a node may not give itself (NodeRestriction): the server says that the node is a server's. */
const labels = { 'node-role.kubernetes.io/control-plane': 'true' };

/** Sets them whenever the node has registered without. Returns how to stop. */
export function labelServerNode(client: Client, nodeName: string, log: Logger): () => void {
  const view = client.view(nodeKind, { fieldSelector: `metadata.name=${nodeName}` });
  const look = (node: Node) => {
    const missing = Object.entries(labels).some(([key, value]) => node.metadata.labels?.[key] !== value);
    if (!missing) return;
    client
      .patch(nodeKind, { name: nodeName }, { type: 'merge', body: { metadata: { labels } } })
      .catch((error: unknown) => {
        // Deleted meanwhile: it registers again, and this looks again.
        if (!isApiError(error, 'NotFound')) log.warn('cannot label the node', { error: describeError(error) });
      });
  };
  const stop = view.onChange(({ type, object }) => {
    if (type !== 'deleted') look(object);
  });
  for (const node of view.list()) look(node);
  return stop;
}
