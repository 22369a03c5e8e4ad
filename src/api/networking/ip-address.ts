import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { IPAddress } from '../schema/generated/types/networking-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { nameIsAddress, validateIpAddress, validateIpAddressUpdate } from '../validation/networking/addresses.ts';

export const ipAddress = kind<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.networking.v1.IPAddress'),
  columns: [
    nameColumn,
    column('ParentRef', parentText, { description: 'The object that holds the address.' }),
    ageColumn,
  ],
  validateName: nameIsAddress,
  validate: validateIpAddress,
  validateUpdate: validateIpAddressUpdate,
});

function parentText({ spec }: IPAddress): string {
  if (!spec?.parentRef) return '<none>';
  const { group, resource, namespace, name } = spec.parentRef;
  const qualified = `${resource}${group ? `.${group}` : ''}`.toLowerCase();
  return [qualified, namespace, name].filter(Boolean).join('/');
}
