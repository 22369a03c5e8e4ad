import type { WebhookClientConfig } from '../schema/generated/types/admissionregistration-v1.ts';
import { type Errors, requiredText } from './common.ts';
import { forbidden, invalidValue, required } from './field-error.ts';
import { isDns1123Subdomain, isPortNumber } from './format.ts';

/** Where a webhook listens: a URL or a service, never both. */
export function validateClientConfig({ url, service }: WebhookClientConfig, path: string): Errors {
  if ((url === undefined) === (service === undefined))
    return [required(path, 'exactly one of url or service is required')];
  if (url !== undefined) return validateUrl(url, `${path}.url`);
  const errors = [
    ...requiredText(service?.name, `${path}.service.name`, 'service name is required'),
    ...requiredText(service?.namespace, `${path}.service.namespace`, 'service namespace is required'),
  ];
  const wrong = isPortNumber(service?.port ?? 443);
  if (wrong.length > 0)
    errors.push(invalidValue(`${path}.service.port`, service?.port, `port is not valid: ${wrong.join(', ')}`));
  return [...errors, ...validateServicePath(service?.path ?? '', `${path}.service.path`)];
}

function validateServicePath(text: string, path: string): Errors {
  if (text === '' || text === '/') return [];
  if (text === '//') return [invalidValue(path, text, 'segment[0] may not be empty')];
  const errors: Errors = text.startsWith('/') ? [] : [invalidValue(path, text, "must start with a '/'")];
  const steps = text.slice(1).replace(/\/$/, '').split('/');
  steps.forEach((step, at) => {
    if (step === '') errors.push(invalidValue(path, text, `segment[${at}] may not be empty`));
    else for (const why of isDns1123Subdomain(step)) errors.push(invalidValue(path, text, `segment[${at}]: ${why}`));
  });
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
