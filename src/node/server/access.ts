import type { TLSSocket } from 'node:tls';
import { ServerError } from './server-error.ts';

export interface ServerUser {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What a SubjectAccessReview is asked: a verb on a part of this node. */
export interface AccessRequest {
  readonly user: ServerUser;
  /** get, create, update, patch, delete. */
  readonly verb: string;
  readonly path: string;
  /** Subresources of `nodes`, most particular first; being allowed one of them suffices. */
  readonly subresources: readonly string[];
}

export type Authorize = (request: AccessRequest) => boolean | Promise<boolean>;

const verbs: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Paths with a subresource of their own; the rest is `proxy`. `alsoProxy`: the fine-grained ones came later (KEP-2862). */
const particular: readonly { readonly path: string; readonly name: string; readonly alsoProxy: boolean }[] = [
  { path: '/stats', name: 'stats', alsoProxy: false },
  { path: '/metrics', name: 'metrics', alsoProxy: false },
  { path: '/logs', name: 'log', alsoProxy: false },
  { path: '/checkpoint', name: 'checkpoint', alsoProxy: false },
  { path: '/healthz', name: 'healthz', alsoProxy: true },
  { path: '/configz', name: 'configz', alsoProxy: true },
  { path: '/pods', name: 'pods', alsoProxy: true },
  { path: '/runningpods', name: 'pods', alsoProxy: true },
];

/** The subresources of `nodes` of which one must be allowed for a path. */
export function subresourcesOf(path: string): readonly string[] {
  const found = particular.find((candidate) => path === candidate.path || path.startsWith(`${candidate.path}/`));
  if (!found) return ['proxy'];
  return found.alsoProxy ? [found.name, 'proxy'] : [found.name];
}

/** Who a client's certificate says it is; undefined without one that the client authorities have signed. */
export function userOf(socket: TLSSocket): ServerUser | undefined {
  if (!socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  const name = first(subject?.CN);
  if (!name) return undefined;
  return { name, groups: listOf(subject.O) };
}

function listOf(value: string | string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

function first(value: string | string[] | undefined): string | undefined {
  return listOf(value)[0];
}

/** Throws ServerError `Unauthorized` or `Forbidden`. */
export async function requireAccess(
  user: ServerUser | undefined,
  request: { readonly method: string; readonly path: string },
  authorize: Authorize,
): Promise<void> {
  if (!user) throw new ServerError('Unauthorized', 'Unauthorized');
  if (user.groups.includes('system:masters')) return;
  const verb = verbs[request.method] ?? '';
  const subresources = subresourcesOf(request.path);
  if (await authorize({ user, verb, path: request.path, subresources })) return;
  throw new ServerError(
    'Forbidden',
    `Forbidden (user=${user.name}, verb=${verb}, resource=nodes, subresource(s)=[${subresources.join(' ')}])`,
  );
}
