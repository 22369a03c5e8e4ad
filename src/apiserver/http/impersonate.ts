import type { IncomingHttpHeaders } from 'node:http';
import { badRequest, forbidden, isApiError } from '../../api/status.ts';
import { isDns1123Subdomain, isDomainPrefixedPath } from '../../api/validation/format.ts';
import { textOfHeader } from '../../base/header-text.ts';
import { decodeKey } from '../authentication/request-header.ts';
import type { Attributes, Authorizer, UserInfo } from '../contract.ts';
import { requireAllowed } from './authorize.ts';

const extraPrefix = 'impersonate-extra-';
const serviceAccountPrefix = 'system:serviceaccount:';
const nodePrefix = 'system:node:';
const nodeNameExtra = 'authentication.kubernetes.io/node-name';

/** Whether the headers are worth a look; the hot path's test. */
export function wantsImpersonation(headers: IncomingHttpHeaders): boolean {
  for (const name in headers) if (name.startsWith('impersonate-')) return true;
  return false;
}

/**
 * Reads the `Impersonate-*` headers and asks whether the user of `request` may act so in this request. Undefined: there
 * are none. Throws ApiError `Forbidden`, or `BadRequest` when there are groups or extras without a user.
 *
 * Whoever may `impersonate` may do everything as the other; with constrained impersonation (KEP-5284) he may do what
 * `impersonate-on:<mode>:<verb>` lets him do as those whom `impersonate:<mode>` names.
 */
export async function impersonate(
  rawHeaders: readonly string[],
  request: Attributes,
  authorizer: Authorizer,
): Promise<UserInfo | undefined> {
  const wanted = wantedUser(rawHeaders);
  if (!wanted) return undefined;
  let refusal: unknown;
  for (const mode of constrainedModes) {
    if (!mode.fits(wanted, request.user)) continue;
    const asker = mode.asker?.(request.user) ?? request.user;
    if (!(await mayUse(mode, { ...request, user: asker }, authorizer))) continue;
    try {
      await requireMode(mode, asker, wanted, authorizer);
      return completed(wanted, true);
    } catch (error) {
      if (!isApiError(error, 'Forbidden')) throw error;
      refusal ??= error;
    }
  }
  try {
    for (const attributes of checksOf(request.user, wanted, { verb: 'impersonate', group: '' }))
      await requireAllowed(authorizer, attributes);
  } catch (error) {
    // Who was let into a mode is told what he lacks there.
    throw isApiError(error, 'Forbidden') ? (refusal ?? error) : error;
  }
  return completed(wanted, false);
}

interface Mode {
  readonly name: string;
  fits(wanted: UserInfo, asker: UserInfo): boolean;
  /** As whom the authorizer is asked. Default: as he is. */
  asker?(user: UserInfo): UserInfo;
  /** By which name the node is asked for. Default: its own. */
  readonly nodeName?: string;
}

const constrainedModes: readonly Mode[] = [
  {
    name: 'associated-node',
    fits: (wanted, asker) => {
      const node = isBare(wanted) ? nodeOf(wanted.name) : undefined;
      const own = asker.extra?.[nodeNameExtra];
      return node !== undefined && serviceAccountOf(asker.name) !== undefined && own?.length === 1 && own[0] === node;
    },
    asker: (user) => ({
      ...user,
      extra: { 'authentication.kubernetes.io/associated-node-keys': Object.keys(user.extra ?? {}).sort() },
    }),
    nodeName: '*',
  },
  { name: 'arbitrary-node', fits: (wanted) => isBare(wanted) && nodeOf(wanted.name) !== undefined },
  { name: 'serviceaccount', fits: (wanted) => isBare(wanted) && serviceAccountOf(wanted.name) !== undefined },
  {
    name: 'user-info',
    fits: ({ name }) => nodeOf(name) === undefined && serviceAccountOf(name) === undefined,
  },
];

async function mayUse({ name }: Mode, request: Attributes, authorizer: Authorizer): Promise<boolean> {
  const verb = `impersonate-on:${name}:${request.verb}`;
  return (await authorizer.authorize({ ...request, verb })).decision === 'allow';
}

