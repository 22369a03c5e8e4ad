import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environment } from '../program.ts';
import { functionSignatures, methodSignatures } from './declarations.ts';

/** The planner does these itself. */
const ofThePlanner = new Set(['_&&_', '_||_', '_?_:_', '_[_]', '@not_strictly_false', '_==_', '_!=_']);

test('every function that may be called is there', () => {
  const missing = [...functionSignatures.keys(), ...methodSignatures.keys()].filter(
    (name) => !ofThePlanner.has(name) && environment.funcs.find(name) === undefined,
  );
  assert.deepEqual(missing, []);
  assert.equal(environment.funcs.find('@nothing'), undefined);
});
