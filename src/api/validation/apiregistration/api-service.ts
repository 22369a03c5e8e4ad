import type { APIService } from '../../schema/generated/types/apiregistration-v1.ts';
import { type Errors, each, inRange, requiredFormat, requiredText } from '../common.ts';
import { invalidValue, notSupported, required } from '../field-error.ts';
import { isDns1035Label, isDns1123Subdomain } from '../format.ts';

export function validateApiService({ metadata, spec }: APIService): Errors {
  if (!spec) return [required('spec')];
  const { group = '', version = '', service, caBundle, insecureSkipTLSVerify } = spec;
  const name = `${version}.${group}`;
  const errors: Errors = [];
  if (metadata.name !== name)
    errors.push(
      invalidValue('metadata.name', metadata.name, `\`spec.version+"."+spec.group\` must be: ${JSON.stringify(name)}`),
    );
  errors.push(
    ...(group === '' && version === 'v1' ? [] : requiredFormat(group, 'spec.group', isDns1123Subdomain)),
    ...requiredFormat(version, 'spec.version', isDns1035Label),
    ...inRange(spec.groupPriorityMinimum, 'spec.groupPriorityMinimum', [1, 20_000]),
    ...inRange(spec.versionPriority, 'spec.versionPriority', [1, 1000]),
  );
  if (!service) {
    if (caBundle)
      errors.push(
        invalidValue('spec.caBundle', `${caBundle.length} bytes`, 'local APIServices may not have a caBundle'),
      );
    if (insecureSkipTLSVerify)
      errors.push(
        invalidValue('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'),
      );
    return errors;
  }
  errors.push(
    ...requiredText(service.namespace, 'spec.service.namespace'),
    ...requiredText(service.name, 'spec.service.name'),
    ...inRange(service.port, 'spec.service.port', [1, 65_535]),
  );
  if (insecureSkipTLSVerify && caBundle)
    errors.push(invalidValue('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
  return errors;
}

const statuses = ['True', 'False', 'Unknown'];

export function validateApiServiceStatus({ status }: APIService): Errors {
  return each(status?.conditions, 'status.conditions', (condition, path) =>
    statuses.includes(condition.status) ? [] : [notSupported(`${path}.status`, condition.status, statuses)],
  );
}
