import { configMap } from '../../api/core/config-map.ts';
import { jsonEqual } from '../../api/patch/index.ts';
import type { ConfigMap } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import { requestHeaders } from '../authentication/request-header.ts';

/** Whom other API servers may believe. PEM. */
export interface Trust {
  readonly clientCa: string;
  readonly requestHeaderCa: string;
  /** Common names of certificates of front proxies. */
  readonly allowedNames: readonly string[];
}

const retryMs = 1000;
const ref = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };

/** What `kube-system/extension-apiserver-authentication` says: extension API servers read it to know whom to believe. */
export function trustData({ clientCa, requestHeaderCa, allowedNames }: Trust): Readonly<Record<string, string>> {
  const { username, uid, group, extraPrefix } = requestHeaders;
  return {
    'client-ca-file': clientCa,
    'requestheader-allowed-names': JSON.stringify(allowedNames),
    'requestheader-client-ca-file': requestHeaderCa,
    'requestheader-extra-headers-prefix': JSON.stringify(extraPrefix),
    'requestheader-group-headers': JSON.stringify(group),
    'requestheader-uid-headers': JSON.stringify(uid),
    'requestheader-username-headers': JSON.stringify(username),
  };
}

/** Publishes it now, and again whenever somebody has changed or removed it. Returns how to end that. */
export async function publishTrust(
  client: Client,
  trust: Trust,
  { signal, clock, log }: { readonly signal: AbortSignal; readonly clock: Clock; readonly log: Logger },
): Promise<() => void> {
  const data = trustData(trust);
  const view = client.view(configMap, { namespace: ref.namespace, fieldSelector: `metadata.name=${ref.name}` });
  await view.ready(signal);
  const present = () => view.get(`${ref.namespace}/${ref.name}`);
  await settle(client, data, present());
  let retry: Timer | undefined;
  let isStopped = false;
  const keep = () => {
    retry?.cancel();
    settle(client, data, present()).catch((error: unknown) => {
      if (isStopped) return;
      log.error('extension-apiserver-authentication cannot be kept; it is tried again', { error: toError(error) });
      retry = clock.after(retryMs, keep);
    });
  };
  const unlisten = view.onChange(keep);
  return () => {
    isStopped = true;
    unlisten();
    retry?.cancel();
  };
}

async function settle(
  client: Client,
  data: Readonly<Record<string, string>>,
  present: ConfigMap | undefined,
): Promise<void> {
  try {
    if (!present) await client.create(configMap, { metadata: ref, data });
    // What else stands there is somebody else's.
    else if (!jsonEqual({ ...present.data, ...data }, present.data))
      await client.update(configMap, { ...present, data: { ...present.data, ...data } });
  } catch (error) {
    // The change that was faster is looked at next.
    if (!isApiError(error, 'AlreadyExists', 'Conflict', 'NotFound')) throw error;
  }
}
