import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { notCovered } from './not-covered.ts';

/**
 * Upstream's list of what a certified Kubernetes must show. The test of a row is in the folder of its special interest
 * group and is named by the row's codename, without `[sig-…]` before and `[Conformance]` behind.
 */
const list = join(import.meta.dirname, '../../../shared/reference/kubernetes-1.36/conformance.yaml');
const groups = ['api-machinery', 'architecture', 'auth', 'cli', 'instrumentation'];

/** Group and name of a row, or undefined where its group is not asked for. */
export function nameOf(codename: string): { readonly group: string; readonly name: string } | undefined {
  const [, group = '', name = ''] = /^\[sig-([\w-]+)\] (.*?)(?: \[Conformance\])?$/s.exec(codename) ?? [];
  return groups.includes(group) ? { group, name } : undefined;
}

/** The names of the tests in a source. */
export function testNames(source: string): string[] {
  const calls = source.matchAll(/\btest\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g);
  return [...calls].map(([, single, double, template]) => (single ?? double ?? template ?? '').replace(/\\(.)/g, '$1'));
}

test('a row is known by its codename, a test by its literal', () => {
  assert.deepEqual(nameOf('[sig-cli] Kubectl version should work [Conformance]'), {
    group: 'cli',
    name: 'Kubectl version should work',
  });
  assert.equal(nameOf('[sig-node] Pods should run [Conformance]'), undefined);
  assert.deepEqual(testNames(`test('that\\'s one', f); test(\n "two", f); best('three'); test.skip('four')`), [
    "that's one",
    'two',
  ]);
});

test('every conformance row of these groups has its test, or a reason why not', {
  skip: existsSync(list) ? false : 'the reference data are not beside this project',
}, async () => {
  const rows = (parse(await readFile(list, 'utf8')) as { readonly codename: string }[])
    .map(({ codename }) => nameOf(codename))
    .filter((row) => row !== undefined);
  assert.ok(rows.length > 100, `only ${rows.length} rows were found`);
  const covered = new Set<string>();
  for (const group of groups)
    for await (const file of glob(`${group}/**/*.test.ts`, { cwd: import.meta.dirname }))
      for (const name of testNames(await readFile(join(import.meta.dirname, file), 'utf8')))
        covered.add(`[sig-${group}] ${name}`);
  const names = rows.map(({ group, name }) => `[sig-${group}] ${name}`);
  const missing = names.filter((name) => !covered.has(name) && !notCovered.has(name));
  assert.deepEqual(missing, [], 'rows with neither a test nor a reason');
  const stale = [...notCovered.keys()].filter((name) => covered.has(name) || !names.includes(name));
  assert.deepEqual(stale, [], 'reasons for rows that have a test, or that there are not');
});
