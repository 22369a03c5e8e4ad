import { openBackend } from '../../node/server/streaming/backend.ts';
import { SpdyClient } from '../../node/server/streaming/spdy.ts';
import { argument, type CrictlCall, type CrictlWord, containerByPrefix, isOn } from './context.ts';

const timeoutSeconds = 600;

export const exec: CrictlWord = {
  name: 'exec',
  usage: 'CONTAINER COMMAND …',
  summary: 'run a command in a container',
  flags: [
    { name: 'interactive', short: 'i', type: 'switch', help: 'pass standard input on' },
    { name: 'tty', short: 't', type: 'switch', help: 'give the command a terminal' },
  ],
  stopAtFirst: true,
  async run(call) {
    const { id } = await containerByPrefix(call, argument(call, 0, 'the id of a container'));
    argument(call, 1, 'the command');
    const cmd = call.args.slice(1);
    const [stdin, tty] = [isOn(call, 'interactive'), isOn(call, 'tty')];
    if (stdin || tty) return stream(call, { id, cmd, stdin, tty });
    const request = { containerId: id, cmd, timeout: timeoutSeconds };
    const answer = await call.cri.call('ExecSync', request, { timeoutMs: (timeoutSeconds + 5) * 1000 });
    call.context.out(Buffer.from(answer.stdout).toString());
    call.context.err(Buffer.from(answer.stderr).toString());
    return answer.exitCode;
  },
};

interface StreamRequest {
  readonly id: string;
  readonly cmd: readonly string[];
  readonly stdin: boolean;
  readonly tty: boolean;
}

/** Joins this process's own streams with the command's, until the command ends. */
async function stream({ cri }: CrictlCall, { id, cmd, stdin, tty }: StreamRequest): Promise<number> {
  const { url } = await cri.call('Exec', { containerId: id, cmd, stdin, stdout: true, stderr: !tty, tty });
  const headers = { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' };
  // The way to the runtime has its own deadline; a command may last.
  const { socket, head } = await openBackend(url, { method: 'POST', headers, signal: new AbortController().signal });
  const { stdin: input, stdout: output, stderr: errors } = process;
  const raw = stdin && tty && input.isTTY;
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      const result: Buffer[] = [];
      const streams = new Map<number, (chunk: Buffer) => void>();
      const spdy = new SpdyClient(socket, head, {
        data: (streamId, chunk) => streams.get(streamId)?.(chunk),
        end: (streamId) => streamId === errorStream && resolve(Buffer.concat(result).toString()),
        closed: () => reject(new Error('the container runtime closed the stream without a result')),
      });
      const open = (streamtype: string, take: (chunk: Buffer) => void) => {
        const streamId = spdy.openStream({ streamtype });
        streams.set(streamId, take);
        return streamId;
      };
      const errorStream = open('error', (chunk) => result.push(Buffer.from(chunk)));
      const inputStream = stdin ? open('stdin', () => undefined) : undefined;
      open('stdout', (chunk) => output.write(chunk));
      if (!tty) open('stderr', (chunk) => errors.write(chunk));
      const resizeStream = tty ? open('resize', () => undefined) : undefined;
      if (raw) input.setRawMode(true);
      if (inputStream !== undefined) {
        input.on('data', (chunk: Buffer) => {
          if (spdy.write(inputStream, chunk)) return;
          input.pause();
          spdy.onDrain(() => input.resume());
        });
        input.on('end', () => spdy.end(inputStream));
      }
      const resize = () => {
        if (resizeStream === undefined || !output.isTTY) return;
        spdy.write(resizeStream, Buffer.from(JSON.stringify({ Width: output.columns, Height: output.rows })));
      };
      resize();
      output.on('resize', resize);
    });
    return exitCodeOf(answer);
  } finally {
    if (raw) input.setRawMode(false);
    input.destroy();
    socket.destroy();
  }
}

/** From the Status that the runtime sends at the end (`v4.channel.k8s.io`). Throws Error when the command could not run. */
export function exitCodeOf(result: string): number {
  const status = JSON.parse(result) as {
    status?: string;
    message?: string;
    details?: { causes?: readonly { reason?: string; message?: string }[] };
  };
  if (status.status === 'Success') return 0;
  const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (code !== undefined && /^\d+$/.test(code)) return Number(code);
  throw new Error(status.message ?? 'the container runtime did not say why the command failed');
}
