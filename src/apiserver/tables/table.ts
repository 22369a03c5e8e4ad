import type { Column, Kind } from '../../api/kind.ts';
import { badRequest } from '../../api/status.ts';
import type { Entry } from '../contract.ts';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableOptions {
  readonly metaVersion: string;
  readonly includeObject: IncludeObject;
  readonly nowMs: number;
  readonly metadata: Record<string, unknown>;
}

/** Reads `includeObject`. Throws ApiError `BadRequest`. */
export function includeObject(text: string | undefined): IncludeObject {
  if (text === undefined || text === '') return 'Metadata';
  if (text === 'None' || text === 'Metadata' || text === 'Object') return text;
  const why = `Invalid value: ${JSON.stringify(text)}: must be 'Metadata', 'Object', 'None', or empty`;
  throw badRequest(`Unable to convert to Table as requested: includeObject: ${why}`);
}

const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  priority: 0,
  cell: (object) => object.metadata.name ?? '',
};

const createdColumn: Column = {
  name: 'Created At',
  type: 'date',
  description: 'The time at which the object was created.',
  priority: 0,
  cell: (object) => object.metadata.creationTimestamp ?? null,
};

/** The columns of a kind; the name comes first, unless the descriptor has it elsewhere (events). */
function columnsOf(kind: Kind): readonly Column[] {
  if (kind.columns.length === 0) return [nameColumn, createdColumn];
  const named = kind.columns.some(({ name, format }) => name === 'Name' && format === 'name');
  return named ? kind.columns : [nameColumn, ...kind.columns];
}

/** `meta.k8s.io` Table of some objects of one kind. */
export function tableOf(kind: Kind, entries: readonly Entry[], options: TableOptions): Record<string, unknown> {
  const columns = columnsOf(kind);
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.metaVersion}`,
    metadata: options.metadata,
    columnDefinitions: columns.map(({ name, type, format = '', description = '', priority }) => ({
      name,
      type,
      format,
      description,
      priority,
    })),
    rows: entries.map((entry) => row(columns, entry, options)),
  };
}

function row(columns: readonly Column[], entry: Entry, options: TableOptions): Record<string, unknown> {
  const { object } = entry;
  const cells = columns.map((column) => column.cell(object, options.nowMs));
  switch (options.includeObject) {
    case 'None':
      return { cells, object: null }; // upstream has no way to leave it out
    case 'Object':
      return { cells, object };
    default: {
      const apiVersion = `meta.k8s.io/${options.metaVersion}`;
      return { cells, object: { kind: 'PartialObjectMetadata', apiVersion, metadata: object.metadata } };
    }
  }
}
