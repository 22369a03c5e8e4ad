/** Schemas of definitions as OpenAPI publishes them. */
import type { JSONSchemaProps } from '../schema/generated/types/apiextensions-v1.ts';

type Json = Record<string, unknown>;

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const reference = { v2: '#/definitions/', v3: '#/components/schemas/' } as const;

const text = { type: 'string' };

/**
 * The schema of whole objects. A reference to the metadata's type is in it; who writes the document adds that type, and
 * describes what every object has.
 */
export function publishedSchema(structural: JSONSchemaProps | undefined, version: 'v2' | 'v3'): Json {
  if (!structural) return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const written = version === 'v3' ? (structuredClone(structural) as Json) : asVersion2(structural, true);
  // As upstream: an object that keeps everything says nothing of its fields in version 2, whose readers would refuse them.
  if (version === 'v2' && structural['x-kubernetes-preserve-unknown-fields']) return written;
  const ref = { $ref: reference[version] + meta };
  const metadata = version === 'v2' ? ref : { allOf: [ref] };
  const properties = { ...(written['properties'] as Json | undefined), apiVersion: text, kind: text, metadata };
  return { ...written, properties };
}

/** What version 2 of OpenAPI cannot say is left out, as upstream does, since old clients stumble over it. */
function asVersion2(props: JSONSchemaProps, isRoot: boolean): Json {
  const { oneOf, anyOf, allOf, not, nullable, properties, items, additionalProperties, ...rest } = props;
  const keeps = props['x-kubernetes-preserve-unknown-fields'] === true;
  const written: Json = { ...rest };
  delete written['default'];
  if (props['x-kubernetes-int-or-string']) {
    delete written['type'];
  } else if (nullable || (keeps && !isRoot)) {
    delete written['type'];
    delete written['required'];
    return written;
  }
  if (keeps) return written;
  if (properties)
    written['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, asVersion2(property, false)]),
    );
  if (items) written['items'] = asVersion2(items as JSONSchemaProps, false);
  if (additionalProperties && additionalProperties !== true)
    written['additionalProperties'] = asVersion2(additionalProperties as JSONSchemaProps, false);
  else if (additionalProperties === true) written['additionalProperties'] = true;
  return written;
}
