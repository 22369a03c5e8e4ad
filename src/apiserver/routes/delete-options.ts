import { badRequest, type FieldError } from '../../api/status.ts';
import type { DeleteOptions } from '../../client/client.ts';
import type { RequestContext } from '../contract.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { invalidOptions, notSupported, writeContext } from '../http/write-context.ts';
import { isRecord, readDeleteBody } from './decode.ts';
import { flag } from './read-options.ts';

const policies = ['Foreground', 'Background', 'Orphan'] as const;

/** `DeleteOptions` from the body or, when there is none, from the query. Throws ApiError `BadRequest` or `Invalid`. */
export async function readDeleteOptions(
  request: ApiRequest,
): Promise<{ readonly options: DeleteOptions; readonly context: RequestContext }> {
  const body = (await readDeleteBody(request)) ?? fromQuery(request);
  if (!isRecord(body)) throw badRequest('the body of a deletion must be DeleteOptions');
  if (body.kind !== undefined && body.kind !== 'DeleteOptions')
    throw badRequest(`the body of a deletion must be DeleteOptions, not ${JSON.stringify(body.kind)}`);
  return optionsOf(request, body);
}

/** The same from a body that was already read (evictions carry one). */
export function optionsOf(
  request: ApiRequest,
  body: Readonly<Record<string, unknown>>,
): { readonly options: DeleteOptions; readonly context: RequestContext } {
  const errors: FieldError[] = [];
  const policy = propagation(body, errors);
  const seconds = body.gracePeriodSeconds ?? undefined;
  if (seconds !== undefined && !(Number.isSafeInteger(seconds) && typeof seconds === 'number'))
    throw badRequest(`gracePeriodSeconds must be a whole number: ${JSON.stringify(seconds)}`);
  const preconditions = isRecord(body.preconditions) ? body.preconditions : {};
  const { uid, resourceVersion } = preconditions;
  if (errors.length > 0) throw invalidOptions('DeleteOptions', errors);
  const dryRun = Array.isArray(body.dryRun) ? body.dryRun.map(String) : [];
  const context = writeContext(request, 'DeleteOptions', dryRun);
  const wanted = {
    ...(typeof uid === 'string' && { uid }),
    ...(typeof resourceVersion === 'string' && { resourceVersion }),
  };
  const options = {
    ...(seconds !== undefined && { gracePeriodSeconds: seconds }),
    ...(policy && { propagationPolicy: policy }),
    ...(Object.keys(wanted).length > 0 && { preconditions: wanted }),
  };
  return { options, context };
}

function fromQuery({ query }: ApiRequest): Record<string, unknown> {
  if (query.size === 0) return {};
  const seconds = query.get('gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  const orphan = flag(query, 'orphanDependents');
  return {
    ...(seconds && { gracePeriodSeconds: Number(seconds) }),
    ...(policy && { propagationPolicy: policy }),
    ...(orphan !== undefined && { orphanDependents: orphan }),
  };
}

function propagation(
  body: Readonly<Record<string, unknown>>,
  errors: FieldError[],
): DeleteOptions['propagationPolicy'] | undefined {
  const { propagationPolicy, orphanDependents } = body;
  const given = propagationPolicy ?? undefined;
  if (given !== undefined && typeof orphanDependents === 'boolean') {
    errors.push({
      type: 'FieldValueInvalid',
      field: 'propagationPolicy',
      message: `Invalid value: ${JSON.stringify(given)}: orphanDependents and deletionPropagation cannot be both set`,
    });
    return undefined;
  }
  if (typeof orphanDependents === 'boolean') return orphanDependents ? 'Orphan' : 'Background';
  if (given === undefined) return undefined;
  const known = policies.find((policy) => policy === given);
  if (!known) errors.push(notSupported('propagationPolicy', String(given), [...policies, 'nil']));
  return known;
}
