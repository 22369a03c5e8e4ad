import { type Answer, type DecodedPacket, decode, encode, type Question, RECURSION_DESIRED } from 'dns-packet';
import { type ClusterNames, type Resolution, resolveClusterName } from './records.ts';

export interface FollowOptions {
  readonly names: ClusterNames;
  /** Asks the resolvers outside. Never throws; a failure is an answer with its code. */
  readonly ask: (query: Buffer, packet: DecodedPacket) => Promise<Buffer>;
}

/** `failed`: the outside could not be asked. */
export interface Followed extends Omit<Resolution, 'rcode'> {
  readonly rcode: Resolution['rcode'] | 'SERVFAIL';
}

/** A chain of aliases that is longer is a circle, or might as well be. */
const maxAliases = 8;

/**
 * Adds to an answer that ends in an alias what the alias leads to: the resolvers in pods do not follow one themselves, so
 * that an ExternalName Service would have no address for them (RFC 1034 3.6.2; CoreDNS does the same).
 */
export async function followAliases(
  resolution: Resolution,
  question: Question,
  { names, ask }: FollowOptions,
): Promise<Followed> {
  let answers = resolution.answers;
  let { rcode } = resolution;
  for (let followed = 0; followed < maxAliases; followed++) {
    const alias = answers.at(-1);
    if (question.type === 'CNAME' || alias?.type !== 'CNAME') break;
    const next = { ...question, name: alias.data };
    const inside = resolveClusterName(next, names);
    if (!inside) return { ...resolution, ...(await outside(next, answers, ask)) };
    answers = [...answers, ...inside.answers];
    rcode = inside.rcode;
  }
  return { ...resolution, rcode, answers };
}

async function outside(question: Question, answers: readonly Answer[], ask: FollowOptions['ask']) {
  const query = encode({ type: 'query', id: 0, flags: RECURSION_DESIRED, questions: [question] });
  const reply = decode(await ask(query, decode(query)));
  const code = (reply.flags ?? 0) & 0xf;
  const rcode = code === 0 ? 'NOERROR' : code === 3 ? 'NXDOMAIN' : 'SERVFAIL';
  return { rcode, answers: [...answers, ...(reply.answers ?? [])] } as const;
}
