/** The documents of `/openapi/v2` and `/openapi/v3`, as values made from the kinds. */
import { createHash } from 'node:crypto';
import type { Kind } from '../../api/kind.ts';
import { schemaOf } from '../../api/schema/lookup.ts';
import type { Schema } from '../../api/schema/schema.ts';
import { type CustomSchema, type Json, type OpenApiVersion, type Writer, writeDefinitions } from './definitions.ts';
import type { Descriptions } from './descriptions.ts';
import { pathsOf } from './kind-paths.ts';
import { definitionName, type PathItem } from './operations.ts';
import { fixedPaths, groupPath, resourceListPath } from './paths.ts';
import { writePaths } from './write.ts';

export interface DocumentOptions {
  /** Default: documents without descriptions. */
  readonly descriptions?: Descriptions | undefined;
}

const info = { title: 'Kubernetes', version: 'unversioned' };
const bearerToken = { description: 'Bearer Token authentication', in: 'header', name: 'authorization', type: 'apiKey' };

/** `/openapi/v2`. */
export function openApiV2(kinds: readonly Kind[], options: DocumentOptions = {}): Json {
  const writer = writerOf('v2', options.descriptions);
  const parameters: Json = {};
  const paths = writePaths(
    writer,
    documentNames(kinds).flatMap((name) => pathsIn(kinds, name)),
    parameters,
  );
  return {
    swagger: '2.0',
    info,
    paths,
    definitions: writeDefinitions(writer, customSchemas(kinds)),
    parameters,
    securityDefinitions: { BearerToken: bearerToken },
    security: [{ BearerToken: [] }],
  };
}

/**
 * `/openapi/v3`: each document's address with a hash of what it is made from, so that no document is made to write the
 * index. `release` is the server's version, which stands for the built-in schemas.
 */
export function openApiV3Index(kinds: readonly Kind[], release: string): Json {
  const paths = documentNames(kinds).map((name) => [
    name,
    { serverRelativeURL: `/openapi/v3/${name}?hash=${openApiV3Hash(kinds, name, release)}` },
  ]);
  return { paths: Object.fromEntries(paths) };
}

/** One document of `/openapi/v3`: `api/v1`, `apis/apps/v1`, `apis/apps`, `version` …; undefined: there is none. */
export function openApiV3Document(
  kinds: readonly Kind[],
  name: string,
  options: DocumentOptions = {},
): Json | undefined {
  const items = pathsIn(kinds, name);
  if (items.length === 0) return undefined;
  const groupVersion = kindsIn(kinds, name)[0];
  const writer = writerOf('v3', options.descriptions, groupVersion);
  const paths = writePaths(writer, items);
  const schemas = writeDefinitions(writer, customSchemas(kinds));
  return {
    openapi: '3.0.0',
    info,
    paths,
    components: { ...(Object.keys(schemas).length > 0 && { schemas }), securitySchemes: { BearerToken: bearerToken } },
  };
}

const hashes = new WeakMap<readonly Kind[], Map<string, string>>();

/** Changes when the document does. */
export function openApiV3Hash(kinds: readonly Kind[], name: string, release: string): string {
  let known = hashes.get(kinds);
  if (!known) {
    known = new Map();
    hashes.set(kinds, known);
  }
  const key = `${release} ${name}`;
  const present = known.get(key);
  if (present !== undefined) return present;
  const made = hashOf(kinds, name, release);
  // Only documents that there are: unknown names must not fill the map.
  if (documentNames(kinds).includes(name)) known.set(key, made);
  return made;
}

function hashOf(kinds: readonly Kind[], name: string, release: string): string {
  const hash = createHash('sha512').update(release).update('\0').update(name);
  for (const item of pathsIn(kinds, name)) {
    hash.update(`\0${item.path}`);
    for (const operation of item.operations) hash.update(`\0${operation.operationId}`);
  }
  for (const { schema, kind } of customSchemas(kindsIn(kinds, name)).values())
    hash.update(JSON.stringify(kind.publishedSchema?.('v3') ?? schema));
  return hash.digest('hex').toUpperCase();
}

/** Names of all documents, as the index has them. */
export function documentNames(kinds: readonly Kind[]): readonly string[] {
  const groups = new Set(kinds.map(({ group }) => group).filter((group) => group !== ''));
  const versions = new Set(kinds.map(nameOf));
  return [...Object.keys(fixedPaths), ...[...groups].map((group) => `apis/${group}`), ...versions].sort();
}

function nameOf(kind: Kind): string {
  return kind.group === '' ? `api/${kind.version}` : `apis/${kind.apiVersion}`;
}

function kindsIn(kinds: readonly Kind[], name: string): readonly Kind[] {
  return kinds.filter((kind) => nameOf(kind) === name);
}

function pathsIn(kinds: readonly Kind[], name: string): readonly PathItem[] {
  const fixed = Object.hasOwn(fixedPaths, name) ? fixedPaths[name] : undefined;
  if (fixed) return [fixed];
  const [first, ...others] = kindsIn(kinds, name);
  if (first) return [resourceListPath(first), ...[first, ...others].flatMap(pathsOf)];
  const group = kinds.find((kind) => kind.group !== '' && `apis/${kind.group}` === name)?.group;
  return group ? [groupPath(group)] : [];
}

/** Custom resources and their lists by definition name; no table has them. */
function customSchemas(kinds: readonly Kind[]): ReadonlyMap<string, CustomSchema> {
  const found = new Map<string, CustomSchema>();
  for (const kind of kinds) {
    const schema = kind.schema();
    if (schema.name !== undefined) continue;
    const name = definitionName(kind, kind.kind);
    const { group, version, listKind } = kind;
    found.set(name, { schema, kind });
    found.set(definitionName(kind, listKind), {
      schema: listSchema({ ...schema, name }),
      kind: { group, version, kind: listKind },
    });
  }
  return found;
}

function listSchema(item: Schema): Schema {
  const properties = {
    apiVersion: { type: 'string' },
    items: { type: 'array', items: item },
    kind: { type: 'string' },
    metadata: schemaOf('io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta'),
  } as const;
  return { type: 'object', required: ['items'], properties };
}

function writerOf(version: OpenApiVersion, descriptions: Descriptions | undefined, groupVersion?: Kind): Writer {
  return { version, descriptions, wanted: new Set(), ...(groupVersion && { groupVersion }) };
}
