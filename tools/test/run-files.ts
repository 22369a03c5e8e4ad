import { relative, resolve } from 'node:path';
import { run } from 'node:test';
import type { Report } from './report.ts';

export interface TestFilesOptions {
  readonly root: string;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly title: string;
  /** How many files run at once. */
  readonly together: number;
  readonly fileDeadlineMs: number;
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const keptOutputChars = 20_000;

/** Runs each file in a process of its own and reports every single test. */
export async function runTestFiles(files: readonly string[], options: TestFilesOptions): Promise<void> {
  const { report, title } = options;
  if (files.length === 0) {
    report.note(`${title}: there are none`);
    return;
  }
  const started = performance.now();
  const all: Counts = { passed: 0, failed: 0, skipped: 0 };
  const queue = [...files];
  const worker = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const fileStarted = performance.now();
      const counts = await runFile(file, options);
      if (options.together === 1) report.note(`${file}: ${summary(counts, fileStarted)}`);
      all.passed += counts.passed;
      all.failed += counts.failed;
      all.skipped += counts.skipped;
    }
  };
  await Promise.all(Array.from({ length: options.together }, worker));
  report.note(`${title}: ${files.length} files, ${summary(all, started)}`);
}

function summary(counts: Counts, started: number): string {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped, ${seconds} s`;
}

async function runFile(file: string, options: TestFilesOptions): Promise<Counts> {
  const { root, report, fileDeadlineMs } = options;
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: { name: string; why: unknown }[] = [];
  let output = '';
  const deadline = AbortSignal.timeout(fileDeadlineMs);
  const signal = AbortSignal.any([options.signal, deadline]);
  const execArgv = ['--disable-warning=ExperimentalWarning'];
  const stream = run({ cwd: root, files: [resolve(root, file)], signal, execArgv });
  const keep = (data: { message: string }) => {
    output = `${output}${data.message}`.slice(-keptOutputChars);
  };
  stream.on('test:stdout', keep);
  stream.on('test:stderr', keep);
  stream.on('test:pass', (data) => {
    if (data.details.type === 'suite') return;
    if (data.skip !== undefined || data.todo !== undefined) {
      counts.skipped += 1;
      const reason = data.skip ?? data.todo;
      report.skipped(`${file}: ${data.name}`, typeof reason === 'string' ? reason : '');
    } else {
      counts.passed += 1;
      report.passed();
    }
  });
  stream.on('test:fail', (data) => {
    const error = data.details.error;
    // A suite or a parent fails because of what is in it, and that is reported.
    if ('failureType' in error && error.failureType === 'subtestsFailed') return;
    counts.failed += 1;
    const whole = data.name === file || relative(root, data.name) === file;
    const why = deadline.aborted ? `not ended within ${fileDeadlineMs / 1000} s` : (error.cause ?? error);
    failures.push({ name: whole ? file : `${file}: ${data.name}`, why });
  });
  for await (const _ of stream); // until the file has ended
  // What a file says may come after the news that a test of it failed.
  for (const { name, why } of failures) report.failed(name, why, output);
  return counts;
}
