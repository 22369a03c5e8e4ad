/**
 * JSON without loss. A JavaScript number keeps whole numbers up to 2^53; Kubernetes keeps them up to 2^63. Larger ones
 * become bigints, which only custom resources have (the fields of built-in kinds refuse them), and are written as they came.
 */

const longDigits = /(?:^|[:[,])\s*-?\d{16}/;
const wholeNumber = /^-?\d+$/;
const least = -(2n ** 63n);
const most = 2n ** 63n - 1n;

/** Throws SyntaxError, or RangeError for what is nested too deeply. Texts without long numbers cost what `JSON.parse` costs. */
export function parseJson(text: string): unknown {
  return longDigits.test(text) ? JSON.parse(text, exactNumber) : JSON.parse(text);
}

function exactNumber(_key: string, value: unknown, { source }: { readonly source?: string } = {}): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value;
  if (!wholeNumber.test(source)) return value;
  const exact = BigInt(source);
  // What is larger still is a float64 upstream as well.
  return exact < least || exact > most ? value : exact;
}

/** A number as it was written, where it was with a fraction or an exponent: Go reads no whole number from `1.0` or `1e3`. */
export class WrittenNumber {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** Finds such a number after what may stand before a value; seldom, the like of it inside of a string. */
const written = /[:[,]\s*-?\d+(?:\.\d+(?:[eE][-+]?\d+)?|[eE][-+]?\d+)\s*[,}\]]/;

export function mayHaveWrittenNumbers(text: string): boolean {
  return written.test(text);
}

/** Only for checks: nobody else knows a `WrittenNumber`. Throws as `parseJson`. */
export function parseWritten(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, { source }: { readonly source?: string } = {}) =>
    typeof value === 'number' && source !== undefined && /[.eE]/.test(source) ? new WrittenNumber(source) : value,
  );
}

/** Whoever makes bigints makes them writable: their digits, nothing else. */
Object.defineProperty(BigInt.prototype, 'toJSON', {
  configurable: true,
  value(this: bigint) {
    return rawJson(this.toString());
  },
});

const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };
