/** What each version of a definition says beside its name. */
import { JsonPathError, parseJsonPath } from '../../apiextensions/json-path.ts';
import { jsonEqual } from '../../patch/index.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  SelectableField,
} from '../../schema/generated/types/apiextensions-v1.ts';
import { type Errors, each } from '../common.ts';
import { duplicate, invalidValue, required } from '../field-error.ts';
import { validateStructural } from './structural.ts';

/**
 * Where what all versions share stands, in upstream's words: it moves what is the same everywhere out of the versions
 * before it looks. Also for faults that are found when rules are compiled.
 */
export function placeOf(
  { versions = [] }: CustomResourceDefinitionSpec,
  part: 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields',
  at: number,
): string | undefined {
  const [first] = versions;
  const isShared = versions.every((version) => jsonEqual(version[part] ?? null, first?.[part] ?? null));
  if (isShared && at > 0) return undefined;
  if (isShared) return `spec.${part === 'schema' ? 'validation' : part}`;
  return `spec.versions[${at}].${part}`;
}

/** Faults of schemas, subresources, columns and selectable fields. */
export function validateVersionContents(spec: CustomResourceDefinitionSpec): Errors {
  return (spec.versions ?? []).flatMap((version, at) => {
    const schema = placeOf(spec, 'schema', at);
    const subresources = placeOf(spec, 'subresources', at);
    const columns = placeOf(spec, 'additionalPrinterColumns', at);
    const fields = placeOf(spec, 'selectableFields', at);
    const structural = version.schema?.openAPIV3Schema;
    return [
      ...(schema && structural ? validateStructural(structural, `${schema}.openAPIV3Schema`) : []),
      ...(subresources ? scaleFaults(version, `${subresources}.scale`) : []),
      ...(columns ? each(version.additionalPrinterColumns, columns, columnFaults) : []),
      ...(fields ? selectableFaults(version.selectableFields ?? [], fields) : []),
    ];
  });
}

/** Dots and names; no filters, no lists. */
const simplePath = /^(?:\.(?:[\w$-]|\\\.)+|\['[^']+'\])+$/;

function scaleFaults({ subresources }: CustomResourceDefinitionVersion, path: string): Errors {
  const { scale } = subresources ?? {};
  if (!scale) return [];
  return [
    ...pathFaults(scale.specReplicasPath, `${path}.specReplicasPath`, ['.spec.']),
    ...pathFaults(scale.statusReplicasPath, `${path}.statusReplicasPath`, ['.status.']),
    ...(scale.labelSelectorPath
      ? pathFaults(scale.labelSelectorPath, `${path}.labelSelectorPath`, ['.spec.', '.status.'])
      : []),
  ];
}

function pathFaults(jsonPath: string | undefined, field: string, roots: readonly string[]): Errors {
  if (!jsonPath) return [required(field)];
  if (!simplePath.test(jsonPath)) return [invalidValue(field, jsonPath, 'must be a simple json path starting with .')];
  if (roots.some((root) => jsonPath.startsWith(root))) return [];
  const places = roots.map((root) => root.slice(0, -1));
  const detail = `should be a json path under ${places.length > 1 ? 'either ' : ''}${places.toReversed().join(' or ')}`;
  return [invalidValue(field, jsonPath, detail)];
}

const columnTypes = ['integer', 'number', 'string', 'boolean', 'date'];
const columnFormats = ['int32', 'int64', 'float', 'double', 'byte', 'date', 'date-time', 'password'];

function columnFaults({ name, type, format, jsonPath }: CustomResourceColumnDefinition, path: string): Errors {
  const errors: Errors = [];
  if (!name) errors.push(required(`${path}.name`));
  if (!type) errors.push(required(`${path}.type`, `must be one of ${columnTypes.join(',')}`));
  else if (!columnTypes.includes(type))
    errors.push(invalidValue(`${path}.type`, type, `must be one of ${columnTypes.join(',')}`));
  if (format && !columnFormats.includes(format))
    errors.push(invalidValue(`${path}.format`, format, `must be one of ${columnFormats.join(',')}`));
  if (!jsonPath) errors.push(required(`${path}.jsonPath`));
  else if (!jsonPath.startsWith('.') && !jsonPath.startsWith('{.'))
    errors.push(invalidValue(`${path}.jsonPath`, jsonPath, 'must be a simple json path starting with .'));
  else errors.push(...unreadable(jsonPath, `${path}.jsonPath`));
  return errors;
}

function unreadable(jsonPath: string, field: string): Errors {
  try {
    parseJsonPath(jsonPath);
    return [];
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    return [invalidValue(field, jsonPath, error.message)];
  }
}

const mostSelectableFields = 8;

function selectableFaults(fields: readonly SelectableField[], path: string): Errors {
  const errors: Errors = [];
  if (fields.length > mostSelectableFields)
    errors.push({
      type: 'FieldValueTooMany',
      field: path,
      message: `Too many: ${fields.length}: must have at most ${mostSelectableFields} items`,
    });
  fields.forEach(({ jsonPath }, at) => {
    const field = `${path}[${at}].jsonPath`;
    if (!jsonPath) errors.push(required(field));
    else if (!simplePath.test(jsonPath))
      errors.push(invalidValue(field, jsonPath, 'is an invalid path: must be a simple json path starting with .'));
    else if (jsonPath === '.metadata' || jsonPath.startsWith('.metadata.'))
      errors.push(invalidValue(field, jsonPath, 'must not point to fields in metadata'));
    else if (fields.findIndex((other) => other.jsonPath === jsonPath) < at) errors.push(duplicate(field, jsonPath));
  });
  return errors;
}
