import { type ChildProcess, spawn } from 'node:child_process';
import { CodedError, errorCode, toError } from './errors.ts';

export type ProcessErrorCode = 'not-found' | 'cannot-start' | 'failed' | 'timeout' | 'aborted' | 'too-much-output';

/** Why a program did not do its work. `result` has what it said until then. */
export class ProcessError extends CodedError<ProcessErrorCode> {
  readonly result: ProcessResult;

  constructor(code: ProcessErrorCode, message: string, result: ProcessResult, options?: { cause?: unknown }) {
    super(code, message, options);
    this.result = result;
  }
}

export interface ProcessResult {
  /** Null: ended by a signal, or never started. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Added to this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Written to standard input, which is then closed. Default: empty. */
  readonly input?: string | Uint8Array;
  /** The program is ended after this time. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Of standard output and of standard error, each; the program is ended when it says more. Default: 4 MiB. */
  readonly maxOutputBytes?: number;
  readonly signal?: AbortSignal;
  /** Resolve instead of throwing when the program exits with a status other than 0. */
  readonly allowFailure?: boolean;
}

/** How long a program may take to end after SIGTERM before SIGKILL. */
const graceMs = 2_000;

/**
 * Runs a program to its end, without a shell. Throws ProcessError when it cannot be started, exits with a status other
 * than 0, says too much, takes too long or is aborted; in every case the program has ended when the promise settles.
 */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<ProcessResult> {
  const { timeoutMs = 30_000, maxOutputBytes = 4 * 2 ** 20, signal } = options;
  const name = [file, ...args].join(' ').slice(0, 200);
  const nothing: ProcessResult = { exitCode: null, signal: null, stdout: '', stderr: '' };
  if (signal?.aborted)
    return Promise.reject(new ProcessError('aborted', `${name}: not started`, nothing, { cause: signal.reason }));
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    let stopped: { code: ProcessErrorCode; why: string; cause?: unknown } | undefined;
    let killTimer: NodeJS.Timeout | undefined;
    const stop = (code: ProcessErrorCode, why: string, cause?: unknown) => {
      if (stopped) return;
      stopped = { code, why, cause };
      child.kill('SIGTERM');
      killTimer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    };
    const timer = setTimeout(() => stop('timeout', `did not end within ${timeoutMs} ms`), timeoutMs);
    const onAbort = () => stop('aborted', 'stopped', signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const collect = (stream: NodeJS.ReadableStream) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= maxOutputBytes) chunks.push(chunk);
        else stop('too-much-output', `said more than ${maxOutputBytes} bytes`);
      });
      return () => Buffer.concat(chunks).toString();
    };
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    const settle = () => {
      clearTimeout(timer);
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', onAbort);
    };
    child.on('error', (error) => {
      if (child.pid !== undefined) return; // a signal that could not be sent; the end is reported by 'close'
      settle();
      const missing = errorCode(error) === 'ENOENT';
      const why = missing ? `there is no program ${file} in PATH` : 'cannot be started';
      reject(new ProcessError(missing ? 'not-found' : 'cannot-start', `${name}: ${why}`, nothing, { cause: error }));
    });
    child.on('close', (exitCode, endSignal) => {
      settle();
      const result: ProcessResult = { exitCode, signal: endSignal, stdout: stdout(), stderr: stderr() };
      if (stopped) reject(new ProcessError(stopped.code, `${name}: ${stopped.why}`, result, { cause: stopped.cause }));
      else if (exitCode === 0 || options.allowFailure) resolve(result);
      else reject(new ProcessError('failed', `${name}: ${endOf(result)}`, result));
    });
    // A program that ends without reading its input is judged by its status, not by the broken pipe.
    child.stdin.on('error', (error) => errorCode(error) === 'EPIPE' || stop('cannot-start', 'input', error));
    child.stdin.end(options.input ?? '');
  });
}

function endOf(result: ProcessResult): string {
  const end = result.signal === null ? `exited with status ${result.exitCode}` : `was ended by ${result.signal}`;
  const said = (result.stderr.trim() || result.stdout.trim()).slice(-2_000);
  return said === '' ? end : `${end}: ${said}`;
}

export interface OwnedProcessOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Where output goes: a file descriptor of an open file, or nothing. Default: ignore. */
  readonly output?: number | 'ignore' | 'inherit';
}

/** A long-running child of this process. */
export interface OwnedProcess {
  readonly pid: number;
  /** Settles once, when the process has ended, whoever ended it. Never rejects. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }>;
  /** SIGTERM, and SIGKILL when it has not ended after `deadlineMs`. Resolves when it has ended. */
  stop(deadlineMs: number): Promise<void>;
}

/**
 * Starts a program that is to run on, in a process group of its own so that a Ctrl-C in our terminal does not reach it.
 * Rejects with ProcessError when it cannot be started.
 */
export async function startOwned(
  file: string,
  args: readonly string[],
  options: OwnedProcessOptions = {},
): Promise<OwnedProcess> {
  const output = options.output ?? 'ignore';
  const child = spawn(file, args, {
    stdio: ['ignore', output, output],
    detached: true,
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const ended = new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const pid = await started(child, file);
  return {
    pid,
    ended,
    async stop(deadlineMs) {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

function started(child: ChildProcess, file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.on('error', (thrown) => {
      const error = toError(thrown);
      const missing = errorCode(error) === 'ENOENT';
      const why = missing ? `there is no program ${file} in PATH` : `${file} cannot be started`;
      const result: ProcessResult = { exitCode: null, signal: null, stdout: '', stderr: '' };
      reject(new ProcessError(missing ? 'not-found' : 'cannot-start', why, result, { cause: error }));
    });
  });
}
