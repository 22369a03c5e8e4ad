import { randomUUID } from 'node:crypto';
import type { Kind } from '../../../api/kind.ts';
import type { KubeObject, ObjectMeta } from '../../../api/object.ts';
import type {
  MutatingWebhook,
  ValidatingWebhook,
} from '../../../api/schema/generated/types/admissionregistration-v1.ts';
import type { Namespace } from '../../../api/schema/generated/types/core-v1.ts';
import { forbidden } from '../../../api/status.ts';
import { toError } from '../../../base/errors.ts';
import type { View } from '../../../client/client.ts';
import type { AdmissionRequest } from '../../contract.ts';
import type { Equivalents } from '../../registry/served-kind.ts';
import type { CallWebhook } from '../../webhook-client/caller.ts';
import type { failureLog } from '../../webhook-client/failure-log.ts';
import type { ConditionsMatch } from '../match-conditions.ts';
import { isExempt, type Matching, matchedKind, selectorsMatch, shownAs } from '../match-rules.ts';
import { denied, failedClosed, noDryRun, WebhookCallError } from './errors.ts';
import type { WebhookOutcome } from './metrics.ts';
import { readVerdict, reviewOf, reviewVersion, type Verdict } from './review.ts';

export type Webhook = MutatingWebhook | ValidatingWebhook;

export interface WebhookOptions {
  readonly namespaces: View<Namespace>;
  readonly equivalents: Equivalents;
  readonly call: CallWebhook;
  readonly conditionsMatch: ConditionsMatch;
  /** Tells of failures that a webhook's policy passes over; not every one, as each request may bring one. */
  readonly warn: ReturnType<typeof failureLog>;
  /** Where calls are counted. Absent: nowhere. */
  readonly count?: (outcome: WebhookOutcome) => void;
}

/** One webhook as it concerns one request. */
export interface Concern<W extends Webhook = Webhook> {
  readonly webhook: W;
  /** The name of the object that it stands in. */
  readonly configuration: string;
  /** Among all that are concerned. */
  readonly index: number;
  /** The version of the object that it wants to see. */
  readonly kind: Kind;
}

function matchingOf({ rules = [], matchPolicy, namespaceSelector, objectSelector }: Webhook): Matching {
  return {
    rules,
    ...(matchPolicy && { matchPolicy }),
    ...(namespaceSelector && { namespaceSelector }),
    ...(objectSelector && { objectSelector }),
  };
}

interface Configuration<W extends Webhook> {
  readonly metadata: ObjectMeta;
  readonly webhooks?: readonly W[];
}

/** Webhooks whose rules speak of the request, in order. Cheap: selectors and conditions are looked at later. */
export function concerned<W extends Webhook>(
  configurations: Iterable<Configuration<W>>,
  request: AdmissionRequest,
  equivalents: Equivalents,
): Concern<W>[] {
  const found: Concern<W>[] = [];
  if (isExempt(request)) return found;
  for (const { metadata, webhooks = [] } of configurations)
    for (const webhook of webhooks) {
      const kind = matchedKind(matchingOf(webhook), request, equivalents);
      if (kind) found.push({ webhook, configuration: metadata.name ?? '', index: found.length, kind });
    }
  return found;
}

/** How the audit event calls one call: upstream's `round_0_index_1`. */
export function callName({ index }: Concern, round: number): string {
  return `webhook.admission.k8s.io/round_${round}_index_${index}`;
}

/** Asks a webhook. Undefined: it is not concerned after all, or failed and may. Throws ApiError when the request is refused. */
export async function invoke(
  options: WebhookOptions,
  concern: Concern,
  {
    request,
    object,
    round,
  }: {
    readonly request: AdmissionRequest;
    readonly object: KubeObject | undefined;
    /** Of a mutating webhook: 0, or 1 when it is asked again. */
    readonly round?: number;
  },
): Promise<Verdict | undefined> {
  const { namespaces, conditionsMatch, warn } = options;
  const { webhook, kind } = concern;
  if (!selectorsMatch(matchingOf(webhook), { ...request, object }, namespaces)) return undefined;
  const shown = {
    kind,
    object: await shownAs(request, kind, object),
    old: await shownAs(request, kind, request.old),
  };
  if (webhook.matchConditions?.length) {
    const { failurePolicy = 'Fail', matchConditions } = webhook;
    const verdict = await conditionsMatch(matchConditions, { request, ...shown });
    if (verdict.error !== undefined && failurePolicy === 'Fail')
      throw forbidden(request.kind, request.ref.name, verdict.error);
    if (!verdict.matches) return undefined;
  }
  if (request.dryRun && webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun')
    throw noDryRun(webhook.name);
  const type = round === undefined ? 'validating' : 'admit';
  const startMs = performance.now();
  const settle = (outcome: Pick<WebhookOutcome, 'refused' | 'failed'>): void =>
    options.count?.({
      ...{ name: webhook.name, type, operation: request.operation },
      seconds: (performance.now() - startMs) / 1000,
      ...outcome,
    });
  let verdict: Verdict;
  try {
    verdict = await ask(options, webhook, { request, ...shown });
  } catch (error) {
    request.signal?.throwIfAborted();
    const refused = webhook.failurePolicy === 'Ignore' ? undefined : failedClosed(error);
    settle({ refused, failed: true });
    if (refused) throw refused;
    const what = round === undefined ? 'validating' : 'mutating';
    request.annotate?.(`failed-open.${what}.${callName(concern, round ?? 0)}`, webhook.name);
    warn('a webhook failed and is passed over', { webhook: webhook.name, error: toError(error).message });
    return undefined;
  }
  for (const warning of verdict.warnings) request.warn(warning);
  for (const [key, value] of verdict.auditAnnotations) request.annotate?.(`${webhook.name}/${key}`, value);
  const refused = verdict.allowed ? undefined : denied(webhook.name, verdict.status);
  settle({ refused, failed: false });
  if (refused) throw refused;
  return verdict;
}

async function ask(
  { call }: WebhookOptions,
  { name, clientConfig, timeoutSeconds = 10, admissionReviewVersions }: Webhook,
  shown: {
    readonly request: AdmissionRequest;
    readonly kind: Kind;
    readonly object: KubeObject | undefined;
    readonly old: KubeObject | undefined;
  },
): Promise<Verdict> {
  const version = reviewVersion(admissionReviewVersions);
  if (!version)
    throw new WebhookCallError(name, 'webhook does not accept known AdmissionReview versions (v1, v1beta1)');
  const reviewed = { uid: randomUUID(), version, ...shown };
  const body = JSON.stringify(reviewOf(shown.request, reviewed));
  let text: string;
  try {
    text = await call(clientConfig, body, { timeoutSeconds, signal: shown.request.signal });
  } catch (error) {
    throw new WebhookCallError(name, `failed to call webhook: ${toError(error).message}`, error);
  }
  try {
    return readVerdict(text, reviewed);
  } catch (error) {
    throw new WebhookCallError(name, `received invalid webhook response: ${toError(error).message}`, error);
  }
}
