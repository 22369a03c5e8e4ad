/** Serves the documents: made when asked for, kept while somebody asks, dropped after. */
import type { Kind } from '../../api/kind.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { type CachedDocument, documentOf, etagOf } from '../http/documents.ts';
import type { Json } from './definitions.ts';
import { type Descriptions, loadDescriptions } from './descriptions.ts';
import { documentNames, openApiV2, openApiV3Document, openApiV3Hash, openApiV3Index } from './documents.ts';
import { mergeV2 } from './merge.ts';
import { encodeOpenApiV2, protoContentType } from './proto.ts';

export interface OpenApiOptions {
  /** Asked on each request, since kinds come and go with custom resources. */
  readonly kinds: () => readonly Kind[];
  /** The server's version; clients keep a document as long as this and its kinds stay. */
  readonly release: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** What `tools/descriptions.ts` wrote. Absent, or no such file: documents without descriptions. */
  readonly descriptionsFile?: string;
  /** How long documents and descriptions stay in memory after the last request. Default: 30,000. */
  readonly keepMs?: number;
}

/** What another API server says of the paths that it answers for. */
export interface RemoteSpec {
  /** `/apis/wardle.example.com/v1`. */
  readonly base: string;
  readonly etag: string;
  readonly spec: Json;
}

/** Documents of other API servers. Those that do not answer are left out. */
export interface RemoteDocuments {
  v2(): Promise<readonly RemoteSpec[]>;
  /** By document name, its address as that server says it. */
  v3Index(): Promise<ReadonlyMap<string, string>>;
  v3(name: string): Promise<CachedDocument | undefined>;
}

export interface OpenApiDocuments {
  /** With what other servers say of their paths. Default: nothing. */
  v2(remotes?: readonly RemoteSpec[]): CachedDocument;
  /** The same for clients that accept only protobuf. */
  v2Proto(remotes?: readonly RemoteSpec[]): CachedDocument;
  /** `remotes`: addresses of documents of other servers, by name. Default: none. */
  v3Index(remotes?: ReadonlyMap<string, string>): CachedDocument;
  /** `api/v1`, `apis/apps/v1` …; undefined: there is none. */
  v3(name: string): CachedDocument | undefined;
  /** Lets go of everything. */
  stop(): void;
}

export function createOpenApi(options: OpenApiOptions): OpenApiDocuments {
  const { kinds, release, clock, log, keepMs = 30_000 } = options;
  const kept = new Map<string, CachedDocument>();
  let descriptions: Descriptions | 'none' | undefined;
  let timer: Timer | undefined;
  const states = new WeakMap<readonly Kind[], number>();
  let lastState = 0;

  /** A list of kinds is another value whenever anything of it changes, a custom resource's schema too. */
  const stateOf = (all: readonly Kind[]) => {
    const known = states.get(all) ?? ++lastState;
    states.set(all, known);
    return known;
  };
  const drop = () => {
    timer?.cancel();
    timer = undefined;
    kept.clear();
    descriptions = undefined;
  };
  /** Documents are kept by what they are made from, so that a new kind is seen at once. */
  const keep = (key: string, make: () => CachedDocument): CachedDocument => {
    timer?.cancel();
    timer = clock.after(keepMs, drop);
    const known = kept.get(key);
    if (known) return known;
    const document = make();
    kept.set(key, document);
    return document;
  };
  /** Who asks again and again keeps documents alive, but not those that have changed or that there are no longer. */
  const forgetUnlisted = (names: readonly string[], changed: string) => {
    const listed = new Set(names.filter((name) => name !== changed).map((name) => `v3: ${name}`));
    for (const key of kept.keys()) if (key.startsWith('v3: ') && !listed.has(key)) kept.delete(key);
  };
  const prose = () => {
    descriptions ??= readDescriptions(options.descriptionsFile, log) ?? 'none';
    return descriptions === 'none' ? undefined : descriptions;
  };

  /** Version 2 in one form, with what other servers add. */
  const inForm = (form: string, specs: readonly RemoteSpec[], encode: (document: Json) => CachedDocument) => {
    const all = kinds();
    const key = `${form}: ${stateOf(all)} ${specs.map(({ base, etag }) => base + etag).join(' ')}`;
    // These are large: what is no longer true does not stay beside what is.
    for (const other of kept.keys()) if (other !== key && other.startsWith(`${form}: `)) kept.delete(other);
    return keep(key, () => encode(withRemotes(openApiV2(all, { descriptions: prose() }), specs, log)));
  };

  return {
    v2: (specs = []) => inForm('v2', specs, documentOf),
    v2Proto: (specs = []) =>
      inForm('v2 protobuf', specs, (document) => {
        const body = encodeOpenApiV2(document);
        return { body, etag: etagOf(body), contentType: protoContentType };
      }),
    v3Index: (more) => documentOf(withAddresses(openApiV3Index(kinds(), release), more ?? new Map())),
    v3(name) {
      const all = kinds();
      const etag = `"${openApiV3Hash(all, name, release)}"`;
      const key = `v3: ${name}`;
      const known = kept.get(key);
      if (known?.etag === etag) return keep(key, () => known);
      const document = openApiV3Document(all, name, { descriptions: prose() });
      forgetUnlisted(documentNames(all), name);
      return document && keep(key, () => ({ ...documentOf(document), etag }));
    },
    stop: drop,
  };
}

/** Damaged descriptions cost the prose, not the API. */
function readDescriptions(file: string | undefined, log: Logger): Descriptions | undefined {
  if (file === undefined) return undefined;
  try {
    return loadDescriptions(file);
  } catch (thrown) {
    log.warn('the API is described without prose', { reason: toError(thrown) });
    return undefined;
  }
}

/** A server whose document has no place in the protobuf form is left out of both, so that both say the same. */
function withRemotes(document: Json, specs: readonly RemoteSpec[], log: Logger): Json {
  let merged = document;
  for (const { base, spec } of specs) {
    const next = mergeV2(merged, spec, base);
    try {
      encodeOpenApiV2({ ...next, paths: {}, definitions: addedTo(merged, next, 'definitions') });
      encodeOpenApiV2({ ...next, definitions: {}, paths: addedTo(merged, next, 'paths') });
      merged = next;
    } catch (thrown) {
      log.warn('the OpenAPI document of another server cannot be used', { path: base, reason: toError(thrown) });
    }
  }
  return merged;
}

function addedTo(before: Json, after: Json, part: 'definitions' | 'paths'): Json {
  const known = before[part] as Json;
  return Object.fromEntries(Object.entries(after[part] as Json).filter(([name]) => !Object.hasOwn(known, name)));
}

function withAddresses(index: Json, more: ReadonlyMap<string, string>): Json {
  if (more.size === 0) return index;
  const paths = { ...(index['paths'] as Json) };
  for (const [name, serverRelativeURL] of more) paths[name] ??= { serverRelativeURL };
  return { paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))) };
}
