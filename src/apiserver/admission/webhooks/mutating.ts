import { type Draft, draftOf, type KubeObject } from '../../../api/object.ts';
import { jsonPatch } from '../../../api/patch/index.ts';
import { parseJson } from '../../../api/schema/exact-json.ts';
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
} from '../../../api/schema/generated/types/admissionregistration-v1.ts';
import { ApiError } from '../../../api/status.ts';
import { toError } from '../../../base/errors.ts';
import type { View } from '../../../client/client.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../../contract.ts';
import { copyJson, sameJson } from '../../registry/json.ts';
import { shownAs, shownKind } from '../match-rules.ts';
import { decodePatched, takeOver } from '../patched-object.ts';
import { type Concern, callName, concerned, invoke, type WebhookOptions } from './invoke.ts';

type Mutable = Draft<KubeObject> | undefined;

/**
 * Asks webhooks one after the other; each sees what those before it made. When one changed the object, the built-in
 * plugins `before` run once more, and then those webhooks that asked for it with `reinvocationPolicy: IfNeeded`.
 */
export function mutatingWebhooks(
  configurations: View<MutatingWebhookConfiguration>,
  options: WebhookOptions & { readonly before: readonly AdmissionPlugin[] },
): AdmissionPlugin {
  const concernsOf = (request: AdmissionRequest) => concerned(configurations.list(), request, options.equivalents);
  return {
    name: 'MutatingAdmissionWebhook',
    handles: (request) => concernsOf(request).length > 0,
    async mutate(request, object) {
      const { again, last } = await runAll(options, concernsOf(request), { request, object, round: 0 });
      if (!last) return;
      for (const plugin of options.before)
        if (plugin.mutate && plugin.handles(request)) await plugin.mutate(request, object);
      const wanting = sameJson(object, last) ? again : concernsOf(request).filter(isReinvoked);
      if (wanting.length > 0) await runAll(options, wanting, { request, object, round: 1 });
    },
  };
}

const isReinvoked = ({ webhook }: Concern<MutatingWebhook>) => webhook.reinvocationPolicy === 'IfNeeded';

/** `last`: the object after the webhooks, where one changed it; `again`: who saw it before a later one changed it. */
async function runAll(
  options: WebhookOptions,
  concerns: readonly Concern<MutatingWebhook>[],
  { request, object, round }: { readonly request: AdmissionRequest; readonly object: Mutable; readonly round: number },
): Promise<{ readonly again: readonly Concern<MutatingWebhook>[]; readonly last: KubeObject | undefined }> {
  const asked: Concern<MutatingWebhook>[] = [];
  let again: readonly Concern<MutatingWebhook>[] = [];
  let changed = false;
  for (const concern of concerns) {
    const verdict = await invoke(options, concern, { request, object: object as KubeObject | undefined, round });
    if (!verdict) continue;
    const { patch } = verdict;
    const mutated = patch !== undefined && (await applyPatch(concern, request, { object, text: patch }));
    const { configuration, webhook } = concern;
    const note = JSON.stringify({ configuration, webhook: webhook.name, mutated });
    request.annotate?.(`mutation.${callName(concern, round)}`, note);
    if (mutated) {
      changed = true;
      again = [...asked];
    }
    if (isReinvoked(concern)) asked.push(concern);
  }
  return { again, last: changed && object ? (draftOf(object) as KubeObject) : undefined };
}

/** Returns whether it changed anything. Throws ApiError `InternalError`. */
async function applyPatch(
  { webhook, kind }: Concern,
  request: AdmissionRequest,
  { object, text }: { readonly object: Mutable; readonly text: string },
): Promise<boolean> {
  const failed = (why: string) => new ApiError('InternalError', `Internal error occurred: ${why}`);
  if (!object)
    throw failed(
      `admission webhook ${JSON.stringify(webhook.name)} attempted to modify the object, which is not supported for this operation`,
    );
  let patched: Draft<KubeObject>;
  try {
    const shown = copyJson(await shownAs(request, kind, object as KubeObject));
    patched = decodePatched(shownKind(request, kind), jsonPatch(shown, parseJson(text)));
  } catch (error) {
    throw failed(toError(error).message);
  }
  return takeOver(request, kind, { object, patched });
}
