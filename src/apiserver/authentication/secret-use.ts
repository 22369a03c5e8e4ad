import { secret as secretKind } from '../../api/core/secret.ts';
import type { Secret } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import { lastUsedLabel } from './service-account.ts';

const patchTimeoutMs = 10_000;

/** Notes on a secret the day of its token's last use (KEP-2799); once at a time for each secret, and waited for by nobody. */
export function secretUseRecorder(client: Client, log: Logger): (secret: Secret, today: string) => void {
  const writing = new Set<string>();
  return ({ metadata }, today) => {
    const { namespace = '', name = '', uid = '' } = metadata;
    if (writing.has(uid)) return;
    writing.add(uid);
    const body = { metadata: { uid, labels: { [lastUsedLabel]: today } } };
    client
      .patch(secretKind, { namespace, name }, { type: 'merge', body }, { signal: AbortSignal.timeout(patchTimeoutMs) })
      .catch((error: unknown) => {
        if (!isApiError(error, 'NotFound', 'Conflict'))
          log.warn('cannot note the last use of a token', { namespace, secret: name, error });
      })
      .finally(() => writing.delete(uid));
  };
}
