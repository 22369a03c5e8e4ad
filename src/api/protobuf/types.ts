/** From the name of a type, as the schema facts spell it, to its codec. Codecs are made once, when first asked for. */
import { badRequest } from '../status.ts';
import { bool, bytes, type Codec, double, int32, int64, string } from './codec.ts';
import { definitionOf } from './definitions.ts';
import { messageCodec } from './message.ts';
import { embeddedJson, intOrString, microTime, quantity, schemaUnions, time } from './special.ts';

const scalars: Readonly<Record<string, Codec>> = { string, bool, int32, int64, double, bytes };

const specials: Readonly<Record<string, Codec>> = {
  quantity,
  'int-or-string': intOrString,
  'date-time': time,
  'micro-time': microTime,
  object: embeddedJson,
  any: embeddedJson,
};

const schemaProps = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';

const made = new Map<string, Codec>();

/** The codec of a scalar or a message. Throws ApiError `BadRequest` for a type that has no protobuf form. */
export function codecOf(type: string): Codec {
  const known = scalars[type] ?? made.get(type);
  if (known) return known;
  const codec = make(type);
  made.set(type, codec);
  return codec;
}

function make(type: string): Codec {
  if (type.startsWith(`${schemaProps}Or`)) {
    const name = type.slice(type.lastIndexOf('.') + 1) as keyof typeof schemaUnions;
    return schemaUnions[name](codecOf(schemaProps));
  }
  const definition = definitionOf(type);
  const special = specials[definition?.as ?? ''];
  if (special) return special;
  if (!definition) throw badRequest(`${type} has no protobuf form; use JSON`);
  return messageCodec(definition, codecOf);
}
