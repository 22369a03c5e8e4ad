import { ageColumn, column, nameColumn } from '../columns.ts';
import { ingressPoints } from '../core/load-balancer.ts';
import { kind } from '../kind.ts';
import type { Ingress } from '../schema/generated/types/networking-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import { validateIngress, validateIngressStatus, validateNewIngress } from '../validation/networking/ingress.ts';
import { ingressWarnings } from '../validation/warnings/others.ts';

export const ingress = kind<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.networking.v1.Ingress'),
  generation: true,
  subresources: { status: { ...statusSubresource, validateUpdate: validateIngressStatus } },
  columns: [
    nameColumn,
    column('Class', ({ spec }) => spec?.ingressClassName ?? '<none>', {
      description: 'Class of the controller that serves it.',
    }),
    column('Hosts', hostsText, { description: 'Host names that rules match.' }),
    column('Address', ({ status }) => ingressPoints(status?.loadBalancer?.ingress).join(','), {
      description: 'Where it is reached.',
    }),
    column('Ports', ({ spec }) => (spec?.tls?.length ? '80, 443' : '80'), { description: 'Ports that are open.' }),
    ageColumn,
  ],
  validate: validateIngress,
  validateCreate: validateNewIngress,
  warnings: ingressWarnings,
});

const shownHosts = 3;

function hostsText({ spec }: Ingress): string {
  const rules = spec?.rules ?? [];
  const hosts = rules.flatMap(({ host }) => host || []);
  const text = hosts.slice(0, shownHosts).join(',') || '*';
  return hosts.length > shownHosts ? `${text} + ${rules.length - shownHosts} more...` : text;
}
