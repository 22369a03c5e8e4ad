import { describeError } from '../base/log.ts';
import type { CommandContext } from './command.ts';
import { commands } from './commands.ts';
import { UsageError } from './flags/flag.ts';
import { suggestion } from './flags/nearest.ts';
import { productVersion } from './version/version.ts';

/** Exit statuses: 0 done, 1 it could not be done, 2 asked wrongly. */

function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length)) + 2;
  const list = commands.map((command) => `  ${command.name.padEnd(width)}${command.summary}\n`).join('');
  return `k3ts: Kubernetes in one process\n\nUsage: k3ts COMMAND …\n\nCommands:\n${list}\nk3ts COMMAND --help tells of a command's flags; k3ts --version the version.\n`;
}

const seeHelp = '; k3ts --help lists them';

/** Commands of K3s that people will try. */
const notYet: ReadonlyMap<string, string> = new Map(
  ['agent', 'token', 'etcd-snapshot', 'secrets-encrypt', 'certificate', 'check-config', 'completion'].map((word) => [
    word,
    'not there yet: this version is one server with one node; k3ts --help lists what there is',
  ]),
);

async function main(args: readonly string[], context: CommandContext): Promise<number> {
  const [word = '', ...rest] = args;
  if (word === '--version' || word === '-v' || word === 'version') {
    context.out(`k3ts version ${productVersion()}\nnode version ${process.version}\n`);
    return 0;
  }
  if (word === '--help' || word === '-h' || word === 'help') {
    context.out(overview());
    return 0;
  }
  const entry = commands.find((command) => command.name === word);
  if (!entry) {
    const names = commands.map((command) => command.name);
    if (word === '') context.err(overview());
    else context.err(`k3ts: ${word}: ${notYet.get(word) ?? `no such command${suggestion(word, names) || seeHelp}`}\n`);
    return 2;
  }
  const command = await entry.load();
  try {
    return await command.run(rest, context);
  } catch (error) {
    const problems = error instanceof UsageError ? error.problems : [describeError(error)];
    for (const problem of problems) context.err(`k3ts ${word}: ${problem}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2), {
  environment: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
