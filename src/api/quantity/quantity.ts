/**
 * `resource.Quantity`: an exact decimal number with a suffix, such as `100m`, `1.5Gi` or `2e3`.
 * Held as a whole number of billionths, which is the finest step upstream keeps. Source: apimachinery's quantity type.
 */

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** The value times 10⁹. */
  readonly nano: bigint;
  /** How the value is written; arithmetic keeps the format of its first operand. */
  readonly format: QuantityFormat;
}

/** A quantity as it stands in an object: a string, or (in YAML written by people) a number. */
export type QuantityLike = string | number | Quantity;

export class QuantityError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'QuantityError';
  }
}

const formatWrong = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const suffixWrong = "unable to parse quantity's suffix";

const shape = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const decimalExponents: ReadonlyMap<string, number> = new Map(
  ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map((suffix, step) => [suffix, step * 3 - 9]),
);
const decimalSuffixes: readonly string[] = [...decimalExponents.keys()];
const binarySuffixes: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const nanoPerOne = 1_000_000_000n;
/** Larger values are cut to this one (2⁶³ − 1). */
const largest = (2n ** 63n - 1n) * nanoPerOne;
/** Beyond this the result is the cap or the smallest step whatever the digits are; keeps `1e999999999` cheap. */
const longestText = 1024;

interface Scale {
  readonly format: QuantityFormat;
  /** The multiplier is `2^(10 × binary) × 10^decimal`. */
  readonly binary: number;
  readonly decimal: number;
}

function scaleOf(suffix: string): Scale {
  const decimal = decimalExponents.get(suffix);
  if (decimal !== undefined) return { format: 'DecimalSI', binary: 0, decimal };
  const binary = binarySuffixes.indexOf(suffix);
  if (binary > 0) return { format: 'BinarySI', binary, decimal: 0 };
  const exponent = /^[eE]([-+]?[0-9]+)$/.exec(suffix)?.[1];
  if (exponent === undefined || exponent.length > 12) throw new QuantityError(suffixWrong);
  return { format: 'DecimalExponent', binary: 0, decimal: Number(exponent) };
}

/** Reads a quantity. Throws QuantityError with upstream's message. */
export function parseQuantity(text: string | number): Quantity {
  const source = typeof text === 'number' ? String(text) : text;
  const simple = parseSimple(source);
  if (simple) return simple;
  const match = source === '' || source.length > longestText ? null : shape.exec(source);
  if (!match) throw new QuantityError(formatWrong);
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  const { format, binary, decimal } = scaleOf(suffix);
  const digits = BigInt(`${whole}${fraction}` || '0');
  const nano = scaled(digits << BigInt(binary * 10), decimal - fraction.length + 9);
  const capped = nano > largest ? largest : nano;
  return {
    nano: sign === '-' ? -capped : capped,
    format: format === 'BinarySI' && capped > 0n && capped < nanoPerOne ? 'DecimalSI' : format,
  };
}

/** `digits × 10^exponent`, rounded up to a whole number. */
function scaled(digits: bigint, exponent: number): bigint {
  if (digits === 0n) return 0n;
  if (exponent >= 0) return exponent > 40 ? largest : digits * 10n ** BigInt(exponent);
  if (-exponent > longestText * 2) return 1n;
  return divideUp(digits, 10n ** BigInt(-exponent));
}

/** Division that rounds away from zero. */
function divideUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  if (quotient * divisor === value) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

const binaryNano: ReadonlyMap<string, bigint> = new Map(
  binarySuffixes.slice(1).map((suffix, step) => [suffix, nanoPerOne << BigInt(10 * (step + 1))]),
);

/** What nearly all quantities are: up to nine digits, then nothing, `m`, `Ki`, `Mi` or `Gi`. */
function parseSimple(text: string): Quantity | undefined {
  const { count, length } = readDigits(text);
  if (length === 0) return undefined;
  if (length === text.length) return { nano: BigInt(count) * nanoPerOne, format: 'DecimalSI' };
  const suffix = text.slice(length);
  if (suffix === 'm') return { nano: BigInt(count) * 1_000_000n, format: 'DecimalSI' };
  const unit = binaryNano.get(suffix);
  if (unit === undefined || suffix === 'Pi' || suffix === 'Ei') return undefined;
  return { nano: BigInt(count) * unit, format: 'BinarySI' };
}

/** Up to nine leading digits; more than that is left to the exact reader. */
function readDigits(text: string): { readonly count: number; readonly length: number } {
  let count = 0;
  let length = 0;
  for (; length < text.length; length++) {
    const digit = text.charCodeAt(length) - 48;
    if (digit < 0 || digit > 9) break;
    if (length === 9) return { count: 0, length: 0 };
    count = count * 10 + digit;
  }
  return { count, length };
}

function quantityOf(quantity: QuantityLike): Quantity {
  return typeof quantity === 'object' ? quantity : parseQuantity(quantity);
}

/** Negative, zero or positive, as `Array.prototype.sort` wants it. */
export function compareQuantities(left: QuantityLike, right: QuantityLike): number {
  const a = quantityOf(left).nano;
  const b = quantityOf(right).nano;
  return a < b ? -1 : a > b ? 1 : 0;
}

export function addQuantities(left: QuantityLike, right: QuantityLike): Quantity {
  const a = quantityOf(left);
  const b = quantityOf(right);
  return { nano: a.nano + b.nano, format: a.nano === 0n ? b.format : a.format };
}

export function subtractQuantities(left: QuantityLike, right: QuantityLike): Quantity {
  const a = quantityOf(left);
  const b = quantityOf(right);
  return { nano: a.nano - b.nano, format: a.nano === 0n ? b.format : a.format };
}

/** Thousandths, rounded up (away from zero): `100m` is 100. Exact up to 2⁵³. */
export function milliValue(quantity: QuantityLike): number {
  return Number(divideUp(quantityOf(quantity).nano, 1_000_000n));
}

/** In canonical form, rounded up (away from zero) to whole thousandths. Throws QuantityError. */
export function roundedToMilli(text: string): string {
  const { nano, format } = parseQuantity(text);
  return formatQuantity({ nano: divideUp(nano, 1_000_000n) * 1_000_000n, format });
}

/** Whole units, rounded up (away from zero): `1500m` is 2, `1Ki` is 1024. Exact up to 2⁵³. */
export function quantityValue(quantity: QuantityLike): number {
  return Number(divideUp(quantityOf(quantity).nano, nanoPerOne));
}

/** Writes a quantity in canonical form: the largest suffix that loses nothing. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  if (format === 'BinarySI' && nano % nanoPerOne === 0n) {
    const value = nano / nanoPerOne;
    if (value <= -1024n || value >= 1024n) return formatBinary(value);
  }
  return formatDecimal(nano, format);
}

function formatBinary(value: bigint): string {
  let mantissa = value;
  let step = 0;
  while (step < binarySuffixes.length - 1 && mantissa % 1024n === 0n) {
    mantissa /= 1024n;
    step++;
  }
  return `${mantissa}${binarySuffixes[step]}`;
}

function formatDecimal(nano: bigint, format: QuantityFormat): string {
  let mantissa = nano;
  let step = 0;
  while (step < decimalSuffixes.length - 1 && mantissa % 1000n === 0n) {
    mantissa /= 1000n;
    step++;
  }
  if (format !== 'DecimalExponent') return `${mantissa}${decimalSuffixes[step]}`;
  const exponent = step * 3 - 9;
  return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
}

/** A quantity as upstream writes it back: `1000m` becomes `1`, `1024Mi` becomes `1Gi`. Throws QuantityError. */
export function canonicalQuantity(text: string | number): string {
  return typeof text === 'string' && isPlainlyCanonical(text) ? text : formatQuantity(parseQuantity(text));
}

/** True for short texts that are canonical at a glance; false decides nothing. */
function isPlainlyCanonical(text: string): boolean {
  const { count, length } = readDigits(text);
  if (count === 0 || text.charCodeAt(0) === 48) return text === '0';
  if (length === text.length) return count % 1000 !== 0;
  const suffix = text.slice(length);
  if (suffix === 'm') return count % 1000 !== 0;
  return (suffix === 'Mi' || suffix === 'Gi' || suffix === 'Ki') && count % 1024 !== 0;
}
