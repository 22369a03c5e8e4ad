/** What other API servers say of themselves in OpenAPI: asked when a client asks, kept for a while. */
import type { APIService } from '../../api/schema/generated/types/apiregistration-v1.ts';
import { ApiError } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { type CachedDocument, etagOf } from '../http/documents.ts';
import type { Json } from '../openapi/definitions.ts';
import { partBelow } from '../openapi/merge.ts';
import type { RemoteDocuments, RemoteSpec } from '../openapi/openapi.ts';
import { isAvailable } from './conditions.ts';
import type { RemoteServers } from './remote-server.ts';
import { pathOf } from './remote-version.ts';

export interface RemoteOpenApiOptions {
  readonly servers: RemoteServers;
  /** Those that answer for something now. */
  readonly services: () => readonly APIService[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** As upstream's aggregator asks again. */
const keepMs = 60_000;

const failureMs = 10_000;

interface Said<T> {
  readonly etag: string;
  readonly value: T;
}

interface Kept<T> {
  readonly untilMs: number;
  readonly said: Promise<Said<T> | undefined>;
}

export function createRemoteOpenApi({ servers, services, clock, log }: RemoteOpenApiOptions): RemoteDocuments {
  const specs = new Map<string, Kept<Json>>();
  const indexes = new Map<string, Kept<ReadonlyMap<string, string>>>();

  /** What a server said, or says now; those who ask at the same time share the question. */
  async function kept<T>(
    cache: Map<string, Kept<T>>,
    service: APIService,
    { path, read }: { readonly path: string; readonly read: (value: Json) => T },
  ): Promise<Said<T> | undefined> {
    const uid = service.metadata.uid ?? '';
    const known = cache.get(uid);
    if (known && clock.monotonic() < known.untilMs) return known.said;
    const said = (async () => ask(service, { path, read, before: await known?.said }))();
    cache.set(uid, { untilMs: clock.monotonic() + keepMs, said: said.then(({ value }) => value) });
    const { value, isFresh } = await said;
    // Who does not answer holds up nobody for a while.
    if (!isFresh) cache.set(uid, { untilMs: clock.monotonic() + failureMs, said: Promise.resolve(value) });
    return value;
  }

  async function ask<T>(
    service: APIService,
    {
      path,
      read,
      before,
    }: { readonly path: string; readonly read: (value: Json) => T; readonly before: Said<T> | undefined },
  ): Promise<{ readonly value: Said<T> | undefined; readonly isFresh: boolean }> {
    try {
      const answer = await servers.fetch(service, path, before ? { etag: before.etag } : {});
      if (answer.status === 304 && before) return { value: before, isFresh: true };
      if (answer.status !== 200) throw new Error(`status ${answer.status}`);
      const value = read(JSON.parse(answer.body.toString('utf8')) as Json);
      return { value: { etag: answer.etag || etagOf(answer.body), value }, isFresh: true };
    } catch (error) {
      // What it said last is better than nothing; without it the others' documents are.
      const reason = toError(error).message;
      log.debug('an API server does not describe itself', { service: service.metadata.name, path, reason });
      return { value: before, isFresh: false };
    }
  }

  /** Of services that are gone nothing stays. */
  const present = () => {
    const all = services().filter(({ status }) => isAvailable(status));
    const uids = new Set(services().map(({ metadata }) => metadata.uid ?? ''));
    for (const cache of [specs, indexes]) for (const uid of cache.keys()) if (!uids.has(uid)) cache.delete(uid);
    return all;
  };
  const nameOf = (service: APIService) => pathOf(service).slice(1);
  const indexOf = (service: APIService) => kept(indexes, service, { path: '/openapi/v3', read: readIndex });

  return {
    async v2() {
      const found = await Promise.all(
        present().map(async (service): Promise<RemoteSpec | undefined> => {
          const spec = await kept(specs, service, {
            path: '/openapi/v2',
            read: (value) => partBelow(value, pathOf(service)),
          });
          return spec && { base: pathOf(service), etag: spec.etag, spec: spec.value };
        }),
      );
      return found.filter((spec) => spec !== undefined);
    },
    async v3Index() {
      const found = await Promise.all(
        present().map(async (service): Promise<readonly [string, string] | undefined> => {
          const name = nameOf(service);
          const url = (await indexOf(service))?.value.get(name);
          return url === undefined ? undefined : [name, url];
        }),
      );
      return new Map(found.filter((one) => one !== undefined));
    },
    async v3(name): Promise<CachedDocument | undefined> {
      const service = present().find((one) => nameOf(one) === name);
      const url = service && (await indexOf(service))?.value.get(name);
      if (!service || url === undefined) return undefined;
      const { status, body, etag } = await servers.fetch(service, url).catch((error: unknown) => {
        throw new ApiError('ServiceUnavailable', toError(error).message, undefined, { cause: error });
      });
      return status === 200 ? { body, etag: etag || etagOf(body), contentType: 'application/json' } : undefined;
    },
  };
}

/** Where each document is; only those that the server itself has. */
function readIndex(value: Json): ReadonlyMap<string, string> {
  const { paths } = value as { readonly paths?: Readonly<Record<string, { readonly serverRelativeURL?: unknown }>> };
  const found = new Map<string, string>();
  for (const [name, entry] of Object.entries(paths ?? {}))
    if (typeof entry?.serverRelativeURL === 'string' && entry.serverRelativeURL.startsWith('/openapi/v3/'))
      found.set(name, entry.serverRelativeURL);
  return found;
}
