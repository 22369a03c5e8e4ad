import { nameAndAge } from '../columns.ts';
import { kind } from '../kind.ts';
import type { DeviceClass } from '../schema/generated/types/resource-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateDeviceClass } from '../validation/resource/resource-claim.ts';

export const deviceClass = kind<DeviceClass>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.resource.v1.DeviceClass'),
  generation: true,
  columns: nameAndAge,
  validate: validateDeviceClass,
});
