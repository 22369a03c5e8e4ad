import { fill } from '../fill.ts';
import type { Draft } from '../object.ts';
import type {
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../schema/generated/types/admissionregistration-v1.ts';

export function defaultMutatingWebhooks({ webhooks }: Draft<MutatingWebhookConfiguration>): void {
  for (const webhook of webhooks ?? []) {
    defaultWebhook(webhook);
    fill(webhook, { reinvocationPolicy: 'Never' });
  }
}

export function defaultValidatingWebhooks({ webhooks }: Draft<ValidatingWebhookConfiguration>): void {
  for (const webhook of webhooks ?? []) defaultWebhook(webhook);
}

function defaultWebhook(webhook: Draft<MutatingWebhook | ValidatingWebhook>): void {
  fill(webhook, {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
  });
  for (const rule of webhook.rules ?? []) fill(rule, { scope: '*' });
  if (webhook.clientConfig?.service) fill(webhook.clientConfig.service, { port: 443 });
}

export function defaultAdmissionPolicy({ spec }: Draft<ValidatingAdmissionPolicy | MutatingAdmissionPolicy>): void {
  if (!spec) return;
  fill(spec, { failurePolicy: 'Fail' });
  defaultMatchResources(spec.matchConstraints);
}

export function defaultAdmissionPolicyBinding({
  spec,
}: Draft<ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding>): void {
  defaultMatchResources(spec?.matchResources);
}

function defaultMatchResources(match: Draft<MatchResources> | undefined): void {
  if (!match) return;
  fill(match, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} });
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])])
    fill(rule, { scope: '*' });
}
