import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import type { Kind } from '../../api/kind.ts';
import { protobufType } from '../../api/protobuf/envelope.ts';
import { badRequest } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import type { Entry, EntryList, Registry, WriteTarget } from '../contract.ts';
import { type ApiRequest, readContext } from '../http/api-request.ts';
import { type OutputFormat, outputFormat } from '../http/negotiate.ts';
import { acceptsGzip, jsonType, sendBody, sendJson, sendObject, wantsPretty } from '../http/respond.ts';
import { writeContext } from '../http/write-context.ts';
import { includeObject, tableOf } from '../tables/table.ts';
import { type ChunkWriter, chunkBytes } from './chunks.ts';
import { readObject } from './decode.ts';
import { readDeleteOptions } from './delete-options.ts';
import { encodeList, listMetadata, partialList, partialOf } from './encode.ts';
import { encodeEntry, encodeProtobufList } from './encode-protobuf.ts';
import { readPatch } from './patch-body.ts';
import { readOptions } from './read-options.ts';

export interface ObjectRoutes {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly chunks: ChunkWriter;
}

/** How to answer a request for objects of a kind. Throws ApiError `NotAcceptable`: writes ask before they write. */
export function formatFor(request: ApiRequest, kind: Kind): OutputFormat {
  return outputFormat(request.exchange.headers.accept, kind);
}

/** Sends one stored object in the form that the client asked for. */
export function sendEntry(
  routes: ObjectRoutes,
  request: ApiRequest,
  status: number,
  entry: Entry,
  format: OutputFormat = formatFor(request, entry.kind),
): Promise<void> {
  const { encoding } = format;
  if (format.as === 'object') {
    if (encoding === 'protobuf') return sendBody(request, status, protobufType, encodeEntry(entry));
    return sendJson(request, status, entry.json, encoding);
  }
  return sendObject(request, status, transformed(routes, request, format, entry), format.encoding);
}

function transformed(routes: ObjectRoutes, request: ApiRequest, format: OutputFormat, entry: Entry): unknown {
  const { metaVersion } = format;
  if (format.as === 'partial') return partialOf(entry, metaVersion);
  return tableOf(entry.kind, [entry], {
    metaVersion,
    includeObject: includeObject(request.query.get('includeObject')),
    nowMs: routes.clock.now(),
    metadata: { resourceVersion: entry.object.metadata.resourceVersion ?? '' },
  });
}

/** Which object a request names. */
export function targetOf({ info }: ApiRequest, kind: Kind): WriteTarget {
  return {
    name: info.name,
    ...(kind.scope === 'Namespaced' && { namespace: info.namespace }),
    ...(info.subresource && { subresource: info.subresource }),
  };
}

export async function getObject(routes: ObjectRoutes, request: ApiRequest, kind: Kind): Promise<void> {
  const { info } = request;
  const ref = kind.scope === 'Namespaced' ? { namespace: info.namespace, name: info.name } : { name: info.name };
  const resourceVersion = request.query.get('resourceVersion');
  const options = resourceVersion === undefined ? {} : { resourceVersion };
  await sendEntry(routes, request, 200, await routes.registry.get(kind, ref, readContext(request), options));
}

export async function listObjects(routes: ObjectRoutes, request: ApiRequest, kind: Kind): Promise<void> {
  const format = formatFor(request, kind);
  const list = await routes.registry.list(kind, readOptions(request), readContext(request));
  await sendList(routes, request, { format, list, kind });
}

/** Sends a list in the form that the client asked for. */
export async function sendList(
  routes: ObjectRoutes,
  request: ApiRequest,
  { format, list, kind }: { readonly format: OutputFormat; readonly list: EntryList; readonly kind: Kind },
): Promise<void> {
  const { metaVersion } = format;
  if (format.as === 'partial') return sendObject(request, 200, partialList(list, metaVersion), format.encoding);
  if (format.as === 'table') {
    const table = tableOf(kind, list.entries, {
      metaVersion,
      includeObject: includeObject(request.query.get('includeObject')),
      nowMs: routes.clock.now(),
      metadata: listMetadata(list),
    });
    return sendObject(request, 200, table, format.encoding);
  }
  if (format.encoding === 'protobuf') {
    const encoded = await encodeProtobufList(kind, list);
    if (encoded.bytes <= chunkBytes)
      return sendBody(request, 200, protobufType, Buffer.concat([...encoded.pieces()], encoded.bytes));
    return streamList(routes.chunks, request, protobufType, encoded.pieces());
  }
  const encoded = encodeList(kind, list);
  if (encoded.bytes <= chunkBytes || format.encoding === 'yaml' || wantsPretty(request))
    return sendJson(request, 200, Buffer.concat([...encoded.pieces()], encoded.bytes), format.encoding);
  await streamList(routes.chunks, request, jsonType, encoded.pieces());
}

