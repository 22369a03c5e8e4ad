import { familyOf } from '../../base/ip.ts';
import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { Service } from '../schema/generated/types/core-v1.ts';
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

/** The claim of a service on an address, as upstream's allocator makes it. */
export function newAddress(address: string, service: Service): Omit<IPAddress, 'apiVersion' | 'kind'> {
  const { namespace = '', name = '' } = service.metadata;
  return {
    metadata: {
      name: address,
      labels: {
        'ipaddress.kubernetes.io/ip-family': familyOf(address),
        'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
      },
    },
    spec: { parentRef: { group: '', resource: 'services', namespace, name } },
  };
}

/** The key of the service that has the address; undefined: it is somebody else's. */
export function serviceKeyOf({ spec }: IPAddress): string | undefined {
  const { group = '', resource, namespace = '', name } = spec?.parentRef ?? {};
  return group === '' && resource === 'services' ? `${namespace}/${name}` : undefined;
}
