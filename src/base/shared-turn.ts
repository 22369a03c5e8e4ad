/**
 * Lets work that becomes ready in one turn of the event loop go on together: all who ask in a turn get the same promise, and
 * what they do after it runs step by step side by side (up to each one's next `await`). The code and data of a step then stay
 * in the processor's caches, instead of being driven out by the steps of the others.
 */
export class SharedTurn {
  #next: Promise<void> | undefined;

  /** Resolves when the sockets have been looked at, for all at once. */
  next(): Promise<void> {
    this.#next ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#next = undefined;
        resolve();
      });
    });
    return this.#next;
  }
}
