import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  milliValue,
  parseQuantity,
  QuantityError,
  quantityValue,
  roundedToMilli,
  subtractQuantities,
} from './quantity.ts';

test('quantities are written back in canonical form', () => {
  const cases: Readonly<Record<string, string>> = {
    '0': '0',
    '0Mi': '0',
    '00': '0',
    '-0': '0',
    '+1': '1',
    '100m': '100m',
    '1000m': '1',
    '1500m': '1500m',
    '0.5': '500m',
    '.5': '500m',
    '1.': '1',
    '1000': '1k',
    '1001': '1001',
    '10000k': '10M',
    '1024Mi': '1Gi',
    '1536Mi': '1536Mi',
    '1.5Gi': '1536Mi',
    '1Ki': '1Ki',
    '0.5Ki': '512',
    '0.0005Ki': '512m',
    '1000Ki': '1000Ki',
    '1e3': '1e3',
    '12E3': '12e3',
    '1e0': '1',
    '1E': '1E',
    '100e-3': '100e-3',
    '1e-10': '1e-9',
    '1.0000000001': '1000000001n',
    '-1.5': '-1500m',
    '9223372036854775807': '9223372036854775807',
    '1e30': '9223372036854775807',
    '100Ei': '9223372036854775807',
    '1e999999': '9223372036854775807',
    '128974848': '128974848',
    '123Mi': '123Mi',
    '1Ei': '1Ei',
  };
  for (const [text, expected] of Object.entries(cases)) assert.equal(canonicalQuantity(text), expected, text);
  assert.equal(canonicalQuantity(2), '2');
  assert.equal(canonicalQuantity(0.25), '250m');
});

test('what is no quantity is refused with the message of upstream', () => {
  for (const text of ['', '1 Gi', 'abc', '1.2.3', '1,5', '1Gi ', '1e5x'])
    assert.throws(() => parseQuantity(text), { name: 'QuantityError', message: /^quantities must match the regular/ });
  for (const text of ['1ki', '1mi', '1K', '1e', '1em', '1Mi5', '--1', '1e99999999999999'])
    assert.throws(() => parseQuantity(text), new QuantityError("unable to parse quantity's suffix"));
});

test('values round up, away from zero', () => {
  assert.equal(quantityValue('1500m'), 2);
  assert.equal(quantityValue('1n'), 1);
  assert.equal(quantityValue('-1500m'), -2);
  assert.equal(quantityValue('2Gi'), 2 * 1024 ** 3);
  assert.equal(milliValue('1'), 1000);
  assert.equal(milliValue('1u'), 1);
  assert.equal(milliValue('0.1'), 100);
});

test('arithmetic is exact and keeps the first format', () => {
  assert.equal(formatQuantity(addQuantities('0.1', '0.2')), '300m');
  assert.equal(formatQuantity(addQuantities('1Gi', '1000')), '1073742824');
  assert.equal(formatQuantity(addQuantities('0', '1Gi')), '1Gi');
  assert.equal(formatQuantity(subtractQuantities('1Gi', '512Mi')), '512Mi');
  assert.equal(compareQuantities('1024Mi', '1Gi'), 0);
  assert.equal(compareQuantities('999m', 1), -1);
});

test('canonical text is stable and keeps the value', () => {
  const suffix = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'P', 'Ki', 'Mi', 'Gi', 'Ti', 'e3', 'e-2', 'E1');
  const whole = fc.integer({ min: 0, max: 99999 });
  const fraction = fc.option(fc.integer({ min: 0, max: 9999 }), { nil: undefined });
  fc.assert(
    fc.property(whole, fraction, suffix, fc.boolean(), (w, f, s, negative) => {
      const text = `${negative ? '-' : ''}${w}${f === undefined ? '' : `.${f}`}${s}`;
      const canonical = canonicalQuantity(text);
      assert.equal(canonicalQuantity(canonical), canonical);
      assert.equal(compareQuantities(canonical, text), 0);
    }),
  );
});

test('amounts are rounded up to whole thousandths', () => {
  const rounded = { '1u': '1m', '1n': '1m', '1001u': '2m', '-1u': '-1m', '999999u': '1', '1e-6': '1e-3', '0': '0' };
  for (const [text, wanted] of Object.entries(rounded)) assert.equal(roundedToMilli(text), wanted, text);
});
