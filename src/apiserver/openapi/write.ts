/** Operations as OpenAPI writes them, in its two versions. */
import { createHash } from 'node:crypto';
import { type Json, refTo, type Writer } from './definitions.ts';
import { type Operation, type PathItem, patchDefinition } from './operations.ts';
import type { Parameter } from './parameters.ts';

const objects = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'application/cbor'];
const streams = [
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
  'application/cbor-seq',
];
const patches = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/apply-patch+cbor',
];

const produced: Readonly<Record<Operation['produces'], readonly string[]>> = {
  objects,
  'objects-or-watch': [...objects, ...streams],
  log: ['text/plain', ...objects],
  anything: ['*/*'],
  discovery: ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'],
  resources: objects,
  version: ['application/json'],
  configuration: ['application/json'],
  jwks: ['application/jwk-set+json'],
};

const answers = { '200': 'OK', '201': 'Created', '202': 'Accepted' } as const;
const unauthorized = { description: 'Unauthorized' };

/** All paths of a document. In version 2, parameters that many operations have are added to `shared`. */
export function writePaths(writer: Writer, items: readonly PathItem[], shared: Json = {}): Json {
  const paths = [...items].sort((a, b) => (a.path < b.path ? -1 : 1));
  return Object.fromEntries(paths.map((item) => [item.path, writePath(writer, item, shared)]));
}

function writePath(writer: Writer, item: PathItem, shared: Json): Json {
  const parameters = item.parameters.map((parameter) => writeParameter(writer, parameter, shared));
  return {
    ...Object.fromEntries(
      item.operations.map((operation) => [
        operation.method,
        writer.version === 'v2' ? operationV2(writer, operation, shared) : operationV3(writer, operation),
      ]),
    ),
    ...(parameters.length > 0 && { parameters }),
  };
}

function writeParameter({ version }: Writer, parameter: Parameter, shared: Json): Json {
  const { type, ...rest } = parameter;
  if (version === 'v3') return { ...rest, schema: { type, uniqueItems: true } };
  const written = { ...rest, type, uniqueItems: true };
  // Clients look for these two in the operation itself.
  if (parameter.name === 'name' || parameter.name === 'dryRun' || parameter.name === 'fieldValidation') return written;
  return shareParameter(written, parameter.name, shared);
}

/** Names as upstream makes them: the parameter's, then eight characters of a hash of what it says. */
function shareParameter(written: Json, name: string, shared: Json): Json {
  const hash = createHash('sha256').update(JSON.stringify(written)).digest('base64url').slice(0, 8);
  shared[`${name}-${hash}`] = written;
  return { $ref: `#/parameters/${name}-${hash}` };
}

function common(operation: Operation): Json {
  return {
    description: operation.description,
    operationId: operation.operationId,
    tags: [operation.tag],
    ...(operation.action && { 'x-kubernetes-action': operation.action }),
    ...(operation.groupVersionKind && { 'x-kubernetes-group-version-kind': operation.groupVersionKind }),
  };
}

/** What custom resources have no form for is left out. */
function ofKind({ custom }: Operation, types: readonly string[]): readonly string[] {
  return custom ? types.filter((type) => !type.includes('protobuf') && !type.includes('strategic')) : types;
}

function consumes(operation: Operation): readonly string[] | undefined {
  if (operation.body?.definition === patchDefinition) return ofKind(operation, patches);
  if (operation.action) return ['*/*'];
  return ['discovery', 'resources', 'version'].includes(operation.produces) ? produced[operation.produces] : undefined;
}

function operationV2(writer: Writer, operation: Operation, shared: Json): Json {
  const body = operation.body;
  const bodyParameter = body && {
    in: 'body',
    name: 'body',
    ...(body.required && { required: true }),
    schema: refTo(writer, body.definition),
  };
  const parameters = [
    ...(bodyParameter ? [bodyParameter] : []),
    ...operation.parameters.map((parameter) => writeParameter(writer, parameter, shared)),
  ];
  const schema = operation.answer ? refTo(writer, operation.answer) : { type: 'string' };
  const accepted = consumes(operation);
  return {
    ...common(operation),
    ...(accepted && { consumes: accepted }),
    produces: ofKind(operation, produced[operation.produces]),
    schemes: ['https'],
    ...(parameters.length > 0 && { parameters }),
    responses: {
      ...Object.fromEntries(operation.codes.map((code) => [code, { description: answers[code], schema }])),
      '401': unauthorized,
    },
  };
}

function operationV3(writer: Writer, operation: Operation): Json {
  const body = operation.body;
  const content = (types: readonly string[], schema: Json) =>
    Object.fromEntries(types.map((type) => [type, { schema }]));
  const schema = operation.answer ? refTo(writer, operation.answer) : { type: 'string' };
  const parameters = operation.parameters.map((parameter) => writeParameter(writer, parameter, {}));
  return {
    ...common(operation),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        content: content(consumes(operation) ?? ['*/*'], refTo(writer, body.definition)),
        ...(body.required && { required: true }),
      },
    }),
    responses: {
      ...Object.fromEntries(
        operation.codes.map((code) => [
          code,
          { description: answers[code], content: content(ofKind(operation, produced[operation.produces]), schema) },
        ]),
      ),
      '401': unauthorized,
    },
  };
}
