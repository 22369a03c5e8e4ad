import type { DecodedPacket } from 'dns-packet';
import type { Clock } from '../../base/clock.ts';

/** Answers of other resolvers, kept for at most this long, as K3s's DNS does. */
const longestSeconds = 30;
/** For answers without a record that says how long they hold. */
const negativeSeconds = 5;
const maxEntries = 4096;
const noError = 0;
const nxDomain = 3;

interface CachedAnswer {
  readonly message: Buffer;
  readonly untilMs: number;
}

/** Keeps answers by question; the least recently stored leave first. */
export class AnswerCache {
  readonly #clock: Clock;
  readonly #answers = new Map<string, CachedAnswer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A copy of the answer that carries `id`, or undefined. */
  get(key: string, id: number): Buffer | undefined {
    const known = this.#answers.get(key);
    if (!known) return undefined;
    if (known.untilMs <= this.#clock.monotonic()) {
      this.#answers.delete(key);
      return undefined;
    }
    const copy = Buffer.from(known.message);
    copy.writeUInt16BE(id, 0);
    return copy;
  }

  set(key: string, message: Buffer, packet: DecodedPacket): void {
    const rcode = (packet.flags ?? 0) & 0xf;
    if (packet.flag_tc || (rcode !== noError && rcode !== nxDomain)) return;
    const seconds = Math.min(longestSeconds, lifetimeSeconds(packet));
    if (seconds <= 0) return;
    this.#answers.delete(key);
    this.#answers.set(key, { message, untilMs: this.#clock.monotonic() + seconds * 1000 });
    if (this.#answers.size > maxEntries) {
      const oldest = this.#answers.keys().next().value;
      if (oldest !== undefined) this.#answers.delete(oldest);
    }
  }
}

/** The shortest time to live of the answer, or for negative ones the SOA's minimum (RFC 2308). */
function lifetimeSeconds({ answers = [], authorities = [] }: DecodedPacket): number {
  const lifetimes = answers.flatMap((record) =>
    'ttl' in record && typeof record.ttl === 'number' ? [record.ttl] : [],
  );
  if (lifetimes.length > 0) return Math.min(...lifetimes);
  const authority = authorities.find((record) => record.type === 'SOA');
  return authority?.type === 'SOA'
    ? Math.min(authority.ttl ?? negativeSeconds, authority.data.minimum ?? negativeSeconds)
    : negativeSeconds;
}
