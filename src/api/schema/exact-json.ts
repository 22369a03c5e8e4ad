/**
 * JSON without loss. A JavaScript number keeps whole numbers up to 2^53; Kubernetes keeps them up to 2^63. Larger ones
 * become bigints, which only custom resources have (the fields of built-in kinds refuse them), and are written as they came.
 */

const longDigits = /\d{16}/;
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

/** Whoever makes bigints makes them writable: their digits, nothing else. */
Object.defineProperty(BigInt.prototype, 'toJSON', {
  configurable: true,
  value(this: bigint) {
    return rawJson(this.toString());
  },
});

const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };
