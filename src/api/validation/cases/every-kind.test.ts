import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Kind } from '../../kind.ts';
import { builtInKinds } from '../../kinds.ts';
import type { FieldError } from '../../status.ts';
import { type Case, faultsOfCreate, faultsOfUpdate } from './run.test-helper.ts';
import { tables } from './tables.test-helper.ts';

/** How each sort of cause begins its message. */
const heads: Readonly<Record<FieldError['type'], string>> = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueForbidden: 'Forbidden',
  FieldValueNotFound: 'Not found',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
};

function shown(faults: readonly FieldError[]): readonly string[] {
  for (const { type, message } of faults) assert.ok(message.startsWith(heads[type]), `${type}: ${message}`);
  return faults.map(({ field, message }) => `${field}: ${message}`);
}

const title = (changes: Case[0]) => JSON.stringify(changes, (_, value) => value ?? null).slice(0, 200);

for (const kind of builtInKinds as readonly Kind[]) {
  // Reviews are answered, not stored; autoscaling/v1 is stored and checked as v2.
  if (kind.review || (kind.storedAs && !kind.storedAs.ownRules)) continue;
  const name = `${kind.group}/${kind.kind}`;
  describe(`what is refused of ${name}`, () => {
    const cases = tables[name];
    test('there is a table, and its base is valid', () => {
      assert.ok(cases, 'add a table to the cases of its group');
      assert.deepEqual(shown(faultsOfCreate(kind, cases, {})), []);
      if (cases.update || cases.subresources) assert.deepEqual(shown(faultsOfUpdate(kind, cases, {})), []);
    });
    if (!cases) return;
    for (const [changes, ...faults] of cases.create ?? [])
      test(`created with ${title(changes)}`, () =>
        assert.deepEqual(shown(faultsOfCreate(kind, cases, changes)), faults));
    for (const [changes, ...faults] of cases.update ?? [])
      test(`updated with ${title(changes)}`, () =>
        assert.deepEqual(shown(faultsOfUpdate(kind, cases, changes)), faults));
    for (const [part, list] of Object.entries(cases.subresources ?? {}))
      for (const [changes, ...faults] of list)
        test(`${part} written with ${title(changes)}`, () =>
          assert.deepEqual(shown(faultsOfUpdate(kind, cases, changes, part)), faults));
  });
}