async function requireMode(mode: Mode, asker: UserInfo, wanted: UserInfo, authorizer: Authorizer): Promise<void> {
  const group = 'authentication.k8s.io';
  const why = constrainedFault(wanted);
  if (why) throw forbidden({ group, plural: 'users' }, wanted.name, why);
  const node = nodeOf(wanted.name);
  const verb = `impersonate:${mode.name}`;
  if (node !== undefined) {
    const resource = {
      group,
      version: 'v1',
      plural: 'nodes',
      subresource: '',
      namespace: '',
      name: mode.nodeName ?? node,
    };
    await requireAllowed(authorizer, { user: asker, verb, resource });
    return;
  }
  for (const attributes of checksOf(asker, wanted, { verb, group })) await requireAllowed(authorizer, attributes);
}

/** What only whoever may `impersonate` without constraint may wish for. */
function constrainedFault({ groups, extra = {} }: UserInfo): string | undefined {
  if (groups.includes('system:masters')) return 'impersonating the system:masters group is not allowed';
  for (const key of Object.keys(extra))
    if (isDomainPrefixedPath(key).length > 0)
      return `impersonating an invalid key in extra is not allowed: ${JSON.stringify(key)}`;
  return undefined;
}

/** A question for each part of the wanted user. `group`: of users, groups and accounts. */
function checksOf(
  user: UserInfo,
  wanted: UserInfo,
  { verb, group }: { readonly verb: string; readonly group: string },
): readonly Attributes[] {
  const ask = (
    plural: string,
    name: string,
    more: { group?: string; namespace?: string; subresource?: string } = {},
  ) => ({
    user,
    verb,
    resource: { group, version: 'v1', plural, subresource: '', namespace: '', name, ...more },
  });
  const authentication = { group: 'authentication.k8s.io' };
  const account = serviceAccountOf(wanted.name);
  return [
    account ? ask('serviceaccounts', account.name, { namespace: account.namespace }) : ask('users', wanted.name),
    ...(wanted.uid === undefined ? [] : [ask('uids', wanted.uid, authentication)]),
    ...wanted.groups.map((name) => ask('groups', name)),
    ...Object.entries(wanted.extra ?? {}).flatMap(([subresource, texts]) =>
      texts.map((text) => ask('userextras', text, { ...authentication, subresource })),
    ),
  ];
}

function wantedUser(rawHeaders: readonly string[]): UserInfo | undefined {
  let name: string | undefined;
  let uid: string | undefined;
  const groups: string[] = [];
  const extra = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const header = rawHeaders[at]?.toLowerCase() ?? '';
    const value = textOfHeader(rawHeaders[at + 1] ?? '');
    if (!header.startsWith('impersonate-') || value === '') continue;
    if (header === 'impersonate-user') name ??= value;
    else if (header === 'impersonate-uid') uid ??= value;
    else if (header === 'impersonate-group') groups.push(value);
    else if (header.startsWith(extraPrefix)) {
      const key = decodeKey(header.slice(extraPrefix.length));
      extra.set(key, [...(extra.get(key) ?? []), value]);
    }
  }
  if (name === undefined) {
    if (groups.length === 0 && uid === undefined && extra.size === 0) return undefined;
    throw badRequest('requested impersonation without a user: set the header Impersonate-User');
  }
  return {
    name,
    groups,
    ...(uid !== undefined && { uid }),
    ...(extra.size > 0 && { extra: Object.fromEntries(extra) }),
  };
}

function isBare({ uid, groups, extra }: UserInfo): boolean {
  return uid === undefined && groups.length === 0 && extra === undefined;
}

function nodeOf(user: string): string | undefined {
  if (!user.startsWith(nodePrefix)) return undefined;
  const name = user.slice(nodePrefix.length);
  return isDns1123Subdomain(name).length === 0 ? name : undefined;
}

function serviceAccountOf(user: string): { readonly namespace: string; readonly name: string } | undefined {
  if (!user.startsWith(serviceAccountPrefix)) return undefined;
  const [namespace, name, more] = user.slice(serviceAccountPrefix.length).split(':');
  return namespace && name && more === undefined ? { namespace, name } : undefined;
}

/** Adds the groups that such a user would have had. */
function completed(wanted: UserInfo, isConstrained: boolean): UserInfo {
  const groups = [...wanted.groups];
  const account = serviceAccountOf(wanted.name);
  if (account && groups.length === 0)
    groups.push('system:serviceaccounts', `system:serviceaccounts:${account.namespace}`);
  if (isConstrained && nodeOf(wanted.name) !== undefined) groups.push('system:nodes');
  const isUnknown = wanted.name === 'system:anonymous' || groups.includes('system:unauthenticated');
  const general = isUnknown ? 'system:unauthenticated' : 'system:authenticated';
  if (!groups.includes(general)) groups.push(general);
  return { ...wanted, groups };
}
