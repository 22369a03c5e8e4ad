import { randomUUID } from 'node:crypto';
import type { ConvertCustom } from '../../../api/apiextensions/custom-kind.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { CustomResourceConversion } from '../../../api/schema/generated/types/apiextensions-v1.ts';
import { ApiError, type StatusReason } from '../../../api/status.ts';
import { toError } from '../../../base/errors.ts';
import type { CallWebhook } from '../../webhook-client/caller.ts';
import { checkConverted } from './check-converted.ts';
import { readConverted, reviewOf, reviewVersion } from './review.ts';

/** Upstream's; a definition cannot say another. */
const timeoutSeconds = 30;
/** Of one review; a longer list goes in several. */
const mostObjects = 500;

/**
 * Converts by the webhook of a definition; undefined when it names none. Objects in the wanted version are not sent.
 * Rejects with ApiError (500), worded as upstream.
 */
export function webhookConverter(
  conversion: CustomResourceConversion | undefined,
  call: CallWebhook,
): ConvertCustom | undefined {
  const { webhook } = conversion ?? {};
  if (conversion?.strategy !== 'Webhook' || !webhook?.clientConfig) return undefined;
  const { clientConfig, conversionReviewVersions } = webhook;
  return async (objects, desiredAPIVersion) => {
    const [first] = objects;
    if (!first) return [];
    const results: KubeObject[] = [];
    try {
      const version = reviewVersion(conversionReviewVersions);
      for (let start = 0; start < objects.length; start += mostObjects) {
        const part = objects.slice(start, start + mostObjects);
        const review = { uid: randomUUID(), version, desiredAPIVersion, objects: part };
        // Shared by all who wait for these objects: none of them may end it.
        const limits = { timeoutSeconds, signal: undefined };
        const answer = await call(clientConfig, JSON.stringify(reviewOf(review)), limits).catch((error: unknown) => {
          throw new Error(`failed: ${toError(error).message}`, { cause: error });
        });
        results.push(...checkConverted(part, converted(answer, review), desiredAPIVersion));
      }
    } catch (error) {
      throw failure(first, toError(error));
    }
    return results;
  };
}

function converted(answer: string, review: Parameters<typeof readConverted>[1]): readonly unknown[] {
  try {
    return readConverted(answer, review);
  } catch (error) {
    throw new Error(`failed: ${toError(error).message}`, { cause: error });
  }
}

/** Upstream lets the error through as it is: a 500 without a reason. */
function failure({ apiVersion, kind }: KubeObject, error: Error): ApiError {
  const message = `conversion webhook for ${apiVersion}, Kind=${kind} ${error.message}`;
  return new ApiError('' as StatusReason, message, undefined, { httpCode: 500, cause: error });
}
