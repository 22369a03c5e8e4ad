/** What a definition's schema must be to be structural (KEP-1693, and the page on CustomResourceDefinitions). */
import type { JSONSchemaProps } from '../../schema/generated/types/apiextensions-v1.ts';
import type { Errors } from '../common.ts';
import { forbidden, invalidValue, notSupported, required } from '../field-error.ts';
import { ruleTextFaults } from './rule-texts.ts';

type Place = 'root' | 'field' | 'item' | 'free key';

/** Faults of the schema of whole objects. */
export function validateStructural(schema: JSONSchemaProps, path: string): Errors {
  return [...validateNode(schema, path, 'root'), ...rootFaults(schema, path)];
}

function rootFaults(schema: JSONSchemaProps, path: string): Errors {
  const errors: Errors = [];
  if (schema.nullable) errors.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  const { metadata } = schema.properties ?? {};
  const names = Object.keys(metadata?.properties ?? {});
  if (metadata && names.some((name) => name !== 'name' && name !== 'generateName'))
    errors.push(
      forbidden(
        `${path}.properties[metadata]`,
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
      ),
    );
  return errors;
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const where: Readonly<Record<Place, string>> = {
  root: 'at the root',
  field: 'for specified object fields',
  item: 'for specified array items',
  'free key': 'for specified object fields',
};

function validateNode(schema: JSONSchemaProps, path: string, place: Place): Errors {
  return [
    ...typeFaults(schema, path, place),
    ...unsupported(schema, path),
    ...extensionFaults(schema, path),
    ...listTypeFaults(schema, path),
    ...ruleTextFaults(schema, path),
    ...combinationFaults(schema, path),
    ...innerFaults(schema, path),
  ];
}

function typeFaults(schema: JSONSchemaProps, path: string, place: Place): Errors {
  const { type } = schema;
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const field = `${path}.type`;
  if (place === 'root') {
    if (!type) return [required(field, 'must not be empty at the root')];
    return type === 'object' ? [] : [invalidValue(field, type, 'must be object at the root')];
  }
  if (type === 'null') return [forbidden(field, 'type cannot be set to null, use nullable as an alternative')];
  if (intOrString) return type ? [forbidden(field, 'must be empty if x-kubernetes-int-or-string is true')] : [];
  if (!type)
    return schema['x-kubernetes-preserve-unknown-fields'] ? [] : [required(field, `must not be empty ${where[place]}`)];
  if (!types.includes(type)) return [notSupported(field, type, types)];
  return type === 'array' && !schema.items ? [required(`${path}.items`, 'must be specified')] : [];
}

const neverSupported = [
  'definitions',
  'dependencies',
  'patternProperties',
  'additionalItems',
  'id',
  '$schema',
  '$ref',
] as const;

function unsupported(schema: JSONSchemaProps, path: string): Errors {
  const errors: Errors = neverSupported
    .filter((name) => schema[name] !== undefined)
    .map((name) => forbidden(`${path}.${name}`, `${name} is not supported`));
  if (schema.uniqueItems)
    errors.push(
      forbidden(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  if (schema.additionalProperties === false)
    errors.push(forbidden(`${path}.additionalProperties`, 'additionalProperties cannot be set to false'));
  else if (schema.additionalProperties && Object.keys(schema.properties ?? {}).length > 0)
    errors.push(forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
  if (Array.isArray(schema.items))
    errors.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  return errors;
}

function extensionFaults(schema: JSONSchemaProps, path: string): Errors {
  const errors: Errors = [];
  const keeps = schema['x-kubernetes-preserve-unknown-fields'];
  if (keeps === false)
    errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  if (schema['x-kubernetes-embedded-resource']) {
    errors.push(...typeNeeded(schema, path, { type: 'object', by: 'x-kubernetes-embedded-resource is true' }));
    if (!keeps && !Object.keys(schema.properties ?? {}).length)
      errors.push(
        required(
          `${path}.properties`,
          'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
        ),
      );
  }
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return errors;
  errors.push(...typeNeeded(schema, path, { type: 'object', by: 'x-kubernetes-map-type is specified' }));
  if (mapType !== 'atomic' && mapType !== 'granular')
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  return errors;
}

/** An extension that speaks of one type of values only. */
function typeNeeded(
  schema: JSONSchemaProps,
  path: string,
  { type, by }: { readonly type: string; readonly by: string },
): Errors {
  if (schema.type === type) return [];
  const detail = `must be ${type} if ${by}`;
  return [schema.type ? invalidValue(`${path}.type`, schema.type, detail) : required(`${path}.type`, detail)];
}

const listTypes = ['atomic', 'set', 'map'];

function listTypeFaults(schema: JSONSchemaProps, path: string): Errors {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const keysField = `${path}.x-kubernetes-list-map-keys`;
  const errors: Errors = [];
  if (listType !== undefined) {
    errors.push(...typeNeeded(schema, path, { type: 'array', by: 'x-kubernetes-list-type is specified' }));
    if (!listTypes.includes(listType)) errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, listTypes));
  }
  if (listType === 'set' || listType === 'map') errors.push(...itemFaults(schema, path));
  if (listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const field = `${path}.x-kubernetes-list-type`;
    if (keys.length > 0)
      errors.push(listType === undefined ? required(field, detail) : invalidValue(field, listType, detail));
    return errors;
  }
  if (keys.length === 0) errors.push(required(keysField, 'must not be empty if x-kubernetes-list-type is map'));
  const items = schema.items as JSONSchemaProps | undefined;
  if (items?.type !== 'object')
    errors.push(
      invalidValue(
        `${path}.items.type`,
        items?.type ?? '',
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    );
  keys.forEach((key, at) => {
    const property = items?.properties?.[key];
    const field = `${path}.items.properties[${key}]`;
    if (keys.indexOf(key) < at) errors.push(invalidValue(keysField, keys, 'must not contain duplicate entries'));
    else if (!property) errors.push(invalidValue(keysField, keys, 'entries must all be names of item properties'));
    else if (property.type === 'object' || property.type === 'array')
      errors.push(
        invalidValue(
          `${field}.type`,
          items?.type, // as upstream shows it
          "must be a scalar type if parent array's x-kubernetes-list-type is map",
        ),
      );
    else if (property.nullable)
      errors.push(
        forbidden(`${field}.nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable'),
      );
    else if (property.default === undefined && !items?.required?.includes(key))
      errors.push(
        required(
          `${field}.default`,
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        ),
      );
  });
  return errors;
}

const inSet = 'must be atomic as item of a list with x-kubernetes-list-type=set';

/** Items that are compared, as a whole or by their keys. */
function itemFaults(schema: JSONSchemaProps, path: string): Errors {
  const items = schema.items as JSONSchemaProps | undefined;
  const errors: Errors = [];
  if (!items) return errors;
  if (items.nullable)
    errors.push(
      forbidden(
        `${path}.items.nullable`,
        `cannot be nullable when x-kubernetes-list-type is ${schema['x-kubernetes-list-type']}`,
      ),
    );
  if (schema['x-kubernetes-list-type'] !== 'set') return errors;
  const listType = items['x-kubernetes-list-type'];
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic')
    errors.push(invalidValue(`${path}.items.x-kubernetes-list-type`, listType, inSet));
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
    errors.push(invalidValue(`${path}.items.x-kubernetes-map-type`, listType, inSet));
  return errors;
}

function combinationFaults(schema: JSONSchemaProps, path: string): Errors {
  return combined(schema, path).flatMap(([inner, at]) => valueFaults(inner, { at, outer: schema, outerPath: path }));
}

function combined(schema: JSONSchemaProps, path: string): readonly (readonly [JSONSchemaProps, string])[] {
  const lists = (['allOf', 'anyOf', 'oneOf'] as const).flatMap((name) =>
    (schema[name] ?? []).map((inner, at) => [inner, `${path}.${name}[${at}]`] as const),
  );
  return schema.not ? [...lists, [schema.not, `${path}.not`]] : lists;
}

const emptyInside = ['title', 'description'] as const;
const falseInside = ['nullable', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const;

/** Inside allOf, anyOf, oneOf and not a schema only narrows what the schema around it describes. */
function valueFaults(
  schema: JSONSchemaProps,
  { at, outer, outerPath }: { readonly at: string; readonly outer: JSONSchemaProps; readonly outerPath: string },
): Errors {
  const errors: Errors = [];
  if (schema.type && !outer['x-kubernetes-int-or-string'])
    errors.push(forbidden(`${at}.type`, 'must be empty to be structural'));
  for (const name of emptyInside)
    if (schema[name]) errors.push(forbidden(`${at}.${name}`, 'must be empty to be structural'));
  for (const name of falseInside)
    if (schema[name]) errors.push(forbidden(`${at}.${name}`, 'must be false to be structural'));
  for (const name of ['default', 'additionalProperties'] as const)
    if (schema[name] !== undefined) errors.push(forbidden(`${at}.${name}`, 'must be undefined to be structural'));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const known = outer.properties?.[name];
    const field = `${at}.properties[${name}]`;
    if (known)
      errors.push(...valueFaults(property, { at: field, outer: known, outerPath: `${outerPath}.properties[${name}]` }));
    else if (!outer.additionalProperties)
      errors.push(required(`${outerPath}.properties[${name}]`, `because it is defined in ${field}`));
  }
  if (schema.items) {
    const known = outer.items as JSONSchemaProps | undefined;
    if (!known) errors.push(required(`${outerPath}.items`, `because it is defined in ${at}.items`));
    else
      errors.push(
        ...valueFaults(schema.items as JSONSchemaProps, {
          at: `${at}.items`,
          outer: known,
          outerPath: `${outerPath}.items`,
        }),
      );
  }
  for (const [inner, below] of combined(schema, at))
    errors.push(...valueFaults(inner, { at: below, outer, outerPath }));
  return errors;
}

function innerFaults(schema: JSONSchemaProps, path: string): Errors {
  const { properties = {}, items, additionalProperties } = schema;
  const errors = Object.entries(properties).flatMap(([name, property]) =>
    validateNode(property, `${path}.properties[${name}]`, 'field'),
  );
  if (items && !Array.isArray(items)) errors.push(...validateNode(items as JSONSchemaProps, `${path}.items`, 'item'));
  if (additionalProperties && additionalProperties !== true)
    errors.push(...validateNode(additionalProperties as JSONSchemaProps, `${path}.additionalProperties`, 'free key'));
  return errors;
}
