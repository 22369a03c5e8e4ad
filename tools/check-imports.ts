import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { importProblems } from './imports.ts';

/** Walks the imports of src/ below a folder (default: this project) and fails on any that the rooms do not allow. */

const root = process.argv[2] ?? join(import.meta.dirname, '..');
const paths = (await Array.fromAsync(glob('src/**/*.ts', { cwd: root }))).sort();
const problems = importProblems(paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })));
for (const problem of problems) console.error(problem);
console.error(
  `imports of ${paths.length} files: ${problems.length === 0 ? 'as the rooms allow' : `${problems.length} wrong`}`,
);
process.exitCode = problems.length === 0 && paths.length > 0 ? 0 : 1;
