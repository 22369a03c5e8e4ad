import { Worker } from 'node:worker_threads';
import { toError } from '../../base/errors.ts';
import { StoreError } from '../store.ts';
import {
  type DatabaseOptions,
  type Opened,
  openedId,
  type PackedEntries,
  type Part,
  type Reply,
  type Request,
} from './protocol.ts';

type Question = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

/** The main thread's side of the thread that owns the database. */
export class DatabaseThread {
  readonly #worker: Worker;
  readonly #file: string;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  /** Who gets the parts of an answer before it is complete. */
  readonly #takers = new Map<number, (part: PackedEntries) => void>();
  #nextId = openedId + 1;
  #dead: StoreError | undefined;
  #onExit: ((error: StoreError) => void) | undefined;

  private constructor(options: DatabaseOptions) {
    this.#file = options.file;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: options,
      name: 'datastore',
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    this.#worker.on('message', (reply: Reply | Part) => this.#settle(reply));
    this.#worker.on('error', (thrown) => {
      const error = toError(thrown);
      this.#die(`the datastore thread failed: ${error.message}`, error);
    });
    this.#worker.on('exit', () => this.#die('the datastore is closed'));
  }

  static async start(options: DatabaseOptions): Promise<{ thread: DatabaseThread; opened: Opened }> {
    const thread = new DatabaseThread(options);
    const opening = Promise.withResolvers<unknown>();
    thread.#waiting.set(openedId, opening);
    return { thread, opened: (await opening.promise) as Opened };
  }

  ask<T>(question: Question, transfer: readonly ArrayBuffer[] = []): Promise<T> {
    if (this.#dead) return Promise.reject(this.#dead);
    const waiting = Promise.withResolvers<unknown>();
    const id = this.#nextId++;
    this.#waiting.set(id, waiting);
    this.#worker.postMessage({ ...question, id } as Request, transfer);
    return waiting.promise as Promise<T>;
  }

  /** Everything below a prefix, in parts. */
  list(prefix: string, take: (part: PackedEntries) => void): Promise<void> {
    this.#takers.set(this.#nextId, take);
    return this.ask({ type: 'list', prefix });
  }

  assertAlive(): void {
    if (this.#dead) throw this.#dead;
  }

  /** Called once if the thread ends by itself. */
  onExit(listener: (error: StoreError) => void): void {
    this.#onExit = listener;
  }

  /** Closes the database and waits until the thread has ended. */
  async close(revision: number): Promise<void> {
    if (this.#dead) return;
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    await this.ask({ type: 'close', revision });
    await exited;
  }

  #settle(reply: Reply | Part): void {
    if (reply.part) {
      this.#takers.get(reply.id)?.(reply.part);
      return;
    }
    const waiting = this.#waiting.get(reply.id);
    this.#takers.delete(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.failure) waiting?.reject(new StoreError(reply.failure.code, reply.failure.message));
    else waiting?.resolve(reply.result);
  }

  #die(why: string, cause?: Error): void {
    if (this.#dead) return;
    this.#dead = new StoreError('unavailable', `datastore ${this.#file}: ${why}`, { cause });
    for (const waiting of this.#waiting.values()) waiting.reject(this.#dead);
    this.#waiting.clear();
    this.#takers.clear();
    this.#onExit?.(this.#dead);
  }
}
