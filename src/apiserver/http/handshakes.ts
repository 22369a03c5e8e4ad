import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../base/clock.ts';

export interface HandshakesOptions {
  readonly clock: Clock;
  /** Default: 512, what a kernel holds ready at once. A flood that sends half a greeting each costs some 80 MB with it. */
  readonly most?: number;
  /** From the first byte that could come to the last that must. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Somebody was cut off so that another could come in. */
  readonly onDisplaced: () => void;
}

interface Unfinished {
  readonly socket: Socket;
  readonly address: string;
  readonly sinceMs: number;
}

/**
 * Connections that have not finished their TLS handshake: nobody knows whose they are, and they cost memory all the same.
 * There is a bound. Beyond it the oldest goes of the address that has the most: an honest handshake takes as long as a
 * few packets travel, and who floods us shuts out himself first.
 */
export class Handshakes {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #timeoutMs: number;
  readonly #onDisplaced: () => void;
  /** In order of arrival. */
  readonly #unfinished = new Map<string, Unfinished>();
  readonly #byAddress = new Map<string, number>();
  #timer: Timer | undefined;

  constructor({ clock, most = 512, timeoutMs = 10_000, onDisplaced }: HandshakesOptions) {
    this.#clock = clock;
    this.#most = most;
    this.#timeoutMs = timeoutMs;
    this.#onDisplaced = onDisplaced;
  }

  get size(): number {
    return this.#unfinished.size;
  }

  /** A connection came in; call `finished` when its handshake is done. */
  begin(socket: Socket): void {
    const { remoteAddress: address } = socket;
    // It has gone already.
    if (address === undefined) {
      socket.destroy();
      return;
    }
    const key = keyOf(socket);
    this.#forget(key);
    this.#unfinished.set(key, { socket, address, sinceMs: this.#clock.monotonic() });
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    // What has closed knows its address no more; nor may it take the place of one that came after it.
    socket.once('close', () => {
      if (this.#unfinished.get(key)?.socket === socket) this.#forget(key);
    });
    if (this.#unfinished.size > this.#most) this.#displace();
    this.#timer ??= this.#clock.after(this.#timeoutMs, () => this.#endOverdue());
  }

  /** `socket`: the connection, or what speaks TLS over it. */
  finished(socket: Socket): void {
    this.#forget(keyOf(socket));
  }

  #forget(key: string): void {
    const found = this.#unfinished.get(key);
    if (!found) return;
    this.#unfinished.delete(key);
    const left = (this.#byAddress.get(found.address) ?? 0) - 1;
    if (left > 0) this.#byAddress.set(found.address, left);
    else this.#byAddress.delete(found.address);
  }

  #displace(): void {
    let heaviest = '';
    let most = 0;
    for (const [address, count] of this.#byAddress) if (count > most) [heaviest, most] = [address, count];
    for (const [key, { socket, address }] of this.#unfinished) {
      if (address !== heaviest) continue;
      this.#forget(key);
      socket.destroy();
      this.#onDisplaced();
      return;
    }
  }

  #endOverdue(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonic();
    for (const [key, { socket, sinceMs }] of this.#unfinished) {
      const leftMs = sinceMs + this.#timeoutMs - nowMs;
      if (leftMs > 0) {
        this.#timer = this.#clock.after(leftMs, () => this.#endOverdue());
        return;
      }
      this.#forget(key);
      socket.destroy();
    }
  }
}

/** A connection and the TLS over it have the same ends. */
function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
