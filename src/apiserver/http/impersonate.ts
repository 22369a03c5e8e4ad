import type { IncomingHttpHeaders } from 'node:http';
import { badRequest } from '../../api/status.ts';
import type { Attributes, Authorizer, UserInfo } from '../contract.ts';
import { requireAllowed } from './authorize.ts';

const extraPrefix = 'impersonate-extra-';
const serviceAccountPrefix = 'system:serviceaccount:';

/**
 * Reads the `Impersonate-*` headers and asks whether `user` may act so. Undefined: there are none.
 * Throws ApiError `Forbidden`, or `BadRequest` when there are groups or extras without a user.
 */
export async function impersonate(
  headers: IncomingHttpHeaders,
  user: UserInfo,
  authorizer: Authorizer,
): Promise<UserInfo | undefined> {
  const wanted = wantedUser(headers);
  if (!wanted) return undefined;
  for (const attributes of requests(user, wanted)) await requireAllowed(authorizer, attributes);
  return completed(wanted);
}

/** Whether the headers are worth a look; the hot path's test. */
export function wantsImpersonation(headers: IncomingHttpHeaders): boolean {
  for (const name in headers) if (name.startsWith('impersonate-')) return true;
  return false;
}

function values(header: string | string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  // Node joins repeated headers of unknown names with a comma.
  return (Array.isArray(header) ? header : header.split(',')).map((value) => value.trim()).filter((value) => value);
}

function wantedUser(headers: IncomingHttpHeaders): UserInfo | undefined {
  const name = values(headers['impersonate-user'])[0];
  const groups = values(headers['impersonate-group']);
  const uid = values(headers['impersonate-uid'])[0];
  const extra: Record<string, readonly string[]> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith(extraPrefix)) continue;
    extra[decodeExtraKey(header.slice(extraPrefix.length))] = values(value);
  }
  if (name === undefined) {
    if (groups.length === 0 && uid === undefined && Object.keys(extra).length === 0) return undefined;
    throw badRequest('requested impersonation without a user: set the header Impersonate-User');
  }
  return { name, groups, ...(uid !== undefined && { uid }), ...(Object.keys(extra).length > 0 && { extra }) };
}

function decodeExtraKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch (error) {
    // As upstream: what is not percent-encoding is the key itself.
    if (error instanceof URIError) return encoded;
    throw error;
  }
}

function requests(user: UserInfo, wanted: UserInfo): readonly Attributes[] {
  const ask = (group: string, plural: string, name: string, namespace = '', subresource = ''): Attributes => ({
    user,
    verb: 'impersonate',
    resource: { group, version: 'v1', plural, subresource, namespace, name },
  });
  const account = serviceAccountOf(wanted.name);
  return [
    account ? ask('', 'serviceaccounts', account.name, account.namespace) : ask('', 'users', wanted.name),
    ...wanted.groups.map((group) => ask('', 'groups', group)),
    ...Object.entries(wanted.extra ?? {}).flatMap(([key, texts]) =>
      texts.map((text) => ask('authentication.k8s.io', 'userextras', text, '', key)),
    ),
    ...(wanted.uid === undefined ? [] : [ask('authentication.k8s.io', 'uids', wanted.uid)]),
  ];
}

function serviceAccountOf(user: string): { readonly namespace: string; readonly name: string } | undefined {
  if (!user.startsWith(serviceAccountPrefix)) return undefined;
  const [namespace, name, more] = user.slice(serviceAccountPrefix.length).split(':');
  return namespace && name && more === undefined ? { namespace, name } : undefined;
}

/** Adds the groups that such a user would have had. */
function completed(wanted: UserInfo): UserInfo {
  const groups = [...wanted.groups];
  const account = serviceAccountOf(wanted.name);
  if (account && groups.length === 0)
    groups.push('system:serviceaccounts', `system:serviceaccounts:${account.namespace}`);
  const general = wanted.name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  if (!groups.includes(general)) groups.push(general);
  return { ...wanted, groups };
}
