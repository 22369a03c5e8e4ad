/** Serves the documents: made when asked for, kept while somebody asks, dropped after. */
import type { Kind } from '../../api/kind.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { type CachedDocument, documentOf, etagOf } from '../http/documents.ts';
import { type Descriptions, loadDescriptions } from './descriptions.ts';
import { openApiV2, openApiV3Document, openApiV3Hash, openApiV3Index } from './documents.ts';
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

export interface OpenApiDocuments {
  v2(): CachedDocument;
  /** The same for clients that accept only protobuf. */
  v2Proto(): CachedDocument;
  v3Index(): CachedDocument;
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
  const prose = () => {
    descriptions ??= readDescriptions(options.descriptionsFile, log) ?? 'none';
    return descriptions === 'none' ? undefined : descriptions;
  };

  return {
    v2() {
      const all = kinds();
      return keep(`v2 ${stateOf(all)}`, () => documentOf(openApiV2(all, { descriptions: prose() })));
    },
    v2Proto() {
      const all = kinds();
      return keep(`v2 protobuf ${stateOf(all)}`, () => {
        const body = encodeOpenApiV2(openApiV2(all, { descriptions: prose() }));
        return { body, etag: etagOf(body), contentType: protoContentType };
      });
    },
    v3Index() {
      return documentOf(openApiV3Index(kinds(), release));
    },
    v3(name) {
      const all = kinds();
      const hash = openApiV3Hash(all, name, release);
      const known = kept.get(hash);
      if (known) return keep(hash, () => known);
      const document = openApiV3Document(all, name, { descriptions: prose() });
      return document && keep(hash, () => ({ ...documentOf(document), etag: `"${hash}"` }));
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
