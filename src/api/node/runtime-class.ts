import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { RuntimeClass } from '../schema/generated/types/node-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateRuntimeClass, validateRuntimeClassUpdate } from '../validation/node/runtime-class.ts';
import { runtimeClassWarnings } from '../validation/warnings/others.ts';

export const runtimeClass = kind<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.node.v1.RuntimeClass'),
  conditionalUpdate: true,
  columns: [
    nameColumn,
    column('Handler', ({ handler }) => handler ?? '', { description: 'Name of the handler in the container runtime.' }),
    ageColumn,
  ],
  validate: validateRuntimeClass,
  validateUpdate: validateRuntimeClassUpdate,
  warnings: runtimeClassWarnings,
});
