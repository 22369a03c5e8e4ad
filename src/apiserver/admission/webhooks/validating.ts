import type { ValidatingWebhookConfiguration } from '../../../api/schema/generated/types/admissionregistration-v1.ts';
import type { View } from '../../../client/client.ts';
import type { AdmissionPlugin } from '../../contract.ts';
import { concerned, invoke, type WebhookOptions } from './invoke.ts';

/** Asks all webhooks that are concerned, at once; the first refusal in their order counts. */
export function validatingWebhooks(
  configurations: View<ValidatingWebhookConfiguration>,
  options: WebhookOptions,
): AdmissionPlugin {
  return {
    name: 'ValidatingAdmissionWebhook',
    handles: (request) => concerned(configurations.list(), request, options.equivalents).length > 0,
    async validate(request, object) {
      const concerns = concerned(configurations.list(), request, options.equivalents);
      const verdicts = await Promise.allSettled(
        concerns.map((concern) => invoke(options, concern, { request, object })),
      );
      for (const verdict of verdicts) if (verdict.status === 'rejected') throw verdict.reason;
    },
  };
}
