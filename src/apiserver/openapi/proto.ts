/**
 * Version 2 in the protobuf form that Go clients ask for (`openapi.v2.Document` of google/gnostic). Only what our
 * documents contain has a place in the table; anything else is refused, so that nothing is lost silently.
 */
import type { Json } from './definitions.ts';

export const protoContentType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** `string`, `bool`, a message, `[]` a list of one, `{}` a map of named ones; the number is the field's. */
type Field = readonly [number: number, type: string];

const nonBody = { required: [1, 'bool'], in: [2, 'string'], description: [3, 'string'], name: [4, 'string'] } as const;

/** By message, then by JSON key. Keys that start with `x-` go to the field `x-`. */
const messages: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  Document: {
    swagger: [1, 'string'],
    info: [2, 'Info'],
    paths: [8, 'Paths'],
    definitions: [9, 'Definitions'],
    parameters: [10, 'ParameterDefinitions'],
    security: [12, '[]SecurityRequirement'],
    securityDefinitions: [13, 'SecurityDefinitions'],
  },
  Info: { title: [1, 'string'], version: [2, 'string'] },
  Paths: { '*': [2, '{}PathItem'] },
  Definitions: { '*': [1, '{}Schema'] },
  ParameterDefinitions: { '*': [1, '{}Parameter'] },
  SecurityRequirement: { '*': [1, '{}StringArray'] },
  SecurityDefinitions: { '*': [1, '{}SecurityDefinitionsItem'] },
  ApiKeySecurity: { type: [1, 'string'], name: [2, 'string'], in: [3, 'string'], description: [4, 'string'] },
  PathItem: {
    get: [2, 'Operation'],
    put: [3, 'Operation'],
    post: [4, 'Operation'],
    delete: [5, 'Operation'],
    options: [6, 'Operation'],
    head: [7, 'Operation'],
    patch: [8, 'Operation'],
    parameters: [9, '[]ParametersItem'],
  },
  Operation: {
    tags: [1, '[]string'],
    description: [3, 'string'],
    operationId: [5, 'string'],
    produces: [6, '[]string'],
    consumes: [7, '[]string'],
    parameters: [8, '[]ParametersItem'],
    responses: [9, 'Responses'],
    schemes: [10, '[]string'],
    'x-': [13, '{}Any'],
  },
  JsonReference: { $ref: [1, 'string'] },
  BodyParameter: {
    description: [1, 'string'],
    name: [2, 'string'],
    in: [3, 'string'],
    required: [4, 'bool'],
    schema: [5, 'Schema'],
  },
  QueryParameter: { ...nonBody, type: [6, 'string'], uniqueItems: [20, 'bool'] },
  PathParameter: { ...nonBody, type: [5, 'string'], uniqueItems: [19, 'bool'] },
  Responses: { '*': [1, '{}ResponseValue'] },
  Response: { description: [1, 'string'], schema: [2, 'SchemaItem'] },
  Schema: {
    $ref: [1, 'string'],
    format: [2, 'string'],
    title: [3, 'string'],
    description: [4, 'string'],
    default: [5, 'Any'],
    multipleOf: [6, 'double'],
    maximum: [7, 'double'],
    exclusiveMaximum: [8, 'bool'],
    minimum: [9, 'double'],
    exclusiveMinimum: [10, 'bool'],
    maxLength: [11, 'int64'],
    minLength: [12, 'int64'],
    pattern: [13, 'string'],
    maxItems: [14, 'int64'],
    minItems: [15, 'int64'],
    uniqueItems: [16, 'bool'],
    maxProperties: [17, 'int64'],
    minProperties: [18, 'int64'],
    required: [19, '[]string'],
    enum: [20, '[]Any'],
    additionalProperties: [21, 'AdditionalPropertiesItem'],
    type: [22, 'TypeItem'],
    items: [23, 'ItemsItem'],
    properties: [25, 'Properties'],
    externalDocs: [29, 'ExternalDocs'],
    example: [30, 'Any'],
    'x-': [31, '{}Any'],
  },
  Properties: { '*': [1, '{}Schema'] },
  ExternalDocs: { description: [1, 'string'], url: [2, 'string'] },
};

