import { readdir, readFile } from 'node:fs/promises';
import { errorCode } from '../src/base/errors.ts';

// What the kernel tells about a process; Linux only, as the server is.

const ticksPerSecond = 100; // USER_HZ, the same on every machine of today's Linux

export interface ProcessFacts {
  readonly rssMb: number;
  /** User and system time since its start, of all its threads. */
  readonly cpuSeconds: number;
  /** What it caused to be written to the disk. */
  readonly writtenBytes: number;
}

export async function processFacts(pid: number): Promise<ProcessFacts> {
  const [status, stat, io] = await Promise.all(
    ['status', 'stat', 'io'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')),
  );
  const fields = statFields(stat ?? '');
  return {
    rssMb: number(status, /^VmRSS:\s+(\d+) kB/m) / 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    writtenBytes: number(io, /^write_bytes: (\d+)/m) - number(io, /^cancelled_write_bytes: (\d+)/m),
  };
}

/** CPU time of all processes that have `text` in their command line, with those that they started and that have ended. */
export async function cpuSecondsOf(text: string): Promise<number> {
  let ticks = 0;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)))
    try {
      if (!(await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes(text)) continue;
      const [user, system, childUser, childSystem] = statFields(await readFile(`/proc/${pid}/stat`, 'utf8')).slice(11);
      ticks += Number(user) + Number(system) + Number(childUser) + Number(childSystem);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ESRCH') throw error; // it has just ended
    }
  return ticks / ticksPerSecond;
}

/** Child processes with this name. */
export async function childrenNamed(pid: number, name: string): Promise<number[]> {
  const found: number[] = [];
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const children = await readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '');
    for (const child of children.split(' ').filter(Boolean).map(Number))
      if ((await readFile(`/proc/${child}/comm`, 'utf8')).trim() === name) found.push(child);
  }
  return found;
}

/** What follows the name, which may hold spaces (proc_pid_stat(5), from field 3). */
function statFields(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function number(text: string | undefined, pattern: RegExp): number {
  const found = pattern.exec(text ?? '')?.[1];
  if (found === undefined) throw new Error(`the kernel does not tell ${pattern}`);
  return Number(found);
}
