import { type CelFunc, CelScalar, type CelValue, celFunc, celMethod } from '@bufbuild/cel';
import { formatQuantity, parseQuantity } from '../../quantity/quantity.ts';
import { opaque } from '../opaque.ts';

const { BOOL, INT, DOUBLE, STRING } = CelScalar;
const quantity = opaque('Quantity');
const nanoOf = (value: CelValue) => BigInt(quantity.textOf(value));
const quantityOf = (nano: bigint) => quantity.of(nano.toString());

function isQuantity(text: string): boolean {
  try {
    parseQuantity(text);
    return true;
  } catch {
    return false; // that is the answer
  }
}

const unit = 1_000_000_000n;
const asNano = (value: CelValue) => (typeof value === 'bigint' ? value * unit : nanoOf(value));

export const quantities: readonly CelFunc[] = [
  celFunc('quantity', [STRING], quantity.type, (text) => quantityOf(parseQuantity(text).nano)),
  celFunc('isQuantity', [STRING], BOOL, isQuantity),
  celMethod('isInteger', quantity.type, [], BOOL, function () {
    return nanoOf(this) % unit === 0n;
  }),
  celMethod('asInteger', quantity.type, [], INT, function () {
    if (nanoOf(this) % unit !== 0n) throw new Error('cannot convert value to integer');
    return nanoOf(this) / unit;
  }),
  celMethod('asApproximateFloat', quantity.type, [], DOUBLE, function () {
    return Number(nanoOf(this)) / Number(unit);
  }),
  celMethod('sign', quantity.type, [], INT, function () {
    const nano = nanoOf(this);
    return nano > 0n ? 1n : nano < 0n ? -1n : 0n;
  }),
  ...[quantity.type, INT].flatMap((type) => [
    celMethod('add', quantity.type, [type], quantity.type, function (other) {
      return quantityOf(nanoOf(this) + asNano(other as CelValue));
    }),
    celMethod('sub', quantity.type, [type], quantity.type, function (other) {
      return quantityOf(nanoOf(this) - asNano(other as CelValue));
    }),
  ]),
  celMethod('isGreaterThan', quantity.type, [quantity.type], BOOL, function (other) {
    return nanoOf(this) > nanoOf(other);
  }),
  celMethod('isLessThan', quantity.type, [quantity.type], BOOL, function (other) {
    return nanoOf(this) < nanoOf(other);
  }),
  celMethod('compareTo', quantity.type, [quantity.type], INT, function (other) {
    const [a, b] = [nanoOf(this), nanoOf(other)];
    return a < b ? -1n : a > b ? 1n : 0n;
  }),
  celFunc('string', [quantity.type], STRING, (value) => formatQuantity({ nano: nanoOf(value), format: 'DecimalSI' })),
];
