import { column } from '../columns.ts';
import { humanDuration } from '../duration.ts';
import type { Column } from '../kind.ts';
import type { CustomResourceColumnDefinition } from '../schema/generated/types/apiextensions-v1.ts';
import { parseJsonPath } from './json-path.ts';

/** What upstream shows where a definition names no columns. */
const age: CustomResourceColumnDefinition = {
  name: 'Age',
  type: 'date',
  description: 'Time since the object was created.',
  jsonPath: '.metadata.creationTimestamp',
};

/** The columns of a version of a custom resource, behind the name. */
export function customColumns(definitions: readonly CustomResourceColumnDefinition[] | undefined): readonly Column[] {
  return (definitions?.length ? definitions : [age]).map(customColumn);
}

function customColumn(definition: CustomResourceColumnDefinition): Column {
  const { name, format, description, priority = 0, jsonPath } = definition;
  const type = definition.type as Column['type'];
  const path = parseJsonPath(jsonPath);
  return {
    ...column(name, (object, nowMs) => cellOf(type, path.find(object)[0], nowMs), {
      type,
      ...(format !== undefined && { format }),
      // Upstream says where a column without a description comes from.
      description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    }),
    priority,
  };
}

function cellOf(type: Column['type'], value: unknown, nowMs: number): ReturnType<Column['cell']> {
  if (value === undefined) return null;
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : typeof value === 'bigint' ? Number(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date': {
      if (typeof value !== 'string') return null;
      const atMs = Date.parse(value);
      return Number.isNaN(atMs) ? '<invalid>' : humanDuration(nowMs - atMs);
    }
  }
}
