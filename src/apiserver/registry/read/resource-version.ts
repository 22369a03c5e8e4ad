import { numberFault } from '../../../api/schema/go-text.ts';
import { ApiError, badRequest, type FieldError, invalid } from '../../../api/status.ts';
import type { ReadOptions, RegistryWatchOptions } from '../../contract.ts';

const most = 2n ** 64n - 1n;

/**
 * A resourceVersion as clients send it; '' and absent give undefined. Throws ApiError `BadRequest` in upstream's words; upstream
 * itself answers 500 to a get or watch, which it calls a bug (kubernetes/kubernetes#139485). One beyond 2^53 is a number near it,
 * and further on than any revision.
 */
export function parseResourceVersion(text: string | undefined, prefix = ''): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,20}$/.test(text) && (text.length < 20 || BigInt(text) <= most)) return Number(text);
  throw badRequest(
    `${prefix}resourceVersion: Invalid value: ${JSON.stringify(text)}: ${numberFault('ParseUint', text)}`,
  );
}

/** The same of a list, where upstream says more. */
export function parseListVersion(text: string | undefined): number | undefined {
  return parseResourceVersion(text, 'invalid resource version: ');
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
  return new ApiError('Timeout', `Timeout: Too large resource version: ${BigInt(revision)}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
