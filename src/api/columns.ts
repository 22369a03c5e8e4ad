import { timeSince } from './duration.ts';
import type { Column } from './kind.ts';
import type { KubeObject } from './object.ts';
import type { PodTemplateSpec } from './schema/generated/types/core-v1.ts';
import type { LabelSelector } from './schema/generated/types/meta-v1.ts';

type Cell = ReturnType<Column['cell']>;

export interface ColumnOptions {
  /** Default: string. */
  readonly type?: Column['type'];
  readonly format?: string;
  readonly description?: string;
  /** Only with `-o wide`. */
  readonly wide?: boolean;
}

/** One column; `cell` gets the object and the present time. */
export function column<T extends KubeObject>(
  name: string,
  cell: (object: T, nowMs: number) => Cell,
  { type = 'string', wide = false, ...rest }: ColumnOptions = {},
): Column<T> {
  return { name, type, priority: wide ? 1 : 0, cell, ...rest };
}

/** A column of whole numbers; what is not set counts as 0. */
export function countColumn<T extends KubeObject>(
  name: string,
  count: (object: T) => number | undefined,
  options: Omit<ColumnOptions, 'type'> = {},
): Column<T> {
  return column<T>(name, (object) => count(object) ?? 0, { type: 'integer', ...options });
}

export const nameColumn: Column = column('Name', ({ metadata }) => metadata.name ?? '', {
  format: 'name',
  description: 'Unique within the namespace, or within the cluster where the kind has none.',
});

export const ageColumn: Column = column('Age', ({ metadata }, nowMs) => timeSince(metadata.creationTimestamp, nowMs), {
  description: 'Time since the object was created.',
});

const createdAtColumn: Column = column('Created At', ({ metadata }) => metadata.creationTimestamp ?? null, {
  type: 'date',
  description: 'When the object was created.',
});

export const nameAndAge: readonly Column[] = [nameColumn, ageColumn];

/** What kinds without columns of their own show. */
export const nameAndCreation: readonly Column[] = [nameColumn, createdAtColumn];

/** Names and images of the containers of a pod template, with `-o wide`. */
export function containerColumns<T extends KubeObject>(
  templateOf: (object: T) => PodTemplateSpec | undefined,
): readonly Column<T>[] {
  const join = (object: T, field: 'name' | 'image') =>
    (templateOf(object)?.spec?.containers ?? []).map((container) => container[field] ?? '').join(',');
  return [
    column<T>('Containers', (object) => join(object, 'name'), {
      wide: true,
      description: 'Names of the containers in the pod template.',
    }),
    column<T>('Images', (object) => join(object, 'image'), {
      wide: true,
      description: 'Images of the containers in the pod template.',
    }),
  ];
}

/** The pods that an object is about, with `-o wide`. */
export function selectorColumn<T extends KubeObject>(selectorOf: (object: T) => LabelSelector | undefined): Column<T> {
  return column<T>('Selector', (object) => formatLabelSelector(selectorOf(object)) || '<none>', {
    wide: true,
    description: 'Labels that pods must have.',
  });
}

/** `a=1,b=2` in order of keys; `<none>` where there is nothing. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([key, value]) => `${key}=${value}`).join(',') || '<none>';
}

/** The selector as `labelSelector` parameters spell it: `a=1,b in (x,y),!c`; '' where it selects everything or nothing. */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  const equalities = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({
    key,
    text: `${key}=${value}`,
  }));
  const expressions = (selector?.matchExpressions ?? []).map(({ key, operator, values }) => ({
    key,
    text: requirementText(key, operator, values ?? []),
  }));
  return [...equalities, ...expressions]
    .sort((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -1 : 1))
    .map(({ text }) => text)
    .join(',');
}

function requirementText(key: string, operator: string, values: readonly string[]): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${[...values].sort().join(',')})`;
}

/** At most `max` items, then how many more there are. */
export function listWithMore(items: readonly string[], max: number, empty: string): string {
  const shown = items.slice(0, max).join(',');
  return items.length > max ? `${shown} + ${items.length - max} more...` : shown || empty;
}

/** `RWO,ROX`, as `kubectl get pv` abbreviates access modes, each once. */
export function formatAccessModes(modes: readonly string[] | undefined): string {
  return Object.entries(accessModeAbbreviations)
    .filter(([mode]) => modes?.includes(mode))
    .map(([, abbreviation]) => abbreviation)
    .join(',');
}

const accessModeAbbreviations = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
} as const;
