import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from './parser.ts';
import { SyntaxProblem } from './source.ts';

const words = [
  ...[
    'a',
    'b',
    'has',
    'all',
    'map',
    'in',
    'true',
    'null',
    'cel',
    'bind',
    'x',
    '1',
    '2u',
    '0x',
    '1.5',
    '.5',
    '1e9',
    '-',
  ],
  ...['(', ')', '[', ']', '{', '}', ',', '.', '?', ':', '.?', '[?', '&&', '||', '!', '==', '<', '+', '%', '`a-b`', ' '],
  ...['"', "'", '"a"', 'r"\\"', 'b"\\xff"', '"""', '\\', '\n', '// x\n', 'é', '\u{1f600}', 'Object', 'spec', 'while'],
];

test('whatever is written is read, or refused with its place', () => {
  const written = fc.oneof(
    fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );
  fc.assert(
    fc.property(written, (expression) => {
      try {
        parse(expression);
      } catch (error) {
        if (!(error instanceof SyntaxProblem)) throw error;
        if (error.offset < 0 || error.offset > expression.length)
          throw new Error(`the place is ${error.offset} of ${expression.length}`);
      }
    }),
    { numRuns: 3000 },
  );
});
