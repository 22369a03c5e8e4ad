/**
 * Writes src/api/schema/generated/facts.ts: what the published API description and the `.proto` files say about every
 * definition, one line each and no prose. src/api/schema/facts.ts reads it and describes the form.
 *
 * usage: node tools/generate-schema.ts FOLDER      (a folder with swagger.json, openapi-v3/ and proto/)
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fieldNumber, parseProtos } from './generate-schema-proto.ts';

export interface OpenApiSchema {
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiSchema[];
  readonly items?: OpenApiSchema;
  readonly additionalProperties?: OpenApiSchema;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-unions'?: readonly {
    discriminator?: string;
    'fields-to-discriminateBy'?: Readonly<Record<string, string>>;
  }[];
}

export type Definitions = Readonly<Record<string, OpenApiSchema>>;

/** Definitions whose JSON is not what a struct of their fields would be. */
const special: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'int-or-string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'date-time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'micro-time',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'object',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'object',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Patch': 'object',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'any',
};

const refPrefix = /^#\/(definitions|components\/schemas)\//;

function split(name: string): { pkg: string; name: string } {
  const dot = name.lastIndexOf('.');
  return { pkg: name.slice(0, dot), name: name.slice(dot + 1) };
}

/** io.k8s.api.core.v1 → core.v1; short and, over all packages, unique. */
function alias(pkg: string): string {
  return pkg.split('.').slice(-2).join('.');
}

function typeText(schema: OpenApiSchema, home: string): string {
  if (schema.$ref) {
    const target = split(schema.$ref.replace(refPrefix, ''));
    return target.pkg === home ? target.name : `${alias(target.pkg)}:${target.name}`;
  }
  switch (schema.type) {
    case 'array':
      return `[]${typeText(schema.items ?? {}, home)}`;
    case 'object':
      return schema.additionalProperties ? `{}${typeText(schema.additionalProperties, home)}` : 'object';
    case 'boolean':
      return 'bool';
    case 'string':
    case 'integer':
    case 'number':
      return schema.format === 'byte' ? 'bytes' : (schema.format ?? schema.type);
    default:
      return 'any';
  }
}

function attributes(schema: OpenApiSchema): string[] {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  return [
    ...(listType ? [`lt=${listType}${keys ? `(${keys.join(',')})` : ''}`] : []),
    ...(schema['x-kubernetes-map-type'] ? [`mt=${schema['x-kubernetes-map-type']}`] : []),
    ...(schema['x-kubernetes-patch-strategy'] ? [`ps=${schema['x-kubernetes-patch-strategy']}`] : []),
    ...(schema['x-kubernetes-patch-merge-key'] ? [`pk=${schema['x-kubernetes-patch-merge-key']}`] : []),
  ];
}

function definitionAttributes(name: string, schema: OpenApiSchema): string[] {
  const gvks = schema['x-kubernetes-group-version-kind'];
  return [
    ...(special[name] ? [`as=${special[name]}`] : []),
    ...attributes(schema),
    ...(gvks ? [`gvk=${gvks.map((gvk) => `${gvk.group}/${gvk.version}/${gvk.kind}`).join(',')}`] : []),
    ...(schema['x-kubernetes-unions'] ?? []).map((union) => {
      const fields = Object.entries(union['fields-to-discriminateBy'] ?? {}).map(
        ([field, value]) => `${field}:${value}`,
      );
      return `union=${union.discriminator ?? ''}(${fields.join(',')})`;
    }),
  ];
}

/** The text of generated/facts.ts. */
export function factsText(folder: string): string {
  const { v2, v3 } = readReference(folder);
  const messages = parseProtos(join(folder, 'proto'));
  const packages = new Map<string, string[]>();
  for (const name of Object.keys(v2).sort()) {
    const schema = v2[name] ?? {};
    const { pkg, name: short } = split(name);
    const fields = Object.entries(schema.properties ?? {}).map(([field, property]) => {
      const number = fieldNumber(messages, name, field);
      const required = schema.required?.includes(field) ? '!' : '';
      const fallback = v3[name]?.properties?.[field]?.default;
      const parts = [`${field}${required}`, number, typeText(property, pkg), ...attributes(property)];
      if (fallback !== undefined) parts.push(`=${JSON.stringify(fallback)}`);
      return parts.join(' ');
    });
    const line = `${short}|${definitionAttributes(name, schema).join(' ')}|${fields.join(';')}`;
    if (/[`\\\n]|\$\{/.test(line)) throw new Error(`cannot write ${name}: a field needs escaping`);
    const lines = packages.get(pkg) ?? [];
    lines.push(line);
    packages.set(pkg, lines);
  }
  const aliases = new Set([...packages.keys()].map(alias));
  if (aliases.size !== packages.size) throw new Error('two packages have the same last two words');
  const body = [...packages].map(([pkg, lines]) => `@${pkg}\n${lines.join('\n')}`).join('\n');
  return `// Generated by tools/generate-schema.ts; do not edit. The form is described in ../facts.ts.\nexport const factsText = \`${body}\n\`;\n`;
}

/** The definitions of both published documents. */
export function readReference(folder: string): { v2: Definitions; v3: Definitions } {
  const swagger = JSON.parse(readFileSync(join(folder, 'swagger.json'), 'utf8')) as { definitions: Definitions };
  const v3: Record<string, OpenApiSchema> = {};
  for (const file of readdirSync(join(folder, 'openapi-v3'))) {
    const document = JSON.parse(readFileSync(join(folder, 'openapi-v3', file), 'utf8')) as {
      components?: { schemas?: Definitions };
    };
    Object.assign(v3, document.components?.schemas);
  }
  return { v2: swagger.definitions, v3 };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.argv[2];
  if (!folder) throw new Error('usage: node tools/generate-schema.ts FOLDER');
  writeFileSync(new URL('../src/api/schema/generated/facts.ts', import.meta.url), factsText(folder));
}