/** Messages that stand around others without a trace in the JSON: the field and the message inside. */
const wrappers: Readonly<Record<string, Field>> = {
  SecurityDefinitionsItem: [2, 'ApiKeySecurity'],
  ResponseValue: [1, 'Response'],
  SchemaItem: [1, 'Schema'],
  AdditionalPropertiesItem: [1, 'Schema'],
  ItemsItem: [1, 'Schema'],
  TypeItem: [1, 'string'],
  StringArray: [1, '[]string'],
};

/** Encodes a document of `openApiV2`. */
export function encodeOpenApiV2(document: Json): Buffer {
  const out = new Output();
  writeMessage(out, 'Document', document);
  return out.bytes();
}

function writeMessage(out: Output, type: string, value: unknown): void {
  const wrapper = wrapperOf(type, value);
  if (wrapper) writeField(out, wrapper, value);
  // Any holds YAML, of which JSON is a part.
  else if (type === 'Any') out.text(2, JSON.stringify(value));
  else writeObject(out, type, value);
}

function writeObject(out: Output, type: string, value: unknown): void {
  const fields = messages[type];
  if (!fields || typeof value !== 'object' || value === null) throw new Error(`OpenAPI protobuf: no message ${type}`);
  const extensions: Json = {};
  for (const [key, content] of Object.entries(value)) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field) writeField(out, field, content);
    else if (key.startsWith('x-') && fields['x-']) extensions[key] = content;
    else if (fields['*']) writeField(out, fields['*'], { [key]: content });
    else throw new Error(`OpenAPI protobuf: ${type} has no field ${key}`);
  }
  if (fields['x-']) writeField(out, fields['x-'], extensions);
}

function wrapperOf(type: string, value: unknown): Field | undefined {
  if (type === 'ParametersItem') return isReference(value) ? [2, 'JsonReference'] : [1, 'Parameter'];
  if (type === 'Parameter') return placeOf(value) === 'body' ? [1, 'BodyParameter'] : [2, 'NonBodyParameter'];
  if (type === 'AdditionalPropertiesItem' && typeof value === 'boolean') return [2, 'bool'];
  if (type === 'NonBodyParameter') return placeOf(value) === 'path' ? [4, 'PathParameter'] : [3, 'QueryParameter'];
  return wrappers[type];
}

function isReference(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '$ref' in value;
}

function placeOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'in' in value ? value.in : undefined;
}

function writeField(out: Output, [number, type]: Field, value: unknown): void {
  if (type === 'string') out.text(number, String(value));
  else if (type === 'bool') out.bool(number, value === true);
  else if (type === 'int64') out.integer(number, Number(value));
  else if (type === 'double') out.double(number, Number(value));
  else if (type.startsWith('[]')) {
    const inner: Field = [number, type.slice(2)];
    for (const item of value as readonly unknown[]) writeField(out, inner, item);
  } else if (type.startsWith('{}')) {
    for (const [name, item] of Object.entries(value as Json))
      out.message(number, (entry) => {
        entry.text(1, name);
        writeField(entry, [2, type.slice(2)], item);
      });
  } else out.message(number, (inner) => writeMessage(inner, type, value));
}

/** Protobuf bytes; a message inside is written first and put behind its length. */
class Output {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  text(number: number, value: string): void {
    this.#delimited(number, [Buffer.from(value)], Buffer.byteLength(value));
  }

  bool(number: number, value: boolean): void {
    if (value) this.#push(Buffer.from([...varint(number << 3), 1]));
  }

  /** Not below zero. */
  integer(number: number, value: number): void {
    this.#push(Buffer.from([...varint(number << 3), ...varint(value)]));
  }

  double(number: number, value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.#push(Buffer.concat([Buffer.from(varint((number << 3) | 1)), bytes]));
  }

  message(number: number, write: (inner: Output) => void): void {
    const inner = new Output();
    write(inner);
    this.#delimited(number, inner.#parts, inner.#length);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts, this.#length);
  }

  #delimited(number: number, parts: readonly Uint8Array[], length: number): void {
    this.#push(Buffer.from([...varint((number << 3) | 2), ...varint(length)]));
    // Small messages are joined at once, so that the list of parts stays short.
    if (parts.length > 1 && length < 4096) this.#push(Buffer.concat(parts, length));
    else for (const part of parts) this.#push(part);
  }

  #push(part: Uint8Array): void {
    this.#parts.push(part);
    this.#length += part.length;
  }
}

function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
}
