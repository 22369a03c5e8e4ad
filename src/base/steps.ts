import { CodedError, toError } from './errors.ts';
import { describeError, type Logger } from './log.ts';

export type StepErrorCode = 'start-failed' | 'stopping';

/** A step that did not start. The message names it; the cause says why. */
export class StepError extends CodedError<StepErrorCode> {}

export interface Steps {
  /**
   * Runs one step of the start, shows its name and how long it took, and remembers how to undo it. Throws StepError when
   * the step fails, or when stopping has begun; what had started by then is stopped.
   */
  run<T>(name: string, start: () => Promise<T> | T, stop?: (started: T) => Promise<void> | void): Promise<T>;
  /**
   * Stops what was started, last first. A step that fails or that has not ended when its share of the time is over is
   * logged, and the next one's turn comes. Call it once; resolves to the names of the steps that did not stop well.
   */
  stop(deadlineMs: number): Promise<string[]>;
  /** What has started, in order. */
  readonly done: readonly { readonly name: string; readonly durationMs: number }[];
}

export interface StepsOptions {
  readonly log: Logger;
  /** Receives one line for each step, without a newline. */
  readonly show: (line: string) => void;
}

export function createSteps(options: StepsOptions): Steps {
  const { log, show } = options;
  const done: { name: string; durationMs: number }[] = [];
  const undo: { name: string; stop: () => Promise<void> | void }[] = [];
  let stopping = false;
  return {
    done,
    async run(name, start, stop) {
      if (stopping) throw new StepError('stopping', `${name}: not started, as the server is stopping`);
      const startedAt = performance.now();
      try {
        const value = await start();
        if (stopping) {
          if (stop) await stop(value);
          throw new StepError('stopping', `${name}: stopped again, as the server is stopping`);
        }
        if (stop) undo.push({ name, stop: () => stop(value) });
        const durationMs = Math.round(performance.now() - startedAt);
        done.push({ name, durationMs });
        show(`${name.padEnd(32)} ${String(durationMs).padStart(6)} ms`);
        return value;
      } catch (error) {
        if (error instanceof StepError) throw error;
        throw new StepError('start-failed', `cannot start ${name}`, { cause: error });
      }
    },
    async stop(deadlineMs) {
      stopping = true;
      const endsAt = performance.now() + deadlineMs;
      const failed: string[] = [];
      for (let step = undo.pop(); step; step = undo.pop()) {
        const { name, stop } = step;
        // Each gets half of what is left, so that one that hangs leaves time for the others.
        const shareMs = Math.max((endsAt - performance.now()) / 2, 50);
        try {
          await withDeadline(Promise.resolve().then(stop), shareMs);
          log.debug('stopped', { step: name });
        } catch (error) {
          failed.push(name);
          log.error('did not stop well', { step: name, error: describeError(toError(error)) });
        }
      }
      return failed;
    },
  };
}

function withDeadline(work: Promise<void>, deadlineMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ended after ${Math.round(deadlineMs)} ms`)), deadlineMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
