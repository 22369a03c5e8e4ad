import { type FieldError, invalid } from '../../api/status.ts';
import type { RequestContext, UserInfo } from '../contract.ts';
import type { ApiRequest } from './api-request.ts';
import type { Query } from './query.ts';

export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

const mostFieldManagerChars = 128;
/** Who owns what a client without a name sets. */
const unknownManager = 'unknown';
const fieldValidations = ['Ignore', 'Strict', 'Warn'] as const;
type FieldValidation = (typeof fieldValidations)[number];

/** `CreateOptions.meta.k8s.io "" is invalid: …`, as upstream answers bad query parameters. */
export function invalidOptions(kind: OptionsKind | 'ListOptions', errors: readonly FieldError[]): Error {
  return invalid({ group: 'meta.k8s.io', kind }, '', errors);
}

export function notSupported(field: string, value: string, allowed: readonly string[]): FieldError {
  const list = allowed.map((text) => JSON.stringify(text)).join(', ');
  return {
    type: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
  };
}

/** The context of a write, from its query. Throws ApiError `Invalid`. `dryRun` in a body (DeleteOptions) counts as well. */
export function writeContext(
  request: ApiRequest,
  kind: OptionsKind,
  bodyDryRun: readonly string[] = [],
): RequestContext {
  const { query } = request;
  const errors: FieldError[] = [];
  const dryRun = readDryRun([...query.all('dryRun'), ...bodyDryRun], errors);
  const fieldValidation = kind === 'DeleteOptions' ? 'Ignore' : readFieldValidation(query, errors);
  const fieldManager = query.get('fieldManager') || managerOf(request);
  if (fieldManager.length > mostFieldManagerChars)
    errors.push({
      type: 'FieldValueTooLong',
      field: 'fieldManager',
      message: `Too long: may not be more than ${mostFieldManagerChars} bytes`,
    });
  if (errors.length > 0) throw invalidOptions(kind, errors);
  return new WriteContext(request, { dryRun, fieldManager, fieldValidation, options: sentOptions(query) });
}

const shownOptions = ['fieldManager', 'fieldValidation'] as const;
const noOptions = {};

function sentOptions(query: Query): Readonly<Record<string, unknown>> {
  if (query.size === 0) return noOptions;
  return Object.fromEntries(shownOptions.filter((name) => query.get(name)).map((name) => [name, query.get(name)]));
}

function readDryRun(values: readonly string[], errors: FieldError[]): boolean {
  for (const value of values) if (value !== 'All') errors.push(notSupported('dryRun', value, ['All']));
  return values.length > 0;
}

function readFieldValidation(query: Query, errors: FieldError[]): FieldValidation {
  const value = query.get('fieldValidation');
  if (!value) return 'Warn';
  const known = fieldValidations.find((allowed) => allowed === value);
  if (!known) errors.push(notSupported('fieldValidation', value, fieldValidations));
  return known ?? 'Warn';
}

/** As upstream: the User-Agent's text before the first slash, printable characters only. */
function managerOf(request: ApiRequest): string {
  const agent = request.exchange.headers['user-agent'] ?? '';
  const slash = agent.indexOf('/');
  const name = (slash < 0 ? agent : agent.slice(0, slash)).replaceAll(/[^\x20-\x7e]/g, '');
  return name.slice(0, mostFieldManagerChars) || unknownManager;
}

interface WriteSettings {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  readonly options: Readonly<Record<string, unknown>>;
}

class WriteContext implements RequestContext {
  readonly #request: ApiRequest;
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  readonly options: Readonly<Record<string, unknown>>;

  constructor(request: ApiRequest, { dryRun, fieldManager, fieldValidation, options }: WriteSettings) {
    this.#request = request;
    this.dryRun = dryRun;
    this.fieldManager = fieldManager;
    this.fieldValidation = fieldValidation;
    this.options = options;
  }

  get user(): UserInfo {
    return this.#request.user;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  throwIfAborted(): void {
    this.#request.exchange.throwIfAborted();
  }

  get warn(): (text: string) => void {
    return this.#request.warn;
  }

  get annotate(): (key: string, value: string) => void {
    return this.#request.annotate;
  }
}
