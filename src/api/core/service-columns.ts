import { ageColumn, column, formatLabels, nameColumn } from '../columns.ts';
import type { Column } from '../kind.ts';
import type { Service } from '../schema/generated/types/core-v1.ts';
import { ingressPoints } from './load-balancer.ts';

export const serviceColumns: readonly Column<Service>[] = [
  nameColumn,
  column('Type', ({ spec }) => spec?.type ?? '', { description: 'How the service is reached.' }),
  column('Cluster-IP', ({ spec }) => spec?.clusterIPs?.[0] ?? '<none>', {
    description: 'First address inside the cluster.',
  }),
  column('External-IP', externalIp, { description: 'Addresses outside the cluster.' }),
  column('Port(s)', portsText, { description: 'Ports, with node ports after a colon.' }),
  ageColumn,
  column('Selector', ({ spec }) => formatLabels(spec?.selector), {
    wide: true,
    description: 'Labels of the pods that answer.',
  }),
];

function externalIp({ spec, status }: Service): string {
  const external = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return external.join(',') || '<none>';
    case 'LoadBalancer':
      return [...ingressPoints(status?.loadBalancer?.ingress), ...external].join(',') || '<pending>';
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

function portsText({ spec }: Service): string {
  const texts = (spec?.ports ?? []).map(
    ({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`,
  );
  return texts.join(',') || '<none>';
}
