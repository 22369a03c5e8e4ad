import { ageColumn, column, nameColumn } from '../columns.ts';
import { fill } from '../fill.ts';
import { kind } from '../kind.ts';
import type { PriorityClass } from '../schema/generated/types/scheduling-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validatePriorityClass, validatePriorityClassUpdate } from '../validation/scheduling/priority-class.ts';

export const priorityClass = kind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.scheduling.v1.PriorityClass'),
  generation: true,
  columns: [
    nameColumn,
    column('Value', ({ value }) => value ?? 0, {
      type: 'integer',
      description: 'The higher, the sooner pods are scheduled.',
    }),
    column('Global-Default', ({ globalDefault }) => globalDefault ?? false, {
      type: 'boolean',
      description: 'Whether pods without a class get this one.',
    }),
    ageColumn,
    column('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? '', {
      wide: true,
      description: 'Whether pods may displace others.',
    }),
  ],
  defaults: (priority) => fill(priority, { preemptionPolicy: 'PreemptLowerPriority' }),
  validate: validatePriorityClass,
  validateUpdate: validatePriorityClassUpdate,
});
