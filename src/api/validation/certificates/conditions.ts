import type { CertificateSigningRequest } from '../../schema/generated/types/certificates-v1.ts';
import type { Errors } from '../common.ts';
import { forbidden, invalidValue, notSupported, required } from '../field-error.ts';

const field = 'status.conditions';
/** Once said, these stay. */
const lasting = ['Approved', 'Denied', 'Failed'];

/** What `approval` and `status` may write: decisions exclude each other, are true, and stay. */
export function validateRequestConditions(now: CertificateSigningRequest, old: CertificateSigningRequest): Errors {
  const errors: Errors = [];
  const conditions = now.status?.conditions ?? [];
  const seen = new Set<string>();
  conditions.forEach(({ type, status }, at) => {
    const path = `${field}[${at}]`;
    if (!type) errors.push(required(`${path}.type`));
    if (!status) errors.push(required(`${path}.status`));
    else if (lasting.includes(type) && status !== 'True') errors.push(notSupported(`${path}.status`, status, ['True']));
    seen.add(type);
    if ((type === 'Approved' && seen.has('Denied')) || (type === 'Denied' && seen.has('Approved')))
      errors.push(invalidValue(`${path}.type`, type, 'Approved and Denied conditions are mutually exclusive'));
  });
  const had = new Set(old.status?.conditions?.map(({ type }) => type));
  for (const type of lasting)
    if (had.has(type) && !seen.has(type))
      errors.push(forbidden(field, `updates may not remove a condition of type ${JSON.stringify(type)}`));
  return errors;
}
