/** Objects of the API in `application/vnd.kubernetes.protobuf`, byte for byte as upstream writes them. */
import { definitionOfKind } from '../schema/names.ts';
import { definitionOf, partialDefinition } from './definitions.ts';
import { envelopeAround, type TypeMeta } from './envelope.ts';
import { Reader } from './reader.ts';
import { codecOf } from './types.ts';
import { Writer } from './writer.ts';

const writer = new Writer();

/** An object without its envelope, as it stands in lists. Kind and version are not part of it. */
export function encodeMessage(definition: string, object: unknown): Buffer {
  try {
    codecOf(definition).write(writer, object);
    return writer.take();
  } finally {
    writer.clear();
  }
}

/** What `encodeMessage` writes, as its JSON would be. Throws ApiError `BadRequest` for anything that is not such a message. */
export function decodeMessage(definition: string, message: Buffer): Record<string, unknown> {
  return codecOf(definition).read(Reader.whole(message)) as Record<string, unknown>;
}

/** An object with its envelope. */
export function encodeObject(definition: string, object: TypeMeta): Buffer {
  const raw = encodeMessage(definition, object);
  const { head, tail } = envelopeAround(object, raw.length);
  return Buffer.concat([head, raw, tail]);
}

/** The definition of a built-in kind that has a protobuf form. Undefined: there is none; it is sent as JSON. */
export function protobufDefinition({ apiVersion, kind }: Partial<TypeMeta>): string | undefined {
  if (!apiVersion || !kind) return undefined;
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  return partialDefinition(apiVersion, kind) ?? withNumbers(definitionOfKind({ group, version, kind }));
}

/** Some types of the description (`version.Info`, OpenAPI) are JSON only. */
function withNumbers(name: string | undefined): string | undefined {
  return name !== undefined && definitionOf(name)?.fields.some(({ numbers }) => numbers.length > 0) ? name : undefined;
}
