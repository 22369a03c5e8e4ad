import { timingSafeEqual } from 'node:crypto';
import {
  bootstrapTokenExpired,
  bootstrapTokenPattern,
  bootstrapTokenSecretName,
  bootstrapTokenSecretType,
} from '../../api/core/bootstrap-token.ts';
import type { Secret } from '../../api/schema/generated/types/core-v1.ts';
import type { Clock } from '../../base/clock.ts';
import type { View } from '../../client/client.ts';
import type { UserInfo } from '../contract.ts';
import { forOwnAudiences, type TokenAuthenticator } from './token.ts';
import { unauthorized } from './unauthorized.ts';

const defaultGroup = 'system:bootstrappers';
const extraGroup = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

/**
 * `<id>.<secret>` of a secret `bootstrap-token-<id>` in kube-system, by which nodes ask to join
 * (kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens).
 */
export function bootstrapTokens(secrets: View<Secret>, own: readonly string[], clock: Clock): TokenAuthenticator {
  return forOwnAudiences(own, (token) => {
    const [, id = '', secretPart = ''] = bootstrapTokenPattern.exec(token) ?? [];
    if (!id) return undefined;
    const name = bootstrapTokenSecretName(id);
    const found = secrets.get(`kube-system/${name}`);
    // As with a wrong secret: whoever guesses learns nothing.
    if (!found || found.metadata.deletionTimestamp) return undefined;
    const text = (key: string) => Buffer.from(found.data?.[key] ?? '', 'base64').toString();
    const fault = (why: string) => unauthorized(`bootstrap token ${id}: ${why}`);
    if (found.type !== bootstrapTokenSecretType) throw fault(`its secret has the type ${found.type ?? ''}`);
    const wanted = Buffer.from(text('token-secret'));
    const shown = Buffer.from(secretPart);
    if (wanted.length !== shown.length || !timingSafeEqual(wanted, shown)) throw fault('the secret part is wrong');
    if (text('token-id') !== id) throw fault('its secret has another token-id');
    if (bootstrapTokenExpired(found, clock.now())) throw fault('it has expired');
    if (text('usage-bootstrap-authentication') !== 'true') throw fault('it is not for authentication');
    return { name: `system:bootstrap:${id}`, groups: groupsOf(text('auth-extra-groups'), fault) } satisfies UserInfo;
  });
}

function groupsOf(extra: string, fault: (why: string) => Error): readonly string[] {
  const groups = new Set([defaultGroup]);
  if (extra === '') return [...groups];
  for (const group of extra.split(',')) {
    if (!extraGroup.test(group)) throw fault(`auth-extra-groups has ${JSON.stringify(group)}, which is not allowed`);
    groups.add(group);
  }
  return [...groups].sort();
}
