import { ageColumn, column, formatLabelSelector, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { NetworkPolicy } from '../schema/generated/types/networking-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateNetworkPolicy } from '../validation/networking/network-policy.ts';
import { defaultNetworkPolicy } from './defaults.ts';

export const networkPolicy = kind<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.networking.v1.NetworkPolicy'),
  generation: true,
  columns: [
    nameColumn,
    column('Pod-Selector', ({ spec }) => formatLabelSelector(spec?.podSelector) || '<none>', {
      description: 'Labels of the pods that the policy is about.',
    }),
    ageColumn,
  ],
  defaults: defaultNetworkPolicy,
  validate: validateNetworkPolicy,
});
