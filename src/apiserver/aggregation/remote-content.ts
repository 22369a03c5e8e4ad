/** What other API servers keep, for those who look after objects wherever they are. */
import { type Kind, kind, type Verb } from '../../api/kind.ts';
import type { APIService } from '../../api/schema/generated/types/apiregistration-v1.ts';
import type { Schema } from '../../api/schema/schema.ts';
import type { Client } from '../../client/client.ts';
import { type ClosableClient, createHttpClient } from '../../client/http/http-client.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../../client/http/transport.ts';
import type { UserInfo } from '../contract.ts';
import type { RemoteVersion } from '../discovery/catalog.ts';
import type { Aggregation } from './aggregation.ts';

/** Content of namespaces behind other API servers. */
export interface RemoteContent {
  /** Namespaced kinds whose servers answer. */
  kinds(): readonly Kind[];
  /** Why some of it cannot be known now, in upstream's words. */
  unknown(): readonly string[];
  /** Speaks of these kinds to their servers, as the user that was named. */
  readonly client: Pick<Client, 'list' | 'delete' | 'deleteCollection'>;
  close(): void;
}

export function remoteContent(aggregation: Aggregation, user: UserInfo): RemoteContent {
  const transport = new RemoteTransport(aggregation, user);
  const client: ClosableClient = createHttpClient({
    server: 'https://aggregated',
    ca: '',
    name: user.name,
    transports: { calls: transport, watches: transport },
  });
  return {
    kinds: () => kindsOf(aggregation.remotes),
    unknown: () =>
      aggregation.remotes
        .filter(({ isFresh }) => !isFresh)
        .map(({ group, version }) => {
          const name = `${group}/${version}`;
          return `unable to retrieve the complete list of server APIs: ${name}: stale GroupVersion discovery: ${name}`;
        }),
    client,
    close: () => client.close(),
  };
}

const known = new WeakMap<readonly RemoteVersion[], readonly Kind[]>();
const anything: Schema = { type: 'object', preserveUnknownFields: true };

function kindsOf(remotes: readonly RemoteVersion[]): readonly Kind[] {
  let kinds = known.get(remotes);
  if (!kinds) {
    kinds = remotes.filter(({ isFresh }) => isFresh).flatMap(kindsIn);
    known.set(remotes, kinds);
  }
  return kinds;
}

function kindsIn({ group, version, resources = [] }: RemoteVersion): readonly Kind[] {
  return resources
    .filter(({ name, namespaced }) => namespaced && !name.includes('/'))
    .map(({ name, kind: called, verbs }) =>
      kind({
        group,
        version,
        kind: called,
        plural: name,
        scope: 'Namespaced',
        schema: () => anything,
        verbs: verbs as readonly Verb[],
      }),
    );
}

/** Requests to whichever server answers for their path. */
class RemoteTransport implements Transport {
  readonly #aggregation: Aggregation;
  readonly #user: UserInfo;

  constructor(aggregation: Aggregation, user: UserInfo) {
    this.#aggregation = aggregation;
    this.#user = user;
  }

  async request({ method, path, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
    const service: APIService | undefined = this.#aggregation.remoteAt(path.replace(/\?.*/, ''));
    if (!service) throw new Error(`no API server answers for ${path}`);
    const response = await this.#aggregation.servers.send(service, {
      method,
      path,
      headers,
      user: this.#user,
      body,
      signal,
    });
    return { status: response.statusCode ?? 0, headers: response.headers, body: response as AsyncIterable<Uint8Array> };
  }

  close(): void {
    // The connections are the aggregation's.
  }
}
