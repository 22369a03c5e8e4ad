/** How objects of a definition get from version to version. Paths are upstream's: those of its internal type. */
import type { CustomResourceConversion } from '../../schema/generated/types/apiextensions-v1.ts';
import type { Errors } from '../common.ts';
import { forbidden, invalidFormat, invalidValue, notSupported, required } from '../field-error.ts';
import { isDns1035Label } from '../format.ts';
import { validateClientConfig } from '../webhook-client-config.ts';

const strategies = ['None', 'Webhook'];
const known = ['v1', 'v1beta1'];
const notForNone = 'should not be set when strategy is not set to Webhook';

export function validateConversion(conversion: CustomResourceConversion | undefined): Errors {
  if (!conversion) return [];
  const path = 'spec.conversion';
  const { strategy, webhook } = conversion;
  const errors: Errors = strategies.includes(strategy) ? [] : [notSupported(`${path}.strategy`, strategy, strategies)];
  const { clientConfig, conversionReviewVersions: versions = [] } = webhook ?? {};
  if (strategy !== 'Webhook') {
    if (clientConfig) errors.push(forbidden(`${path}.webhookClientConfig`, notForNone));
    if (versions.length > 0) errors.push(forbidden(`${path}.conversionReviewVersions`, notForNone));
    return errors;
  }
  const config = `${path}.webhookClientConfig`;
  if (!clientConfig) errors.push(required(config, 'required when strategy is set to Webhook'));
  else errors.push(...validateClientConfig(clientConfig, config));
  return [...errors, ...reviewVersionFaults(versions, `${path}.conversionReviewVersions`)];
}

function reviewVersionFaults(versions: readonly string[], path: string): Errors {
  if (versions.length === 0) return [required(path)];
  const errors: Errors = [];
  versions.forEach((version, at) => {
    if (versions.indexOf(version) < at) errors.push(invalidValue(`${path}[${at}]`, version, 'duplicate version'));
    else errors.push(...invalidFormat(`${path}[${at}]`, version, isDns1035Label(version)));
  });
  if (!versions.some((version) => known.includes(version)))
    errors.push(invalidValue(path, versions, `must include at least one of ${known.join(', ')}`));
  return errors;
}
