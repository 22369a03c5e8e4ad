import type { Kind } from '../../api/kind.ts';
import { protobufType } from '../../api/protobuf/envelope.ts';
import { ApiError } from '../../api/status.ts';

const yamlType = 'application/yaml';

export type Encoding = 'json' | 'yaml' | 'protobuf';

/** How an object is to be written. */
export interface OutputFormat {
  readonly encoding: Encoding;
  readonly as: 'object' | 'table' | 'partial';
  /** The version of `meta.k8s.io` that was asked for with `as`. */
  readonly metaVersion: 'v1' | 'v1beta1';
}

const plain: OutputFormat = { encoding: 'json', as: 'object', metaVersion: 'v1' };

function parseClause(clause: string): { readonly type: string; readonly params: ReadonlyMap<string, string> } {
  const [type = '', ...rest] = clause.split(';');
  const params = new Map<string, string>();
  for (const param of rest) {
    const equals = param.indexOf('=');
    if (equals > 0) params.set(param.slice(0, equals).trim().toLowerCase(), param.slice(equals + 1).trim());
  }
  return { type: type.trim().toLowerCase(), params };
}

function formatOf(clause: string): OutputFormat | undefined {
  const { type, params } = parseClause(clause);
  if (params.get('q') === '0') return undefined;
  let encoding: OutputFormat['encoding'];
  if (type === 'application/json' || type === '*/*' || type === 'application/*') encoding = 'json';
  else if (type === 'application/yaml') encoding = 'yaml';
  else if (type === protobufType) encoding = 'protobuf';
  else return undefined;
  const as = params.get('as');
  if (as === undefined) return encoding === 'json' ? plain : { ...plain, encoding };
  const version = params.get('v');
  if (params.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  // As upstream: tables hold objects of any kind, which protobuf cannot.
  if (as === 'Table') return encoding === 'protobuf' ? undefined : { encoding, as: 'table', metaVersion: version };
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
    return { encoding, as: 'partial', metaVersion: version };
  return undefined;
}

/**
 * What we can write, in the order in which the client wants it. JSON lies ready as it was stored: of two encodings of the
 * same it comes before protobuf.
 */
function choose(accept: string, hasProtobuf: () => boolean, hasTable = true): OutputFormat | undefined {
  const formats = wanted(accept).filter(
    ({ encoding, as }) =>
      (encoding !== 'protobuf' || as === 'partial' || hasProtobuf()) && (as !== 'table' || hasTable),
  );
  const [first] = formats;
  if (first?.encoding !== 'protobuf') return first;
  const { as, metaVersion } = first;
  return (
    formats.find((other) => other.encoding === 'json' && other.as === as && other.metaVersion === metaVersion) ?? first
  );
}

function wanted(accept: string): readonly OutputFormat[] {
  const clauses = accept.split(',').map((clause, index) => {
    const quality = Number(parseClause(clause).params.get('q') ?? 1);
    return { clause, index, quality: Number.isNaN(quality) ? 1 : quality };
  });
  clauses.sort((a, b) => b.quality - a.quality || a.index - b.index);
  return clauses.map(({ clause }) => formatOf(clause)).filter((format) => format !== undefined);
}

/**
 * The best of what the client accepts that we can write. Objects of `kind` have a protobuf form if it is built in; without
 * a kind they have one. With `noTable`, tables are not among what we can write. Throws ApiError `NotAcceptable`.
 */
export function outputFormat(
  accept: string | undefined,
  kind?: Kind,
  { noTable = false }: { readonly noTable?: boolean } = {},
): OutputFormat {
  if (accept === undefined || accept === '' || accept === 'application/json') return plain;
  const hasProtobuf = () => kind === undefined || kind.schema().name !== undefined;
  const format = choose(accept, hasProtobuf, !noTable);
  if (format) return format;
  // Upstream finds out when it writes, and says so in its own words.
  const why =
    !hasProtobuf() && choose(accept, () => true, !noTable)
      ? 'object *unstructured.Unstructured does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message'
      : `only the following media types are accepted: application/json, application/yaml, ${protobufType}`;
  throw new ApiError('NotAcceptable', why);
}

/** How to write what is answered in place of the object that was asked for; in case of doubt as JSON. */
export function plainEncoding(accept: string | undefined): Encoding {
  if (accept === undefined || (!accept.includes(protobufType) && !accept.includes(yamlType))) return 'json';
  return choose(accept, () => true)?.encoding ?? 'json';
}

/** Body types that writes other than patches may have. Throws ApiError `UnsupportedMediaType`. */
export function inputEncoding(contentType: string | undefined): Encoding {
  const type = mediaType(contentType);
  // As upstream: no content type means JSON.
  if (type === '' || type === 'application/json') return 'json';
  if (type === 'application/yaml') return 'yaml';
  if (type === protobufType) return 'protobuf';
  throw new ApiError(
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
}

/** `text/plain; charset=utf-8` → `text/plain`. */
export function mediaType(contentType: string | undefined): string {
  if (contentType === undefined) return '';
  const semicolon = contentType.indexOf(';');
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
}
