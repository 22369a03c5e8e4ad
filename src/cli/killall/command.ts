import { describeError } from '../../base/log.ts';
import type { Command } from '../command.ts';
import { dataDirFlags, findDataDir } from '../data-dir.ts';
import { parseCommandLine } from '../flags/command-line.ts';
import { UsageError } from '../flags/flag.ts';
import { describeFlags } from '../flags/help.ts';
import { cleanupSteps } from './steps.ts';

export const killallCommand: Command = {
  help: () =>
    `Usage: k3ts killall [--data-dir FOLDER]\n\nStops the server of a data directory, ends its pods at once, and removes their processes, mounts, network\nlinks, firewall rules and control groups. The data directory stays.\n\nFlags:\n${describeFlags(dataDirFlags)}`,
  async run(args, context) {
    const { settings, rest, help } = parseCommandLine(dataDirFlags, args);
    if (help) {
      context.out(this.help());
      return 0;
    }
    if (rest[0] !== undefined) throw new UsageError([`${rest[0]}: killall takes flags only`]);
    const uid = process.getuid?.() ?? 0;
    if (uid !== 0) throw new UsageError([`user id ${uid}: ending pods needs root (user id 0)`]);
    const dataDir = findDataDir(settings, context.environment);
    let removed = 0;
    let failed = 0;
    for (const step of cleanupSteps) {
      try {
        for (const name of await step.remove(dataDir)) {
          context.out(`removed ${step.what} ${name}\n`);
          removed += 1;
        }
      } catch (error) {
        failed += 1;
        context.err(`k3ts killall: ${step.what}: ${describeError(error)}\n`);
      }
    }
    if (removed === 0 && failed === 0) context.out(`nothing of ${dataDir} was left to remove\n`);
    return failed === 0 ? 0 : 1;
  },
};
