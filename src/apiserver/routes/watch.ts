import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kind } from '../../api/kind.ts';
import type { TypeMeta } from '../../api/protobuf/envelope.ts';
import { encodeObject, protobufDefinition } from '../../api/protobuf/protobuf.ts';
import { encodeWatchEvent, eventOf, watchType } from '../../api/protobuf/watch-event.ts';
import { ApiError, isApiError } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Registry, WatchFrame } from '../contract.ts';
import { type ApiRequest, readContext } from '../http/api-request.ts';
import { type OutputFormat, outputFormat } from '../http/negotiate.ts';
import { jsonType } from '../http/respond.ts';
import { includeObject, tableOf } from '../tables/table.ts';
import { partialOf } from './encode.ts';
import { watchOptions } from './read-options.ts';
import { type FrameCache, frameOf } from './watch-frames.ts';
import type { WatchSink } from './watch-sink.ts';
import { openWatchSocket } from './watch-socket.ts';

export interface WatchRoutes {
  readonly registry: Registry;
  readonly frames: FrameCache;
  readonly clock: Clock;
  /** Hears how many events were sent. */
  readonly onWatched?: (kind: Kind, events: number) => void;
}

/** Answers a watch of a kind until the client, the registry or the server ends it. */
export async function serveWatch(routes: WatchRoutes, request: ApiRequest, kind: Kind): Promise<void> {
  const format = outputFormat(request.exchange.headers.accept, kind);
  const options = watchOptions(request);
  const encode = encoderOf(routes, request, kind, format);
  const { signal } = request;
  const iterator = routes.registry.watch(kind, options, readContext(request))[Symbol.asyncIterator]();
  let sink: WatchSink | undefined;
  try {
    let pending = iterator.next();
    // What is wrong from the start is an ordinary error answer; the headers go out before the first event otherwise.
    await Promise.race([pending, nextTurn()]);
    sink = openSink(request, format.encoding);
    for (;;) {
      const { done, value } = await pending;
      if (done || signal.aborted) break;
      routes.onWatched?.(kind, value.length);
      const room = sink.write(value.map(encode));
      if (room) await room;
      pending = iterator.next();
    }
  } catch (error) {
    if (signal.aborted) return;
    if (!sink) throw error;
    sink.write([errorFrame(error, format)]);
  } finally {
    sink?.end();
    await iterator.return?.();
  }
}

function errorFrame(thrown: unknown, { encoding }: OutputFormat): Buffer {
  const error = isApiError(thrown)
    ? thrown
    : new ApiError('InternalError', `Internal error occurred: ${toError(thrown).message}`);
  if (encoding === 'protobuf') return protobufFrame('ERROR', error.toStatus());
  return Buffer.from(`{"type":"ERROR","object":${JSON.stringify(error.toStatus())}}\n`);
}

/** An object that is no stored one, and so not remembered. */
function protobufFrame(type: string, object: TypeMeta): Buffer {
  const definition = protobufDefinition(object);
  if (definition === undefined) throw new Error(`${object.apiVersion} ${object.kind} has no protobuf form`);
  return encodeWatchEvent(type, encodeObject(definition, object));
}

function encoderOf(
  { frames, clock }: WatchRoutes,
  request: ApiRequest,
  kind: Kind,
  format: OutputFormat,
): (frame: WatchFrame) => Buffer {
  if (format.encoding === 'yaml')
    throw new ApiError(
      'NotAcceptable',
      `only the following media types are accepted: ${jsonType};stream=watch, ${watchType}`,
    );
  if (format.as === 'object') return format.encoding === 'protobuf' ? frames.encodeProtobuf : frames.encode;
  const { metaVersion } = format;
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  if (format.as === 'partial' && format.encoding === 'protobuf')
    return ({ type, entry }) => protobufFrame(type, partialOf(entry, metaVersion) as unknown as TypeMeta);
  if (format.as === 'partial')
    return (frame) =>
      frame.type === 'BOOKMARK'
        ? bookmark(frame, metaVersion)
        : frameOf(frame.type, json(partialOf(frame.entry, metaVersion)));
  const include = includeObject(request.query.get('includeObject'));
  let isDescribed = false;
  return (frame) => {
    const { entry } = frame;
    const table = tableOf(kind, frame.type === 'BOOKMARK' ? [] : [entry], {
      metaVersion,
      includeObject: include,
      nowMs: clock.now(),
      metadata: { resourceVersion: entry.object.metadata.resourceVersion ?? '' },
    });
    // As upstream: the row of a bookmark carries only its version (and the end of the initial events).
    if (frame.type === 'BOOKMARK')
      table.rows = [{ cells: [], object: { ...partialOf(entry, metaVersion), metadata: entry.object.metadata } }];
    // As upstream: the first event says what the columns are.
    if (isDescribed) table.columnDefinitions = null;
    isDescribed = true;
    return frameOf(frame.type, json(table));
  };
}

function bookmark(frame: WatchFrame, metaVersion: string): Buffer {
  return frameOf('BOOKMARK', Buffer.from(JSON.stringify(partialOf(frame.entry, metaVersion))));
}

function openSink(request: ApiRequest, encoding: OutputFormat['encoding']): WatchSink {
  const { upgrade } = request.exchange;
  // As upstream: who asks for another protocol than that gets the plain stream.
  if (upgrade && upgrade.request.headers.upgrade?.toLowerCase() === 'websocket')
    return openWatchSocket(request, upgrade, encoding === 'protobuf' ? eventOf : undefined);
  const headers = request.headers(encoding === 'protobuf' ? watchType : jsonType);
  return new StreamSink(request.exchange.open(200, headers), request.signal);
}

class StreamSink implements WatchSink {
  readonly #out: Writable;
  readonly #signal: AbortSignal;

  constructor(out: Writable, signal: AbortSignal) {
    this.#out = out;
    this.#signal = signal;
  }

  write(frames: readonly Buffer[]): Promise<void> | undefined {
    const [only] = frames;
    if (!only) return undefined;
    const free = this.#out.write(frames.length === 1 ? only : Buffer.concat(frames));
    return free ? undefined : this.#drained();
  }

  async #drained(): Promise<void> {
    try {
      await once(this.#out, 'drain', { signal: this.#signal });
    } catch (error) {
      // The client left, or the server stops: the loop sees the signal and ends.
      if (!this.#signal.aborted) throw error;
    }
  }

  end(): void {
    this.#out.end();
  }
}
