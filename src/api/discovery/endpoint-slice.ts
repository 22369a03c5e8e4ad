import { ageColumn, column, listWithMore, nameColumn } from '../columns.ts';
import { fill } from '../fill.ts';
import { kind } from '../kind.ts';
import type { EndpointSlice } from '../schema/generated/types/discovery-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateEndpointSlice, validateEndpointSliceUpdate } from '../validation/discovery/endpoint-slice.ts';

export const endpointSlice = kind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.discovery.v1.EndpointSlice'),
  generation: true,
  columns: [
    nameColumn,
    column('AddressType', ({ addressType }) => addressType ?? '', { description: 'IPv4, IPv6 or FQDN.' }),
    column(
      'Ports',
      ({ ports }) =>
        listWithMore(
          (ports ?? []).map(({ port, name }) => String(port ?? name ?? '*')),
          3,
          '<unset>',
        ),
      { description: 'Ports of every address.' },
    ),
    column(
      'Endpoints',
      ({ endpoints }) =>
        listWithMore(
          (endpoints ?? []).flatMap(({ addresses }) => addresses ?? []),
          3,
          '<unset>',
        ),
      { description: 'Addresses.' },
    ),
    ageColumn,
  ],
  defaults: ({ ports }) => {
    for (const port of ports ?? []) fill(port, { name: '', protocol: 'TCP' });
  },
  validate: validateEndpointSlice,
  validateUpdate: validateEndpointSliceUpdate,
});
