import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import { errorCode, toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { type AgentLayout, containerdConfig, type RuntimePaths } from './containerd-config.ts';
import { connectCri } from './cri.ts';
import { isRuntimeError, RuntimeError, toRuntimeError } from './errors.ts';

/** containerd as a child of this process. Its containers belong to their shims and outlive both. */
export interface Containerd {
  readonly socketPath: string;
  readonly pid: number | undefined;
  /** Why it does not answer now; undefined when it does. */
  problem(): string | undefined;
  /** SIGTERM, then SIGKILL; containers go on. */
  stop(): Promise<void>;
}

export interface ContainerdStart {
  readonly layout: AgentLayout;
  readonly paths: RuntimePaths;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const startDeadlineMs = 20_000;
const stopDeadlineMs = 5_000;
const longestBackoffMs = 30_000;
const logBoundBytes = 10 * 1024 * 1024;
const logCheckMs = 60_000;

/** Small heaps: containerd idles most of the time on a node. */
const goSettings = { GOMAXPROCS: '2', GOGC: '50', GOMEMLIMIT: '96MiB' };

/** Starts containerd and keeps it running; resolves when the CRI answers. Replaces one that an earlier agent left. */
export async function startContainerd(options: ContainerdStart): Promise<Containerd> {
  const { layout, paths, clock, log } = options;
  for (const folder of [
    layout.containerdRoot,
    layout.containerdState,
    layout.registryConfig,
    layout.cniConfDir,
    dirname(layout.containerdConfig),
  ])
    await mkdir(folder, { recursive: true, mode: 0o711 });
  const restrictOomScoreAdj = !hasCapability(24);
  await writeFile(layout.containerdConfig, containerdConfig({ layout, paths, restrictOomScoreAdj }), { mode: 0o600 });
  await stopStaleContainerd(layout, log);

  let child: ChildProcess | undefined;
  let problem: string | undefined = 'containerd is starting';
  const stopping = new AbortController();
  const signal = AbortSignal.any([options.signal, stopping.signal]);

  const launch = async (): Promise<ChildProcess> => {
    const started = spawnContainerd(options);
    child = started;
    if (started.pid !== undefined) await writeFile(layout.containerdPid, `${started.pid}\n`, { mode: 0o600 });
    await untilAnswers(layout.containerdSocket, started, clock, signal);
    problem = undefined;
    return started;
  };

  const supervise = async (first: ChildProcess) => {
    let current = first;
    for (let backoffMs = 250; !signal.aborted; backoffMs = Math.min(backoffMs * 2, longestBackoffMs)) {
      const upSince = clock.monotonic();
      await exited(current);
      if (signal.aborted) return;
      problem = `containerd ended with ${current.signalCode ?? `code ${current.exitCode}`}; its log is ${layout.containerdLog}`;
      log.error('containerd ended', {
        code: current.exitCode,
        signal: current.signalCode,
        logFile: layout.containerdLog,
      });
      if (clock.monotonic() - upSince > 60_000) backoffMs = 250;
      await sleep(clock, backoffMs, signal);
      current = await launch().catch((error: unknown) => {
        problem = toError(error).message;
        log.error('containerd did not start', { error });
        child?.kill('SIGKILL');
        return child ?? current;
      });
    }
  };

  const first = await launch().catch(async (error: unknown) => {
    child?.kill('SIGKILL');
    throw error;
  });
  const supervision = supervise(first).catch((error: unknown) => {
    if (!signal.aborted) log.error('supervision of containerd failed', { error });
  });
  const rotation = setInterval(() => void boundLog(layout.containerdLog, log), logCheckMs);
  rotation.unref();

  return {
    socketPath: layout.containerdSocket,
    get pid() {
      return child?.pid;
    },
    problem: () => problem,
    async stop() {
      stopping.abort(new Error('containerd is being stopped'));
      clearInterval(rotation);
      problem = 'containerd has been stopped';
      if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        const timer = clock.after(stopDeadlineMs, () => child?.kill('SIGKILL'));
        await exited(child);
        timer.cancel();
      }
      await supervision;
      await rm(layout.containerdPid, { force: true });
    },
  };
}

function spawnContainerd({ layout, paths }: ContainerdStart): ChildProcess {
  const output = openSync(layout.containerdLog, 'a', 0o600);
  try {
    return spawn(paths.containerd, ['--config', layout.containerdConfig], {
      // A session of its own: a signal to the server's group does not reach it, nor the shims it starts.
      detached: true,
      stdio: ['ignore', output, output],
      env: {
        ...process.env,
        ...goSettings,
        PATH: `${dirname(paths.shim)}:${dirname(paths.runc)}:${process.env['PATH'] ?? ''}`,
      },
    });
  } finally {
    closeSync(output);
  }
}

async function untilAnswers(socketPath: string, child: ChildProcess, clock: Clock, signal: AbortSignal): Promise<void> {
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) =>
      reject(new RuntimeError('Unavailable', 'containerd cannot be run', { cause: error })),
    );
    child.once('exit', (code, killed) =>
      reject(new RuntimeError('Unavailable', `containerd ended at its start with ${killed ?? `code ${code}`}`)),
    );
  });
  failed.catch(() => undefined); // reported by the race below, or by the supervisor when it is over
  const cri = connectCri(socketPath);
  const deadline = clock.monotonic() + startDeadlineMs;
  const poll = async () => {
    for (;;) {
      try {
        await cri.call('Version', {}, { timeoutMs: 1_000, signal });
        return;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (isRuntimeError(error, 'Unimplemented'))
          throw new RuntimeError('Unimplemented', 'containerd runs without its CRI plugin; its log says why', {
            cause: error,
          });
        if (clock.monotonic() > deadline)
          throw new RuntimeError('DeadlineExceeded', `containerd did not answer within ${startDeadlineMs} ms`, {
            cause: toRuntimeError(error),
          });
        await sleep(clock, 25, signal);
      }
    }
  };
  try {
    await Promise.race([poll(), failed]);
  } finally {
    cri.close();
  }
}

