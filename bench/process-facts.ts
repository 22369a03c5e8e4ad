import { readdir, readFile } from 'node:fs/promises';

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
  const fields = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
  return {
    rssMb: number(status, /^VmRSS:\s+(\d+) kB/m) / 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    writtenBytes: number(io, /^write_bytes: (\d+)/m) - number(io, /^cancelled_write_bytes: (\d+)/m),
  };
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

function number(text: string | undefined, pattern: RegExp): number {
  const found = pattern.exec(text ?? '')?.[1];
  if (found === undefined) throw new Error(`the kernel does not tell ${pattern}`);
  return Number(found);
}
