import {
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
} from 'dns-packet';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { followAliases } from './aliases.ts';
import { AnswerCache } from './cache.ts';
import type { Forwarder } from './forward.ts';
import { type ClusterNames, resolveClusterName, startOfAuthority } from './records.ts';

export interface ResponderOptions {
  readonly names: ClusterNames;
  readonly forwarder: Forwarder;
  readonly clock: Clock;
  readonly log: Logger;
}

/** From a DNS message to the answer's message; undefined: not worth an answer. Never throws. */
export type Responder = (query: Buffer, transport: 'udp' | 'tcp') => Promise<Buffer | undefined>;

/** Without EDNS (RFC 6891) a UDP answer has at most this many bytes. */
const plainUdpBytes = 512;
/** Larger UDP answers risk being fragmented. */
const largestUdpBytes = 1232;
const maxForwards = 1_000;
/** Zero for a standard query (RFC 1035 4.1.1). */
const opcodeBits = 0x7800;
const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

export function createResponder({ names, forwarder, clock, log }: ResponderOptions): Responder {
  const cache = new AnswerCache(clock);
  let forwards = 0;

  const forward = async (query: Buffer, packet: DecodedPacket, tcp: boolean): Promise<Buffer> => {
    const question = packet.questions?.[0];
    const key = `${question?.name.toLowerCase()} ${question?.type} ${question?.class} ${tcp} ${udpLimit(packet)}`;
    const known = cache.get(key, packet.id ?? 0);
    if (known) return known;
    if (forwards >= maxForwards) return failure(packet, 'SERVFAIL');
    forwards++;
    try {
      const answer = await forwarder.ask(query, { tcp });
      cache.set(key, answer, decode(answer));
      return answer;
    } catch (error) {
      log.debug('question not answered by other resolvers', { name: question?.name, error });
      return failure(packet, 'SERVFAIL');
    } finally {
      forwards--;
    }
  };

  return async (query, transport) => {
    const packet = decodeQuery(query);
    if (!packet) return undefined;
    if (((packet.flags ?? 0) & opcodeBits) !== 0) return failure(packet, 'NOTIMP');
    const question = packet.questions?.[0];
    if (!question || packet.questions?.length !== 1) return failure(packet, 'FORMERR');
    const resolution = resolveClusterName(question, names);
    if (!resolution) return forward(query, packet, transport === 'tcp');
    const ask = (other: Buffer, asked: DecodedPacket) => forward(other, asked, transport === 'tcp');
    const { rcode, answers, additionals } = await followAliases(resolution, question, { names, ask });
    if (rcode === 'SERVFAIL') return failure(packet, rcode);
    const isEmpty = answers.length === 0;
    const response: Packet = {
      ...header(packet, rcodes[rcode] | AUTHORITATIVE_ANSWER),
      // A chain of aliases is read in order.
      answers: answers[0]?.type === 'CNAME' ? [...answers] : shuffled(answers),
      authorities: isEmpty ? [startOfAuthority(names.domain, Math.floor(clock.now() / 1000))] : [],
      additionals: [...additionals, ...optRecord(packet)],
    };
    return sized(response, transport === 'tcp' ? 65_535 : udpLimit(packet));
  };
}

function decodeQuery(query: Buffer): DecodedPacket | undefined {
  try {
    const packet = decode(query);
    return packet.type === 'query' ? packet : undefined;
  } catch (error) {
    // Anything can be sent to a port; what is no DNS message gets no answer.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function header(query: DecodedPacket, flags: number): Packet {
  return {
    type: 'response',
    id: query.id ?? 0,
    flags: flags | RECURSION_AVAILABLE | ((query.flags ?? 0) & RECURSION_DESIRED),
    questions: query.questions ?? [],
  };
}

function failure(query: DecodedPacket, rcode: keyof typeof rcodes): Buffer {
  return encode({ ...header(query, rcodes[rcode]), additionals: [...optRecord(query)] });
}

function udpLimit(query: DecodedPacket): number {
  const opt = query.additionals?.find((record) => record.type === 'OPT');
  const offered = opt?.type === 'OPT' ? opt.udpPayloadSize : plainUdpBytes;
  return Math.min(Math.max(offered, plainUdpBytes), largestUdpBytes);
}

function optRecord(query: DecodedPacket): NonNullable<Packet['additionals']> {
  if (!query.additionals?.some((record) => record.type === 'OPT')) return [];
  return [
    {
      type: 'OPT',
      name: '.',
      udpPayloadSize: largestUdpBytes,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    },
  ];
}

/** What does not fit is cut, additional records first, and the client told to ask over TCP. */
function sized(response: Packet, limit: number): Buffer {
  const whole = encode(response);
  if (whole.length <= limit) return whole;
  const opt = response.additionals?.filter((record) => record.type === 'OPT') ?? [];
  const bare = encode({ ...response, additionals: opt });
  if (bare.length <= limit) return bare;
  const truncated = 0x0200;
  let answers = response.answers ?? [];
  for (;;) {
    answers = answers.slice(0, Math.floor(answers.length / 2));
    const cut = encode({ ...response, flags: (response.flags ?? 0) | truncated, answers, additionals: opt });
    if (cut.length <= limit || answers.length === 0) return cut;
  }
}

/** Clients tend to take the first address; each shall be first now and then. */
function shuffled<T>(records: readonly T[]): T[] {
  const copy = [...records];
  for (let at = copy.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    [copy[at], copy[other]] = [copy[other] as T, copy[at] as T];
  }
  return copy;
}