/** After a `kill -9` of the server its containerd goes on; it is stopped here, its containers are not. */
async function stopStaleContainerd(layout: AgentLayout, log: Logger): Promise<void> {
  const text = await readFile(layout.containerdPid, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  const pid = Number(text);
  if (!Number.isInteger(pid) || pid < 2 || !runsConfig(pid, layout.containerdConfig)) return;
  log.info('stopping the containerd of an earlier run', { pid });
  process.kill(pid, 'SIGTERM');
  for (let waitedMs = 0; runsConfig(pid, layout.containerdConfig); waitedMs += 20) {
    if (waitedMs === stopDeadlineMs) process.kill(pid, 'SIGKILL');
    if (waitedMs > 2 * stopDeadlineMs)
      throw new RuntimeError('FailedPrecondition', `the containerd of an earlier run does not end: pid ${pid}`);
    await delay(20); // a timer that keeps the process alive: nothing else may do so this early
  }
}

/** Whether this process is a containerd of this data directory: process ids are reused, so the command line decides. */
function runsConfig(pid: number, configPath: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(configPath);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return false;
    throw error;
  }
}

/** Whether this process has a capability, by its number in capabilities(7). */
export function hasCapability(bit: number): boolean {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${mask}`) >> BigInt(bit)) & 1n) === 1n;
}

/** containerd appends to the file itself, so that it outlives us; past the bound the text is copied aside and cut. */
async function boundLog(path: string, log: Logger): Promise<void> {
  try {
    if ((await stat(path)).size < logBoundBytes) return;
    await copyFile(path, `${path}.1`);
    await truncate(path);
  } catch (error) {
    log.warn('cannot rotate the log of containerd', { error });
  }
}

function exited(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
