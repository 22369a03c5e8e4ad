import { glob } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runChecks } from './test/checks.ts';
import { createReport } from './test/report.ts';
import { runTestFiles } from './test/run-files.ts';

/**
 * `test.ts [--checks] [--unit] [--system] [FILE…]`: every check and every test, or the kinds or files named. Prints each
 * failure in full; the last line is `N passed, N failed, N skipped`.
 */

const root = join(import.meta.dirname, '..');
const unitDeadlineMs = 3 * 60_000; // of one file
const systemDeadlineMs = 10 * 60_000; // of one file
const wholeDeadlineMs = 45 * 60_000;

const args = process.argv.slice(2);
const kinds = args.filter((arg) => arg.startsWith('--'));
const named = args.filter((arg) => !arg.startsWith('--'));
const unknown = kinds.find((kind) => !['--checks', '--unit', '--system'].includes(kind));
if (unknown) throw new Error(`${unknown}: there are --checks, --unit, --system and names of files`);
const wanted = (kind: string) => named.length === 0 && (kinds.length === 0 || kinds.includes(kind));

// The programs that ./k3ts brings in, as it offers them.
const runtime = join(root, '.cache/runtime/current');
const environment = {
  K3TS_RUNTIME_DIR: runtime,
  K3TS_TEST_DIR: join(root, '.cache/test/current'),
  NODE_COMPILE_CACHE: join(root, '.cache/compile'),
  PATH: [join(runtime, 'bin'), process.env['PATH'], '/usr/sbin', '/sbin', join(runtime, 'aux')].join(delimiter),
};
Object.assign(process.env, environment);

async function files(...patterns: string[]): Promise<string[]> {
  const exclude = (name: string) => name.includes('node_modules');
  return (await Array.fromAsync(glob(patterns, { cwd: root, exclude }))).sort();
}

const report = createReport((text) => process.stdout.write(text));
const deadline = AbortSignal.timeout(wholeDeadlineMs);
const common = { root, report, signal: deadline };

if (wanted('--checks')) await runChecks(common);
if (wanted('--unit')) {
  const unit = await files('src/**/*.test.ts', 'tools/**/*.test.ts', 'bench/**/*.test.ts');
  await runTestFiles(unit, { ...common, title: 'unit tests', together: 2, fileDeadlineMs: unitDeadlineMs });
}
if (wanted('--system')) {
  const system = await files('test/**/*.test.ts');
  await runTestFiles(system, { ...common, title: 'system tests', together: 1, fileDeadlineMs: systemDeadlineMs });
}
if (named.length > 0)
  await runTestFiles(await files(...named), {
    ...common,
    title: 'tests',
    together: 1,
    fileDeadlineMs: systemDeadlineMs,
  });

const failed = report.finish();
process.exit(failed ? 1 : 0);
