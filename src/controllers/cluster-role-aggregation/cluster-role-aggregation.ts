import { keyOf } from '../../api/object.ts';
import { clusterRole } from '../../api/rbac/cluster-role.ts';
import type { ClusterRole, PolicyRule } from '../../api/schema/generated/types/rbac-v1.ts';
import { cachedLabelSelectorOf } from '../../api/selectors/label-selector.ts';
import type { Client } from '../../client/client.ts';
import { changesOf, controller, done, mayWrite } from '../../controller-runtime/controller.ts';
import { canonicalJson } from '../shared/hash.ts';
import { sameValue } from '../shared/status.ts';

/** The rules of all roles that the aggregation selects, in order of their names, each once. */
function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): readonly PolicyRule[] {
  const selectors = (role.aggregationRule?.clusterRoleSelectors ?? []).map(cachedLabelSelectorOf);
  const selected = all
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .filter(({ metadata }) => selectors.some((selector) => selector.matches(metadata.labels)))
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  const rules = new Map<string, PolicyRule>();
  for (const { rules: own } of selected) for (const rule of own ?? []) rules.set(canonicalJson(rule), rule);
  return [...rules.values()];
}

/** Fills cluster roles that are made of others: admin, edit, view. */
export const clusterRoleAggregationController = controller({
  name: 'clusterrole-aggregation-controller',
  wakesOn: [changesOf(clusterRole, (_role, client) => aggregates(client))],
  writes: [mayWrite(clusterRole, 'update')],
  async reconcile(key, { client, signal }) {
    const role = client.view(clusterRole).get(key);
    if (!role?.aggregationRule || role.metadata.deletionTimestamp) return done;
    const rules = aggregatedRules(role, client.view(clusterRole).list());
    if (!sameValue(role.rules ?? [], rules)) await client.update(clusterRole, { ...role, rules }, { signal });
    return done;
  },
});

function aggregates(client: Client): readonly string[] {
  return client
    .view(clusterRole)
    .list()
    .filter(({ aggregationRule }) => aggregationRule)
    .map(keyOf);
}
