/** What each version of a definition says beside its name. */
import { JsonPathError, parseJsonPath } from '../../apiextensions/json-path.ts';
import { jsonEqual } from '../../patch/index.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from '../../schema/generated/types/apiextensions-v1.ts';
import { type Errors, each } from '../common.ts';
import { duplicate, invalidValue, required, tooMany } from '../field-error.ts';
import { fieldAt, simplePath, wholeObject } from './field-at.ts';
import { validateStructural } from './structural.ts';

/**
 * Where what all versions share stands, in upstream's words: it moves what is the same everywhere out of the versions
 * before it looks. Also for faults that are found when rules are compiled.
 */
export function placesOf(
  { versions = [] }: CustomResourceDefinitionSpec,
  part: 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields',
): (at: number) => string | undefined {
  const [first] = versions;
  const isShared = versions.every((version) => jsonEqual(version[part] ?? null, first?.[part] ?? null));
  if (!isShared) return (at) => `spec.versions[${at}].${part}`;
  return (at) => (at > 0 ? undefined : `spec.${part === 'schema' ? 'validation' : part}`);
}

/** Faults of schemas, subresources, columns and selectable fields. */
export function validateVersionContents(spec: CustomResourceDefinitionSpec): Errors {
  const schemaAt = placesOf(spec, 'schema');
  const subresourcesAt = placesOf(spec, 'subresources');
  const columnsAt = placesOf(spec, 'additionalPrinterColumns');
  const fieldsAt = placesOf(spec, 'selectableFields');
  return (spec.versions ?? []).flatMap((version, at) => {
    const schema = schemaAt(at);
    const subresources = subresourcesAt(at);
    const columns = columnsAt(at);
    const fields = fieldsAt(at);
    const structural = version.schema?.openAPIV3Schema;
    return [
      ...(schema && structural ? validateStructural(structural, `${schema}.openAPIV3Schema`) : []),
      ...(subresources ? scaleFaults(version, `${subresources}.scale`) : []),
      ...(columns ? each(version.additionalPrinterColumns, columns, columnFaults) : []),
      ...(fields ? selectableFaults(version, fields) : []),
    ];
  });
}

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

function selectableFaults({ selectableFields = [], schema }: CustomResourceDefinitionVersion, path: string): Errors {
  const errors: Errors = [];
  const seen = new Set<string>();
  selectableFields.forEach(({ jsonPath }, at) => {
    const here = `${path}[${at}]`;
    if (!jsonPath) {
      errors.push(required(`${here}.jsonPath`));
      return;
    }
    const found = fieldAt(jsonPath, wholeObject(schema?.openAPIV3Schema));
    if (typeof found === 'string') {
      errors.push(invalidValue(`${here}.jsonPath`, jsonPath, `is an invalid path: ${found}`));
      return;
    }
    const name = found.names.join('.');
    if (found.names[0] === 'metadata')
      errors.push(invalidValue(`${here}.jsonPath`, jsonPath, 'must not point to fields in metadata'));
    if (!selectableTypes.has(found.schema.type ?? ''))
      errors.push(
        invalidValue(
          `${here}.jsonPath`,
          jsonPath,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      );
    if (seen.has(name)) errors.push(duplicate(`${here}.jsonPath`, jsonPath));
    seen.add(name);
  });
  if (seen.size > mostSelectableFields) errors.push(tooMany(path, seen.size, mostSelectableFields));
  return errors;
}

const selectableTypes: ReadonlySet<string> = new Set(['string', 'boolean', 'integer']);
