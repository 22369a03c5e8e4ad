import { ageColumn, column, listWithMore, nameColumn } from '../columns.ts';
import { fill } from '../fill.ts';
import { kind } from '../kind.ts';
import type { Endpoints } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateEndpoints } from '../validation/core/endpoints.ts';

export const endpoints = kind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  shortNames: ['ep'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.Endpoints'),
  columns: [nameColumn, column('Endpoints', endpointsText, { description: 'Addresses with ports.' }), ageColumn],
  createOnUpdate: true,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  defaults: ({ subsets }) => {
    for (const { ports } of subsets ?? []) for (const port of ports ?? []) fill(port, { protocol: 'TCP' });
  },
  validate: validateEndpoints,
});

function endpointsText({ subsets }: Endpoints): string {
  const texts = (subsets ?? []).flatMap(({ addresses = [], ports }) =>
    ports?.length
      ? ports.flatMap(({ port }) =>
          addresses.map(({ ip }) => (ip?.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)),
        )
      : addresses.map(({ ip }) => ip),
  );
  return subsets?.length ? listWithMore(texts, 3, '') : '<none>';
}
