import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { UsageError } from '../flags/flag.ts';
import { argument, type CrictlCall, type CrictlWord, containerByPrefix, isOn } from './context.ts';
import { logText } from './format.ts';

const pollMs = 250;
const chunkBytes = 64 * 1024;

export const logs: CrictlWord = {
  name: 'logs',
  usage: 'CONTAINER',
  summary: 'what a container wrote',
  flags: [
    { name: 'follow', short: 'f', type: 'switch', help: 'go on as it writes more, until it ends' },
    { name: 'tail', type: 'text', placeholder: 'LINES', help: 'only the last lines' },
  ],
  async run(call) {
    const tailText = call.flags.get('tail')?.values.at(-1);
    const tail = tailText === undefined ? undefined : Number(tailText);
    if (tail !== undefined && !(Number.isInteger(tail) && tail >= 0))
      throw new UsageError([`--tail: ${tailText}: must be a number of lines`]);
    const { id } = await containerByPrefix(call, argument(call, 0, 'the id of a container'));
    const { status } = await call.cri.call('ContainerStatus', { containerId: id });
    if (!status?.logPath) throw new Error(`container ${id} has no log`);
    await copyLog(call, { id, path: status.logPath, tail, follow: isOn(call, 'follow') });
    return 0;
  },
};

interface LogRequest {
  readonly id: string;
  readonly path: string;
  readonly tail: number | undefined;
  readonly follow: boolean;
}

/** Reads the log's present file. After a rotation, `follow` goes on at the beginning of the new one. */
async function copyLog(call: CrictlCall, request: LogRequest): Promise<void> {
  let file = await open(request.path);
  try {
    let rest = '';
    let held: string[] | undefined = request.tail === undefined ? undefined : [];
    const buffer = Buffer.alloc(chunkBytes);
    const decoder = new TextDecoder();
    for (let ended = false; ; ) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes);
      const lines = (rest + decoder.decode(buffer.subarray(0, bytesRead), { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (held === undefined) for (const line of lines) show(call, line);
      else held = request.tail === 0 ? [] : [...held, ...lines].slice(-(request.tail ?? 0));
      if (bytesRead > 0) continue;
      for (const line of held ?? []) show(call, line);
      held = undefined;
      if (!request.follow || ended) return;
      const { status } = await call.cri.call('ContainerStatus', { containerId: request.id });
      ended = status?.state !== 'CONTAINER_RUNNING'; // what it wrote last is read once more
      await delay(pollMs);
      const now = await open(request.path);
      if ((await now.stat()).ino === (await file.stat()).ino) await now.close();
      else {
        await file.close();
        file = now;
      }
    }
  } finally {
    await file.close();
  }
}

function show(call: CrictlCall, line: string): void {
  const entry = logText(line);
  if (entry) (entry.stream === 'stderr' ? call.context.err : call.context.out)(entry.text);
}
