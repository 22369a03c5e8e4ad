import { column } from '../columns.ts';
import type { Column } from '../kind.ts';

const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
  'volumeattributesclass.alpha.kubernetes.io/is-default-class',
];

/** The name, marked where this is the class that claims get which name none. */
export const defaultableName: Column = column(
  'Name',
  ({ metadata }) => {
    const isDefault = defaultAnnotations.some((annotation) => metadata.annotations?.[annotation] === 'true');
    return isDefault ? `${metadata.name} (default)` : (metadata.name ?? '');
  },
  { format: 'name', description: 'Unique within the cluster.' },
);
