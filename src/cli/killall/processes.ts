import { readdirSync, readFileSync } from 'node:fs';
import { sleep, systemClock } from '../../base/clock.ts';
import { errorCode } from '../../base/errors.ts';

/** A process as /proc shows it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly args: readonly string[];
  /** The options of the mount that is its root folder: tells whose container it is. */
  readonly rootMount: string;
}

/** Programs that a server of ours starts with paths of its data directory among their arguments. */
const programs = /(^|\/)(containerd|containerd-shim-runc-v2|runc)$/;

/**
 * The processes of a data directory's containers and of the programs that run them, children included: shims by their
 * arguments, containers by their ancestry or their root folder. Not by their control group: in the default directory's,
 * `/kubepods`, the pods of another kubelet may be.
 */
export function processesOf(all: readonly ProcessInfo[], dataDir: string): ProcessInfo[] {
  const below = `${dataDir}/agent/`;
  const chosen = new Set<number>();
  for (const process of all) {
    const ours = programs.test(process.args[0] ?? '') && process.args.some((arg) => arg.includes(below));
    const contained = new RegExp(`(upperdir|lowerdir)=([^,]*:)?${RegExp.escape(below)}`).test(process.rootMount);
    if (ours || contained) chosen.add(process.pid);
  }
  for (let found = true; found; ) {
    found = false;
    for (const process of all)
      if (chosen.has(process.parent) && !chosen.has(process.pid)) {
        chosen.add(process.pid);
        found = true;
      }
  }
  return all.filter((process) => chosen.has(process.pid));
}

/** Every process there is now; those that end meanwhile are left out. */
export function readProcesses(): ProcessInfo[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((process) => process !== undefined);
}

function readProcess(pid: number): ProcessInfo | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const root = readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
      .split('\n')
      .find((line) => line.split(' ')[4] === '/');
    return {
      pid,
      parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]),
      args: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1),
      rootMount: root?.split(' - ')[1] ?? '',
    };
  } catch (error) {
    // It has ended, or is a zombie, which has no mounts and nothing to be ended.
    if (['ENOENT', 'ESRCH', 'EINVAL'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

/**
 * Ends what `find` finds, again and again, until it finds nothing more. Returns what was ended; throws when something is
 * still there after the deadline.
 */
export async function endProcesses(find: () => readonly ProcessInfo[], deadlineMs: number): Promise<ProcessInfo[]> {
  const ended = new Map<number, ProcessInfo>();
  const endsAt = systemClock.monotonic() + deadlineMs;
  for (let found = find(); found.length > 0; found = find()) {
    if (systemClock.monotonic() > endsAt)
      throw new Error(`processes do not end: ${found.map((each) => `${each.pid} (${each.args[0]})`).join(', ')}`);
    for (const each of found) {
      ended.set(each.pid, each);
      sendSignal(each.pid, 'SIGKILL');
    }
    await keepAlive(sleep(systemClock, 50));
  }
  return [...ended.values()];
}

/** False: there is no such process. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
    throw error;
  }
}

/** The clock's timers do not keep the program running; a command that waits must. */
export async function keepAlive<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, 60_000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
