import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deepFreeze } from '../patch/freeze.test-helper.ts';
import {
  type FieldTree,
  intersectSets,
  isMember,
  pathsOf,
  sameSets,
  subtractSets,
  subtractSubtrees,
  uniteSets,
} from './field-set.ts';

/** A set from its paths, for comparison with sets of texts. */
function treeOf(paths: readonly string[]): FieldTree {
  let tree: FieldTree = {};
  for (const path of paths) {
    const node = path
      .split('.')
      .slice(1)
      .reduceRight<FieldTree>((below, name) => ({ [`f:${name}`]: below }), {});
    tree = uniteSets(tree, node);
  }
  return deepFreeze(tree);
}

const name = fc.constantFrom('a', 'b', 'c');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `.${names.join('.')}`);
const paths = fc.uniqueArray(path, { maxLength: 8 });
const sorted = (tree: FieldTree) => pathsOf(tree).sort();

test('set operations agree with those on sets of paths', () => {
  fc.assert(
    fc.property(paths, paths, (left, right) => {
      const a = treeOf(left);
      const b = treeOf(right);
      assert.deepEqual(sorted(a), [...left].sort());
      assert.deepEqual(sorted(uniteSets(a, b)), [...new Set([...left, ...right])].sort());
      assert.deepEqual(sorted(intersectSets(a, b)), left.filter((one) => right.includes(one)).sort());
      assert.deepEqual(sorted(subtractSets(a, b)), left.filter((one) => !right.includes(one)).sort());
      const outside = left.filter((one) => !right.some((other) => one === other || one.startsWith(`${other}.`)));
      assert.deepEqual(sorted(subtractSubtrees(a, b)), outside.sort());
      assert.equal(sameSets(uniteSets(a, b), uniteSets(b, a)), true);
      assert.equal(sameSets(a, b), JSON.stringify([...left].sort()) === JSON.stringify([...right].sort()));
    }),
  );
});

test('operations that change nothing return their input', () => {
  const set = treeOf(['.a.b', '.c']);
  assert.equal(uniteSets(set, treeOf(['.a.b'])), set);
  assert.equal(subtractSets(set, treeOf(['.d'])), set);
});

test('a node with children is a member when it says so', () => {
  assert.equal(isMember({ 'f:a': {} }), false);
  assert.equal(isMember({ '.': {}, 'f:a': {} }), true);
  const tree: FieldTree = {
    'f:l': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:x': {} }, 'v:"a"': {}, 'i:0': {} },
  };
  assert.deepEqual(pathsOf(tree), [
    '.l[containerPort=80,protocol="TCP"]',
    '.l[containerPort=80,protocol="TCP"].x',
    '.l[="a"]',
    '.l[0]',
  ]);
});
