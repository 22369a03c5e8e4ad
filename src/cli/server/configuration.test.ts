import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { takesSeveral, variablesOf } from '../flags/flag.ts';
import { serverFlags } from './flags.ts';

const path = new URL('../../../docs/configuration.md', import.meta.url);
const [begin, end] = ['<!-- settings: written by src/cli/server/configuration.test.ts -->\n', '<!-- /settings -->'];

/** The flags as the document's table. */
function table(): string {
  const rows = serverFlags.map((flag) => {
    const short = flag.short ? `, \`-${flag.short}\`` : '';
    const variables = variablesOf(flag).map((variable) => `\`${variable}\``);
    const standard = flag.default === undefined ? '' : `\`${flag.default}\``;
    return `| \`${flag.name}\`${short} | ${takesSeveral(flag) ? 'list' : flag.type} | ${standard} | ${flag.help} | ${variables.join(', ')} |\n`;
  });
  return `| name | type | default | meaning | variables |\n|---|---|---|---|---|\n${rows.join('')}`;
}

test('the document on configuration has every setting as the table of flags has it', () => {
  const text = readFileSync(path, 'utf8');
  const [before = '', rest = ''] = text.split(begin);
  const expected = `${before}${begin}${table()}${end}${rest.split(end)[1] ?? ''}`;
  if (process.env['UPDATE_GOLDEN']) writeFileSync(path, expected);
  else assert.equal(text, expected, 'UPDATE_GOLDEN=1 brings it up to date');
});
