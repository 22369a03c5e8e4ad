/** Structural schemas of definitions as the API machinery reads them. */

import type { JSONSchemaProps } from '../schema/generated/types/apiextensions-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import type { Schema } from '../schema/schema.ts';

const text: Schema = { type: 'string' };

/** What every object has, whatever its schema says of it. */
function typeAndMetadata(): Readonly<Record<string, Schema>> {
  return {
    apiVersion: text,
    kind: text,
    metadata: schemaOf('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'),
  };
}

/** The schema of whole objects of a version. Absent: anything goes. */
export function schemaOfVersion(structural: JSONSchemaProps | undefined): Schema {
  if (!structural) return { type: 'object', properties: typeAndMetadata(), preserveUnknownFields: true };
  const schema = schemaOfProps(structural);
  return { ...schema, type: 'object', properties: { ...schema.properties, ...typeAndMetadata() } };
}

function schemaOfProps(props: JSONSchemaProps): Schema {
  const listType = props['x-kubernetes-list-type'];
  const mapType = props['x-kubernetes-map-type'];
  const items = props.items as JSONSchemaProps | undefined;
  return {
    type: typeOf(props),
    ...(props.format && { format: props.format }),
    ...propertiesOf(props),
    ...(items && { items: schemaOfProps(items) }),
    ...(props.required && { required: props.required }),
    ...(props.default !== undefined && props.default !== null && { default: props.default }),
    ...(props.nullable && { nullable: true }),
    ...(props.enum && { enum: props.enum }),
    ...((listType === 'atomic' || listType === 'set' || listType === 'map') && { listType }),
    ...(props['x-kubernetes-list-map-keys'] && { listMapKeys: props['x-kubernetes-list-map-keys'] }),
    ...((mapType === 'atomic' || mapType === 'granular') && { mapType }),
    ...(props['x-kubernetes-preserve-unknown-fields'] && { preserveUnknownFields: true }),
  };
}

function typeOf(props: JSONSchemaProps): Schema['type'] {
  if (props['x-kubernetes-int-or-string']) return 'int-or-string';
  switch (props.type) {
    case 'object':
    case 'array':
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return props.type;
    default:
      return props.properties ? 'object' : 'any';
  }
}

/** A map has free keys, an object named ones; an object that names none and keeps nothing is empty. */
function propertiesOf(props: JSONSchemaProps): Pick<Schema, 'properties' | 'additionalProperties'> {
  const more = props.additionalProperties;
  if (more === true) return { additionalProperties: { type: 'any', preserveUnknownFields: true } };
  if (more) return { additionalProperties: schemaOfProps(more as JSONSchemaProps) };
  const embedded = props['x-kubernetes-embedded-resource'] === true;
  if (!props.properties && !embedded && (props.type !== 'object' || props['x-kubernetes-preserve-unknown-fields']))
    return {};
  const own = Object.entries(props.properties ?? {}).map(([name, property]) => [name, schemaOfProps(property)]);
  return { properties: { ...Object.fromEntries(own), ...(embedded && typeAndMetadata()) } };
}
