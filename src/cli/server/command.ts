import { createLogger, describeError, type Logger } from '../../base/log.ts';
import { createSteps, type Steps } from '../../base/steps.ts';
import type { ServerOptions } from '../../options.ts';
import { startServer } from '../../server.ts';
import type { Command, CommandContext } from '../command.ts';
import { parseCommandLine } from '../flags/command-line.ts';
import { UsageError } from '../flags/flag.ts';
import { describeFlags } from '../flags/help.ts';
import { readSettings } from '../flags/settings.ts';
import { sourceCommit } from '../version/commit.ts';
import { productVersion } from '../version/version.ts';
import { serverFlags } from './flags.ts';
import { explainK3sFlag } from './k3s-flags.ts';
import { openLogFile } from './log-file.ts';
import { inspectMachine } from './machine.ts';
import { serverOptions } from './options.ts';
import { checkMachine } from './preflight.ts';
import { removeRunState, startTicksOf, writeRunState } from './run-state.ts';

const stopDeadlineMs = 25_000;

export const serverCommand: Command = {
  help: () =>
    `Usage: k3ts server [flags]\n\nRuns a server until SIGTERM or SIGINT; pods stay when it stops. Every setting may also stand in the\nconfiguration file (by its name without dashes) or in a variable; the command line counts before\nthe file, the file before variables.\n\nFlags:\n${describeFlags(serverFlags)}`,
  async run(args, context) {
    const commandLine = parseCommandLine(serverFlags, args, { explain: explainK3sFlag });
    if (commandLine.help) {
      context.out(this.help());
      return 0;
    }
    const [word] = commandLine.rest;
    if (word !== undefined) throw new UsageError([`${word}: server takes flags only`]);
    const settings = readSettings(serverFlags, commandLine.settings, {
      environment: context.environment,
      explain: explainK3sFlag,
    });
    const options = serverOptions(settings, inspectMachine(context.environment));
    await checkMachine(options, process.getuid?.() ?? 0);
    return serve(options, context);
  },
};

async function serve(options: ServerOptions, context: CommandContext): Promise<number> {
  const write = options.logFile === undefined ? context.err : openLogFile(options.logFile);
  const log = createLogger({ level: options.debug ? 'debug' : 'info', write });
  const steps = createSteps({ log, show: (line) => write(`${line}\n`) });
  const startedAt = performance.now();
  const keepAlive = setInterval(() => undefined, 2 ** 30);
  const asked = Promise.withResolvers<string>();
  const release = onSignals(log, asked.resolve);
  // Stopping while a step is under way is left to the step: `run` undoes what started too late.
  const started = start(options, log, steps);
  const first = await Promise.race([asked.promise, started.then(() => 'started')]).catch((error: unknown) => {
    log.error('cannot start', { error: describeError(error) });
    return 'failed';
  });
  if (first === 'started') {
    write(`${'k3ts is up'.padEnd(32)} ${String(Math.round(performance.now() - startedAt)).padStart(6)} ms\n`);
    log.info('stopping', { signal: await asked.promise });
  } else started.catch((error: unknown) => log.debug('start ended', { error: describeError(error) }));
  const failed = await steps.stop(stopDeadlineMs);
  release();
  clearInterval(keepAlive);
  log.info('stopped', { failed: failed.length > 0 ? failed.join(',') : undefined });
  // A component that did not stop may hold the process open; everything that had to be saved is.
  process.exit(first === 'failed' || failed.length > 0 ? 1 : 0);
}

async function start(options: ServerOptions, log: Logger, steps: Steps): Promise<void> {
  const state = {
    pid: process.pid,
    startTicks: startTicksOf(process.pid) ?? 0,
    kubeconfig: options.kubeconfig.path,
    nodeName: options.nodeName,
    disableAgent: options.disableAgent,
    httpsListenPort: options.httpsListenPort,
    version: productVersion(),
  };
  const { dataDir } = options;
  await steps.run(
    'data directory',
    () => writeRunState(dataDir, state),
    () => removeRunState(dataDir),
  );
  await startServer({ options, version: productVersion(), commit: sourceCommit(), log, steps });
}

/** The first SIGTERM or SIGINT asks for a stop, the second ends the process at once. */
function onSignals(log: Logger, ask: (signal: string) => void): () => void {
  let count = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    count += 1;
    if (count === 1) return ask(signal);
    log.warn('ended at once by a second signal', { signal });
    process.exit(128 + (signal === 'SIGINT' ? 2 : 15));
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  return () => void process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
}
