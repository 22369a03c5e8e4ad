import { toError } from '../../../base/errors.ts';
import type { Secret } from '../../schema/generated/types/core-v1.ts';
import { type Errors, immutable, type Texts } from '../common.ts';
import { invalidFormat, invalidValue, required, tooLong } from '../field-error.ts';
import { isConfigMapKey } from '../format.ts';
import { base64Bytes, immutableData, maxDataBytes } from './config-map.ts';

const redacted = '<secret contents redacted>';
const accountAnnotation = 'kubernetes.io/service-account.name';

/** A secret, after defaulting and with `stringData` merged into `data`. */
export function validateSecret({ metadata, data = {}, type }: Secret): Errors {
  const errors: Errors = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.push(...invalidFormat(`data[${key}]`, key, isConfigMapKey(key)));
    bytes += base64Bytes(value);
  }
  if (bytes > maxDataBytes) errors.push(tooLong('data', maxDataBytes));
  const needs = (key: string) => {
    if (!Object.hasOwn(data, key)) errors.push(required(`data[${key}]`));
  };
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if (!metadata.annotations?.[accountAnnotation])
        errors.push(required(`metadata.annotations[${accountAnnotation}]`));
      break;
    case 'kubernetes.io/dockercfg':
      needs('.dockercfg');
      errors.push(...mustBeJson(data, '.dockercfg'));
      break;
    case 'kubernetes.io/dockerconfigjson':
      needs('.dockerconfigjson');
      errors.push(...mustBeJson(data, '.dockerconfigjson'));
      break;
    case 'kubernetes.io/basic-auth':
      if (!Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password'))
        errors.push(required('data[username]'), required('data[password]'));
      break;
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) errors.push(required('data[ssh-privatekey]'));
      break;
    case 'kubernetes.io/tls':
      needs('tls.crt');
      needs('tls.key');
      break;
  }
  return errors;
}

function mustBeJson(data: Texts, key: string): Errors {
  const text = data[key];
  if (text === undefined) return [];
  try {
    JSON.parse(Buffer.from(text, 'base64').toString());
    return [];
  } catch (error) {
    // The parser's message may quote the secret.
    return [
      invalidValue(`data[${key}]`, redacted, toError(error) instanceof SyntaxError ? 'invalid JSON' : 'unreadable'),
    ];
  }
}

export function validateSecretUpdate(secret: Secret, old: Secret): Errors {
  return [...immutable(secret.type, old.type, 'type'), ...immutableData(secret, old, ['data'])];
}
