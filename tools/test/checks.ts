import { join } from 'node:path';
import { run } from '../../src/base/process.ts';
import type { Report } from './report.ts';

interface Check {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

/** What is judged without running the program. Each counts as one test. */
const checks: readonly Check[] = [
  {
    name: 'format and lint',
    file: 'node_modules/.bin/biome',
    args: ['ci', '--colors=off', '--error-on-warnings', '--max-diagnostics=200'],
  },
  { name: 'types', file: 'node_modules/.bin/tsc', args: [] },
  { name: 'import directions', file: 'node_modules/.bin/node', args: ['tools/check-imports.ts'] },
];

export async function runChecks(options: {
  readonly root: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { root, report, signal } = options;
  for (const { name, file, args } of checks) {
    const started = performance.now();
    const limits = {
      cwd: root,
      signal,
      timeoutMs: 120_000,
      maxOutputBytes: 2 ** 20,
      allowFailure: true,
      env: { NO_COLOR: '1' },
    };
    const result = await run(join(root, file), args, limits);
    if (result.exitCode === 0) report.passed();
    else report.failed(name, `${result.stdout}\n${result.stderr}`);
    report.note(
      `${name}: ${result.exitCode === 0 ? 'well' : 'not well'}, ${Math.round(performance.now() - started)} ms`,
    );
  }
}
