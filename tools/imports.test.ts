import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { run } from '../src/base/process.ts';
import { importProblems, importsOf } from './imports.ts';

function problemsOf(files: Record<string, string>): string[] {
  return importProblems(Object.entries(files).map(([path, text]) => ({ path, text })));
}

test('imports are found in every form, and not in comments', () => {
  const text = `
    import a from './a.ts';
    import type { B } from "../b.ts";
    import {
      c,
      type D,
    } from './c.ts';
    export { e } from './e.ts';
    import './f.ts';
    const g = await import('./g.ts');
    import path from 'node:path';
    // import './comment.ts';
    /* import './block.ts'; */
    /** @type {import('./typed.ts')} */
  `;
  assert.deepEqual(importsOf(text), ['./a.ts', '../b.ts', './c.ts', './e.ts', './f.ts', './g.ts']);
});

test('imports go down', () => {
  assert.deepEqual(
    problemsOf({ 'src/cli/main.ts': "import '../server.ts';", 'src/server.ts': "import './api/kind.ts';" }),
    [],
  );
  assert.match(
    problemsOf({ 'src/api/kind.ts': "import type { S } from '../store/store.ts';" })[0] ?? '',
    /store is above api/,
  );
  assert.match(problemsOf({ 'src/options.ts': "import './cli/main.ts';" })[0] ?? '', /cli is above composition/);
});

test('rooms that must not know each other are kept apart, but not in tests', () => {
  const text = "import { x } from '../store/store.ts';";
  assert.match(problemsOf({ 'src/scheduler/queue.ts': text })[0] ?? '', /scheduler must not know store/);
  assert.deepEqual(problemsOf({ 'src/scheduler/queue.test.ts': text }), []);
  assert.match(problemsOf({ 'src/base/log.test.ts': text })[0] ?? '', /store is above base/);
});

test('tests may use real keys and the tools they check', () => {
  const text = "import '../cluster/pki/certificate.ts'; import '../../tools/generate.ts';";
  assert.deepEqual(problemsOf({ 'src/apiserver/a.test.ts': text, 'src/apiserver/test-server.ts': text }), []);
  assert.equal(problemsOf({ 'src/apiserver/a.ts': text }).length, 2);
});

test('nothing leads out of src, or into tests', () => {
  assert.match(problemsOf({ 'src/base/log.ts': "import '../../tools/test.ts';" })[0] ?? '', /outside src/);
  assert.match(problemsOf({ 'src/base/log.ts': "import './testing/fake.ts';" })[0] ?? '', /is for tests/);
  assert.match(problemsOf({ 'src/stuff/a.ts': "import '../base/log.ts';" })[0] ?? '', /no room/);
});

test('cycles between files are found, also by type imports', () => {
  const problems = problemsOf({
    'src/base/a.ts': "import './b.ts';",
    'src/base/b.ts': "import type { C } from './c.ts';",
    'src/base/c.ts': "import './a.ts'; import './d.ts';",
    'src/base/d.ts': '',
  });
  assert.deepEqual(problems, ['cycle: src/base/a.ts → src/base/b.ts → src/base/c.ts']);
});

test('the check command rejects a sample tree and accepts one that is in order', async () => {
  const root = await mkdtemp(join(tmpdir(), 'imports-'));
  try {
    const put = async (path: string, text: string) => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    };
    const check = () =>
      run(process.execPath, [join(import.meta.dirname, 'check-imports.ts'), root], { allowFailure: true });
    await put('src/api/kind.ts', "import '../base/log.ts';\n");
    await put('src/base/log.ts', '');
    assert.equal((await check()).exitCode, 0);
    await put('src/base/log.ts', "import type { Kind } from '../api/kind.ts';\n");
    const result = await check();
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /api is above base/);
    assert.match(result.stderr, /cycle: /);
  } finally {
    await rm(root, { recursive: true });
  }
});
