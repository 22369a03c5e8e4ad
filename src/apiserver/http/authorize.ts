import { ApiError, forbidden } from '../../api/status.ts';
import type { Attributes, Authorizer, Decision, UserInfo } from '../contract.ts';
import type { Query } from './query.ts';
import type { RequestInfo } from './request-info.ts';

/** Verbs that selectors narrow (KEP-4601); with others they are noise that no rule may rely on. */
const selecting: ReadonlySet<string> = new Set(['list', 'watch', 'deletecollection']);

/** What an authorizer sees of a request. */
export function attributesOf(user: UserInfo, info: RequestInfo, query: Query): Attributes {
  if (!info.isResource) return { user, verb: info.verb, path: info.path };
  const isSelecting = selecting.has(info.verb);
  const fieldSelector = isSelecting && query.get('fieldSelector');
  const labelSelector = isSelecting && query.get('labelSelector');
  return {
    user,
    verb: info.verb,
    resource: {
      group: info.group,
      version: info.version,
      plural: info.resource,
      subresource: info.subresource,
      namespace: info.namespace,
      name: info.name,
      ...(fieldSelector && { fieldSelector }),
      ...(labelSelector && { labelSelector }),
    },
  };
}

/** Throws ApiError `Forbidden` unless allowed. Synchronous when the authorizer is. */
export function requireAllowed(authorizer: Authorizer, attributes: Attributes): Promise<void> | undefined {
  const decision = authorizer.authorize(attributes);
  if ('then' in decision) return decision.then((settled) => check(attributes, settled));
  check(attributes, decision);
  return undefined;
}

function check(attributes: Attributes, { decision, reason }: Decision): void {
  if (decision !== 'allow') throw refusal(attributes, reason);
}

/** The 403 with upstream's words. */
export function refusal(attributes: Attributes, reason: string): ApiError {
  const { user, verb, resource } = attributes;
  const because = reason ? `: ${reason}` : '';
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`;
  if (!resource) {
    const what = `${who} path ${JSON.stringify(attributes.path ?? '')}`;
    return new ApiError('Forbidden', `forbidden: ${what}${because}`, {});
  }
  const { group, plural, subresource, namespace, name } = resource;
  const full = subresource ? `${plural}/${subresource}` : plural;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  const why = `${who} resource ${JSON.stringify(full)} in API group ${JSON.stringify(group)} ${where}${because}`;
  return forbidden({ group, plural }, name, why);
}
