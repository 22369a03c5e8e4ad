import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';

/** What a running server leaves in its data directory, so that other commands find it. */
export interface RunState {
  readonly pid: number;
  /** Clock ticks since boot at which the process began: tells it from a later one with the same id. */
  readonly startTicks: number;
  readonly kubeconfig: string;
  readonly nodeName: string;
  readonly disableAgent: boolean;
  readonly httpsListenPort: number;
  readonly version: string;
}

function pathOf(dataDir: string): string {
  return join(dataDir, 'server', 'run.json');
}

export async function writeRunState(dataDir: string, state: RunState): Promise<void> {
  const path = pathOf(dataDir);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
}

export async function removeRunState(dataDir: string): Promise<void> {
  await rm(pathOf(dataDir), { force: true });
}

/** The server that runs on this data directory; undefined when there is none, also when one left its file behind. */
export function findRunningServer(dataDir: string): RunState | undefined {
  const state = readState(pathOf(dataDir));
  return state !== undefined && startTicksOf(state.pid) === state.startTicks ? state : undefined;
}

/** When a process began, in clock ticks since boot (field 22 of /proc/PID/stat). Undefined: no such process, or it has ended. */
export function startTicksOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in field 2 may have spaces and parentheses in it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // One that was killed stays a zombie until its parent looks.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : Number(fields[19]);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return undefined;
    throw error;
  }
}

/** A file that is missing or was cut off says that no server runs. */
function readState(path: string): RunState | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as RunState;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
