import type {
  MutatingWebhook,
  RuleWithOperations,
  ValidatingWebhook,
  WebhookClientConfig,
} from '../../schema/generated/types/admissionregistration-v1.ts';
import { type Errors, each, oneOf, port, requiredOneOf, requiredText } from '../common.ts';
import { duplicate, forbidden, invalidFormat, invalidValue, notSupported, required } from '../field-error.ts';
import { isDns1123Subdomain } from '../format.ts';
import { validateLabelSelector } from '../label-selector.ts';

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
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
  const { name, timeoutSeconds, admissionReviewVersions = [] } = webhook;
  const errors: Errors = [];
  if (!name) errors.push(required(`${path}.name`));
  else if (name.split('.').length < 3)
    errors.push(
      invalidValue(`${path}.name`, name, 'should be a domain with at least three segments separated by dots'),
    );
  else errors.push(...invalidFormat(`${path}.name`, name, isDns1123Subdomain(name)));
  if (admissionReviewVersions.length === 0)
    errors.push(required(`${path}.admissionReviewVersions`, `must specify one of ${reviewVersions.join(', ')}`));
  else if (!admissionReviewVersions.some((version) => reviewVersions.includes(version)))
    errors.push(
      invalidValue(
        `${path}.admissionReviewVersions`,
        admissionReviewVersions,
        `must include at least one of ${reviewVersions.join(', ')}`,
      ),
    );
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > 30))
    errors.push(
      invalidValue(`${path}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'),
    );
  return [
    ...errors,
    ...each(webhook.rules, `${path}.rules`, validateRule),
    ...oneOf(webhook.failurePolicy, `${path}.failurePolicy`, ['Fail', 'Ignore']),
    ...oneOf(webhook.matchPolicy, `${path}.matchPolicy`, ['Equivalent', 'Exact']),
    ...requiredOneOf(webhook.sideEffects, `${path}.sideEffects`, ['None', 'NoneOnDryRun']),
    ...('reinvocationPolicy' in webhook
      ? oneOf(webhook.reinvocationPolicy, `${path}.reinvocationPolicy`, ['IfNeeded', 'Never'])
      : []),
    ...validateLabelSelector(webhook.namespaceSelector, `${path}.namespaceSelector`),
    ...validateLabelSelector(webhook.objectSelector, `${path}.objectSelector`),
    ...validateClientConfig(webhook.clientConfig, `${path}.clientConfig`),
  ];
}

function validateRule(
  { operations: verbs = [], apiGroups = [], apiVersions = [], resources = [], scope }: RuleWithOperations,
  path: string,
): Errors {
  const errors: Errors = [];
  if (verbs.length === 0) errors.push(required(`${path}.operations`));
  if (verbs.length > 1 && verbs.includes('*'))
    errors.push(invalidValue(`${path}.operations`, verbs, "if '*' is present, must not specify other operations"));
  verbs.forEach((verb, at) => {
    if (!operations.includes(verb)) errors.push(notSupported(`${path}.operations[${at}]`, verb, operations));
  });
  for (const [name, list] of Object.entries({ apiGroups, apiVersions, resources })) {
    if (list.length === 0) errors.push(required(`${path}.${name}`));
    if (name !== 'resources' && list.length > 1 && list.includes('*'))
      errors.push(
        invalidValue(
          `${path}.${name}`,
          list,
          `if '*' is present, must not specify other ${name === 'apiGroups' ? 'API groups' : 'API versions'}`,
        ),
      );
  }
  return [...errors, ...oneOf(scope, `${path}.scope`, ['*', 'Cluster', 'Namespaced'])];
}

/** Where a webhook listens: a URL or a service, never both. */
function validateClientConfig({ url, service }: WebhookClientConfig, path: string): Errors {
  if ((url === undefined) === (service === undefined))
    return [required(path, 'exactly one of url or service is required')];
  if (url !== undefined) return validateUrl(url, `${path}.url`);
  const errors = [
    ...requiredText(service?.name, `${path}.service.name`, 'service name is required'),
    ...requiredText(service?.namespace, `${path}.service.namespace`, 'service namespace is required'),
  ];
  if (service?.port !== undefined) errors.push(...port(service.port, `${path}.service.port`));
  if (service?.path !== undefined && !service.path.startsWith('/'))
    errors.push(invalidValue(`${path}.service.path`, service.path, "must start with a '/'"));
  return errors;
}

function validateUrl(text: string, path: string): Errors {
  const url = URL.parse(text);
  const form = 'desired format: https://host[/path]';
  if (!url) return [required(path, `url must be a valid URL; ${form}`)];
  const errors: Errors = [];
  if (url.protocol !== 'https:')
    errors.push(invalidValue(path, url.protocol.replace(/:$/, ''), `'https' is the only allowed URL scheme; ${form}`));
  if (!url.host) errors.push(invalidValue(path, '', `host must be specified; ${form}`));
  if (url.username || url.password)
    errors.push(forbidden(path, `user information is not permitted in the URL; ${form}`));
  if (url.hash) errors.push(invalidValue(path, url.hash, 'fragments are not permitted in the URL'));
  if (url.search) errors.push(invalidValue(path, url.search, 'query parameters not permitted in the URL'));
  return errors;
}
