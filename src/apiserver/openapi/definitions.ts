/** Schemas as OpenAPI writes them, in its two versions. */
import { readDefinition } from '../../api/schema/facts.ts';
import { schemaOf } from '../../api/schema/lookup.ts';
import type { Schema } from '../../api/schema/schema.ts';
import type { Descriptions } from './descriptions.ts';

export type Json = Record<string, unknown>;
export type OpenApiVersion = 'v2' | 'v3';

export interface Writer {
  readonly version: OpenApiVersion;
  readonly descriptions: Descriptions | undefined;
  /** Which of a definition's kinds to name; DeleteOptions has one in every group version. */
  readonly groupVersion?: { readonly group: string; readonly version: string };
  /** Definitions that were referred to; whoever writes the document adds them. */
  readonly wanted: Set<string>;
}

/** A custom resource's schema with its kind. */
export interface CustomSchema {
  readonly schema: Schema;
  readonly kind: {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
    /** The schema as its definition has it, in place of `schema`. */
    publishedSchema?(version: OpenApiVersion): Json;
  };
}

export function refTo(writer: Writer, name: string): Json {
  writer.wanted.add(name);
  return { $ref: `${writer.version === 'v2' ? '#/definitions/' : '#/components/schemas/'}${name}` };
}

/** Writes all wanted definitions and what they refer to, by name. `custom` has the schemas that no table knows. */
export function writeDefinitions(writer: Writer, custom: ReadonlyMap<string, CustomSchema> = new Map()): Json {
  const written = new Map<string, Json>();
  // A Set hands out what is added while it is walked.
  for (const name of writer.wanted) {
    const own = custom.get(name);
    if (own) written.set(name, writeCustom(writer, own));
    else if (readDefinition(name)) written.set(name, writeDefinition(writer, name, schemaOf(name)));
  }
  return Object.fromEntries([...written].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
/** The source of the descriptions has none of fields that only refer to a type; upstream's conformance tests read this one. */
const metadataText = "Standard object's metadata: its names, labels, annotations, and what the system notes of it.";

function writeCustom(writer: Writer, { schema, kind }: CustomSchema): Json {
  const { group, version, kind: name } = kind;
  const kinds = [{ group, version, kind: name }];
  if (kind.publishedSchema) {
    writer.wanted.add(objectMeta); // it refers to it
    return { ...withTexts(writer, kind.publishedSchema(writer.version)), 'x-kubernetes-group-version-kind': kinds };
  }
  return { ...body(writer, schema, () => undefined), 'x-kubernetes-group-version-kind': kinds };
}

/** One of many whose kind and version are described as every object's are. */
const anyKind = 'io.k8s.api.core.v1.ConfigMap';

function withTexts({ descriptions }: Writer, schema: Json): Json {
  const properties = schema['properties'] as Readonly<Record<string, Json>> | undefined;
  if (!descriptions || !properties) return schema;
  const described = ['apiVersion', 'kind', 'metadata'].flatMap((field) => {
    const description = field === 'metadata' ? metadataText : descriptions.ofField(anyKind, field);
    return properties[field] && description ? [[field, { description, ...properties[field] }]] : [];
  });
  return { ...schema, properties: { ...properties, ...Object.fromEntries(described) } };
}

function writeDefinition(writer: Writer, name: string, schema: Schema): Json {
  const definition = readDefinition(name);
  const kinds = (definition?.groupVersionKinds ?? []).filter((kind) => isWanted(writer, kind, definition));
  const description = writer.descriptions?.ofType(name);
  return {
    ...(description && { description }),
    ...body(writer, schema, (field) => writer.descriptions?.ofField(name, field)),
    ...(kinds.length > 0 && { 'x-kubernetes-group-version-kind': kinds }),
    ...(definition &&
      definition.unions.length > 0 && {
        'x-kubernetes-unions': definition.unions.map((union) => ({
          ...(union.discriminator && { discriminator: union.discriminator }),
          'fields-to-discriminateBy': union.fields,
        })),
      }),
  };
}

/** In a document of one group version, a definition with many kinds names those of the core group and of its own. */
function isWanted(
  { groupVersion }: Writer,
  kind: { group: string; version: string },
  definition: { groupVersionKinds: readonly unknown[] } | undefined,
): boolean {
  if (!groupVersion || (definition?.groupVersionKinds.length ?? 0) <= 1) return true;
  if (kind.group === '' && kind.version === 'v1') return true;
  return kind.group === groupVersion.group && kind.version === groupVersion.version;
}

/** What a schema says beside its type: where it stands, also next to a reference. */
function extensions(schema: Schema): Json {
  return {
    ...(schema.listType && { 'x-kubernetes-list-type': schema.listType }),
    ...(schema.listMapKeys && { 'x-kubernetes-list-map-keys': schema.listMapKeys }),
    ...(schema.mapType && { 'x-kubernetes-map-type': schema.mapType }),
    ...(schema.patchStrategy && { 'x-kubernetes-patch-strategy': schema.patchStrategy.join(',') }),
    ...(schema.patchMergeKey && { 'x-kubernetes-patch-merge-key': schema.patchMergeKey }),
  };
}

/** A value of a list or map: a reference where it has a name. */
function asValue(writer: Writer, schema: Schema): Json {
  return schema.name ? refTo(writer, schema.name) : body(writer, schema, () => undefined);
}

/** A property: a reference where it has a name, with what the property adds. */
function asProperty(writer: Writer, schema: Schema, description: string | undefined): Json {
  const fallback = writer.version === 'v3' && schema.default !== undefined ? { default: schema.default } : {};
  if (!schema.name)
    return { ...(description && { description }), ...fallback, ...body(writer, schema, () => undefined) };
  const ref = refTo(writer, schema.name);
  // A property that only refers to a type is often described by the type alone.
  const text = description ?? textOfType(writer, schema.name);
  const added: Json = { ...(text && { description: text }), ...fallback, ...addedHere(schema, schema.name) };
  if (writer.version === 'v2') return { ...added, ...ref };
  return Object.keys(added).length === 0 ? ref : { ...added, allOf: [ref] };
}

function textOfType({ descriptions }: Writer, name: string): string | undefined {
  return name === objectMeta && descriptions ? metadataText : descriptions?.ofType(name);
}

function addedHere(schema: Schema, name: string): Json {
  const base = readDefinition(name) ? schemaOf(name) : undefined;
  const here = extensions(schema);
  if (base?.mapType === schema.mapType) delete here['x-kubernetes-map-type'];
  return here;
}

function body(writer: Writer, schema: Schema, describe: (field: string) => string | undefined): Json {
  const properties = schema.properties && Object.entries(schema.properties);
  return {
    ...typeOf(writer, schema),
    ...(schema.nullable && writer.version === 'v3' && { nullable: true }),
    ...(schema.enum && { enum: schema.enum }),
    ...(schema.required && { required: schema.required }),
    ...(properties &&
      properties.length > 0 && {
        properties: Object.fromEntries(
          properties.map(([name, property]) => [name, asProperty(writer, property, describe(name))]),
        ),
      }),
    ...(schema.items && { items: asValue(writer, schema.items) }),
    ...(schema.additionalProperties && {
      additionalProperties: asValue(writer, schema.additionalProperties),
    }),
    ...(schema.preserveUnknownFields && !schema.name && { 'x-kubernetes-preserve-unknown-fields': true }),
    ...extensions(schema),
  };
}

function typeOf({ version }: Writer, schema: Schema): Json {
  if (schema.type === 'any') return {};
  if (schema.type === 'int-or-string')
    return version === 'v2'
      ? { type: 'string', format: 'int-or-string' }
      : { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
  if (schema.format === 'quantity')
    return version === 'v2' ? { type: 'string' } : { oneOf: [{ type: 'string' }, { type: 'number' }] };
  if (schema.format === 'micro-time') return { type: 'string', format: 'date-time' };
  return { type: schema.type, ...(schema.format && { format: schema.format }) };
}
