import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { amount, type Figure, limit, shortfall, table } from './figure.ts';
import { inFolder } from './run.ts';

// node bench/all.ts [--idle SECONDS] [--json FILE] [PART…]: every part (or those named), each in a process of its own, and
// a table of its figures beside their budgets. `--json -` prints JSON and nothing else to standard output.

/** Each is bench/NAME.ts, and runs alone as well. */
const parts: Readonly<Record<string, { readonly flags?: readonly string[] }>> = {
  registry: { flags: ['--expose-gc'] },
  api: {},
  memory: {},
  watchers: {},
  node: {},
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, idle: { type: 'string', default: '60' } },
});
const unknown = positionals.find((name) => !Object.hasOwn(parts, name));
if (unknown) throw new Error(`${unknown}: no such part; there are ${Object.keys(parts).join(', ')}`);
const names = positionals.length > 0 ? positionals : Object.keys(parts);
const quiet = values.json === '-';

await inFolder(async (folder) => {
  const file = join(folder, 'figures');
  await writeFile(file, '');
  const failed: string[] = [];
  for (const name of names) if (!(await runPart(name, file))) failed.push(name);
  const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
  const figures = lines.map((line): Figure => JSON.parse(line));
  await tell(figures);
  if (failed.length > 0) throw new Error(`failed: ${failed.join(', ')}`);
});

async function runPart(name: string, file: string): Promise<boolean> {
  if (!quiet) console.log(`--- ${name}`);
  const more = name === 'node' ? ['--idle', values.idle] : [];
  const child = spawn(
    process.execPath,
    [...(parts[name]?.flags ?? []), join(import.meta.dirname, `${name}.ts`), ...more],
    { stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit'], env: { ...process.env, K3TS_BENCH_FIGURES: file } },
  );
  const end = () => child.kill('SIGTERM');
  process.once('SIGTERM', end);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('SIGTERM', end);
  return code === 0;
}

async function tell(figures: readonly Figure[]): Promise<void> {
  const date = new Date().toISOString();
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  const json = `${JSON.stringify({ date, machine, figures }, undefined, 2)}\n`;
  if (values.json === '-') process.stdout.write(json);
  else if (values.json !== undefined) await writeFile(values.json, json);
  if (quiet) return;
  console.log(`\n${date}, ${machine}\n\n${table(figures)}`);
  const largest = figures.toSorted((a, b) => shortfall(b) - shortfall(a))[0];
  if (largest && shortfall(largest) > 0)
    console.log(`largest shortfall: ${largest.what}: ${amount(largest)}, budget ${limit(largest)}`);
}
