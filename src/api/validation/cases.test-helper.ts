import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldError } from '../status.ts';

/** Sets `path` (`spec.containers.0.name`) in a deep copy of `base`; undefined removes. */
export function changed<T>(base: T, changes: Readonly<Record<string, unknown>>): T {
  const copy = structuredClone(base);
  for (const [path, value] of Object.entries(changes)) {
    const parts = path.split('.');
    const last = parts.pop() ?? '';
    let at = copy as Record<string, unknown>;
    for (const part of parts) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return copy;
}

/** One test for each case: the base changed so must give exactly these faults (`field: message`). */
export function testCases<T>(
  name: string,
  base: T,
  validate: (object: T) => readonly FieldError[],
  cases: readonly (readonly [Readonly<Record<string, unknown>>, ...string[]])[],
): void {
  test(`${name}: the base is valid`, () => assert.deepEqual(validate(base), []));
  for (const [changes, ...expected] of cases)
    test(`${name}: ${JSON.stringify(changes)}`, () => {
      const errors = validate(changed(base, changes)).map(({ field, message }) => `${field}: ${message}`);
      assert.deepEqual(errors, expected);
    });
}
