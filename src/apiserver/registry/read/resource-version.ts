import { ApiError, badRequest, type FieldError, invalid } from '../../../api/status.ts';
import type { ReadOptions, RegistryWatchOptions } from '../../contract.ts';

/** A resourceVersion as clients send it; '' and absent give undefined. */
export function parseResourceVersion(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const revision = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(revision)) return revision;
  throw badRequest(`Invalid value: ${JSON.stringify(text)}: resourceVersion must be a whole number`);
}

const matches = ['Exact', 'NotOlderThan', ''];

function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
}

function forbid(field: string, why: string): FieldError {
  return { type: 'FieldValueForbidden', field, message: `Forbidden: ${why}` };
}

/** Upstream's rules for the options of a list; throws Invalid. */
export function checkListOptions(options: ReadOptions): void {
  const { resourceVersion = '', resourceVersionMatch: match = '' } = options;
  if (match === '') return;
  const field = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (resourceVersion === '')
    errors.push(forbid(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
  if (options.continue) errors.push(forbid(field, 'resourceVersionMatch is forbidden when continue is provided'));
  if (!matches.includes(match)) errors.push(unsupported(match));
  if (match === 'Exact' && resourceVersion === '0')
    errors.push(forbid(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  refuse(errors);
}

/** Upstream's rules for the options of a watch; throws Invalid. */
export function checkWatchOptions(options: RegistryWatchOptions): void {
  const { sendInitialEvents, resourceVersionMatch: match = '' } = options;
  const field = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan')
    errors.push(forbid(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  if (sendInitialEvents === undefined && match !== '')
    errors.push(forbid(field, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  if (match !== '' && match !== 'NotOlderThan') errors.push(unsupported(match, ['NotOlderThan']));
  refuse(errors);
}

function unsupported(value: string, allowed: readonly string[] = matches): FieldError {
  const list = allowed.map((text) => JSON.stringify(text)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  return { type: 'FieldValueNotSupported', field: 'resourceVersionMatch', message };
}

/** 410: what happened since is no longer known. */
export function tooOld(revision: number, horizon: number): ApiError {
  return new ApiError('Expired', `too old resource version: ${revision} (${horizon})`);
}

/** 504, as upstream answers after it has waited in vain: the client has seen a newer state than this server. */
export function tooLarge(revision: number, current: number): ApiError {
  return new ApiError('Timeout', `Timeout: Too large resource version: ${revision}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