async function streamList(
  chunks: ChunkWriter,
  request: ApiRequest,
  contentType: string,
  pieces: Iterable<Buffer>,
): Promise<void> {
  const headers = request.headers(contentType);
  const { exchange } = request;
  if (exchange.method === 'HEAD') {
    exchange.send(200, headers);
    return;
  }
  if (!acceptsGzip(exchange)) {
    const out = exchange.open(200, headers);
    await chunks.write(out, pieces);
    out.end();
    return;
  }
  const out = exchange.open(200, { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 });
  const sent = pipeline(gzip, out, { signal: request.signal });
  await Promise.all([chunks.write(gzip, pieces).then(() => gzip.end()), sent]);
}

export async function createObject(routes: ObjectRoutes, request: ApiRequest, kind: Kind): Promise<void> {
  const format = formatFor(request, kind);
  const context = writeContext(request, 'CreateOptions');
  const object = await readObject(request, kind, context);
  checkNamespace(request, kind, object.metadata);
  const target = { ...targetOf(request, kind), name: object.metadata?.name ?? '' };
  await sendEntry(routes, request, 201, await routes.registry.create(kind, target, object, context), format);
}

export async function updateObject(routes: ObjectRoutes, request: ApiRequest, kind: Kind): Promise<void> {
  const format = formatFor(request, kind);
  const context = writeContext(request, 'UpdateOptions');
  const object = await readObject(request, kind, context);
  checkNamespace(request, kind, object.metadata);
  checkName(request, object.metadata);
  const entry = await routes.registry.update(kind, targetOf(request, kind), object, context);
  await sendEntry(routes, request, 200, entry, format);
}

export async function patchObject(routes: ObjectRoutes, request: ApiRequest, kind: Kind): Promise<void> {
  const format = formatFor(request, kind);
  const context = writeContext(request, 'PatchOptions');
  const patch = await readPatch(request, context);
  const { entry, created } = await routes.registry.patch(kind, targetOf(request, kind), patch, context);
  await sendEntry(routes, request, created ? 201 : 200, entry, format);
}

export async function deleteObject(routes: ObjectRoutes, request: ApiRequest, kind: Kind): Promise<void> {
  const { options, context } = await readDeleteOptions(request);
  await sendDeleted(routes, request, kind, { options, context });
}

async function sendDeleted(
  routes: ObjectRoutes,
  request: ApiRequest,
  kind: Kind,
  { options, context }: Awaited<ReturnType<typeof readDeleteOptions>>,
): Promise<void> {
  const format = formatFor(request, kind);
  const { entry, removed } = await routes.registry.delete(kind, targetOf(request, kind), options, context);
  // As upstream: what is gone at once is answered with a Status, what goes gracefully with the object; pods always so.
  if (!removed || returnsDeleted.has(kind.plural)) {
    await sendEntry(routes, request, 200, entry, format);
    return;
  }
  const { name, uid } = entry.object.metadata;
  await sendObject(request, 200, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(kind.group && { group: kind.group }), kind: kind.plural, uid },
  });
}

/** Upstream's stores with ReturnDeletedObject. */
const returnsDeleted: ReadonlySet<string> = new Set([
  'pods',
  'persistentvolumeclaims',
  'persistentvolumes',
  'serviceaccounts',
  'services',
  'podtemplates',
  'resourcequotas',
  'storageclasses',
  'csidrivers',
  'csinodes',
  'volumeattachments',
  'volumeattributesclasses',
]);

export async function deleteCollection(routes: ObjectRoutes, request: ApiRequest, kind: Kind): Promise<void> {
  const format = formatFor(request, kind);
  const { options, context } = await readDeleteOptions(request);
  const list = await routes.registry.deleteCollection(kind, { ...readOptions(request), ...options }, context);
  await sendList(routes, request, { format, list, kind });
}

function checkNamespace(request: ApiRequest, kind: Kind, metadata: { namespace?: string } | undefined): void {
  if (kind.scope !== 'Namespaced' || !metadata?.namespace || metadata.namespace === request.info.namespace) return;
  throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

function checkName(request: ApiRequest, metadata: { name?: string } | undefined): void {
  const name = metadata?.name ?? '';
  if (name === request.info.name) return;
  if (name === '') throw badRequest('name must be provided');
  throw badRequest(`the name of the object (${name}) does not match the name on the URL (${request.info.name})`);
}
