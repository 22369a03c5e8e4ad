import type { MutatingWebhook, ValidatingWebhook } from '../../schema/generated/types/admissionregistration-v1.ts';
import { type Errors, each, oneOf } from '../common.ts';
import { duplicate, invalidFormat, invalidValue, required } from '../field-error.ts';
import { isDns1035Label, isDns1123Subdomain } from '../format.ts';
import { validateLabelSelector } from '../label-selector.ts';
import { validateClientConfig } from '../webhook-client-config.ts';
import { validateMatchConditions } from './match.ts';
import { validateRule } from './rules.ts';

const reviewVersions = ['v1', 'v1beta1'];

type Webhook = MutatingWebhook | ValidatingWebhook;

/** A mutating or validating webhook configuration. */
export function validateWebhookConfiguration({ webhooks }: { readonly webhooks?: readonly Webhook[] }): Errors {
  const names = new Set<string>();
  return each(webhooks, 'webhooks', (webhook, here) => {
    const errors = validateWebhook(webhook, here);
    if (names.has(webhook.name)) errors.push(duplicate(`${here}.name`, webhook.name));
    names.add(webhook.name);
    return errors;
  });
}

function validateWebhook(webhook: Webhook, path: string): Errors {
  const { timeoutSeconds, sideEffects } = webhook;
  const effects = ['None', 'NoneOnDryRun'];
  const errors = [
    ...validateName(webhook.name, `${path}.name`),
    ...each(webhook.rules, `${path}.rules`, validateRule),
    ...oneOf(webhook.failurePolicy, `${path}.failurePolicy`, ['Fail', 'Ignore']),
    ...oneOf(webhook.matchPolicy, `${path}.matchPolicy`, ['Equivalent', 'Exact']),
    ...(sideEffects
      ? oneOf(sideEffects, `${path}.sideEffects`, effects)
      : [required(`${path}.sideEffects`, `must specify one of ${effects.join(', ')}`)]),
  ];
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > 30))
    errors.push(
      invalidValue(`${path}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'),
    );
  return [
    ...errors,
    ...validateLabelSelector(webhook.namespaceSelector, `${path}.namespaceSelector`),
    ...validateLabelSelector(webhook.objectSelector, `${path}.objectSelector`),
    ...('reinvocationPolicy' in webhook
      ? oneOf(webhook.reinvocationPolicy, `${path}.reinvocationPolicy`, ['IfNeeded', 'Never'])
      : []),
    ...validateClientConfig(webhook.clientConfig, `${path}.clientConfig`),
    ...validateMatchConditions(webhook.matchConditions, `${path}.matchConditions`),
    ...validateReviewVersions(webhook.admissionReviewVersions ?? [], `${path}.admissionReviewVersions`),
  ];
}

function validateName(name: string | undefined, path: string): Errors {
  if (!name) return [required(path)];
  const complaints = isDns1123Subdomain(name);
  if (complaints.length > 0) return [invalidValue(path, name, complaints.join(','))];
  return name.split('.').length < 3
    ? [invalidValue(path, name, 'should be a domain with at least three segments separated by dots')]
    : [];
}

function validateReviewVersions(versions: readonly string[], path: string): Errors {
  const known = reviewVersions.join(', ');
  if (versions.length === 0) return [required(path, `must specify one of ${known}`)];
  const seen = new Set<string>();
  const errors = each(versions, path, (version, here) => {
    if (seen.has(version)) return [duplicate(here, version)];
    seen.add(version);
    return invalidFormat(here, version, isDns1035Label(version));
  });
  if (!versions.some((version) => reviewVersions.includes(version)))
    errors.push(invalidValue(path, versions, `must include at least one of ${known}`));
  return errors;
}
