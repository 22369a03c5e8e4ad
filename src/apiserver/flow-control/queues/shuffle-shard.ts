import { createHash } from 'node:crypto';

/** A number below 2^52 that stands for a flow: one user's, or one namespace's, requests of one FlowSchema. */
export function flowHash(schema: string, distinguisher: string): number {
  const digest = createHash('sha256').update(schema).update('\0').update(distinguisher).digest();
  return digest.readUIntBE(0, 6) * 16 + ((digest[6] ?? 0) & 15);
}

/**
 * Deals `handSize` different queues of `deckSize` to a flow, by its hash: always the same ones. Two flows rarely share
 * their whole hand, so that one that fills all of its queues leaves most others some queue that is free.
 */
export function dealHand(hash: number, deckSize: number, handSize: number): number[] {
  const hand: number[] = [];
  let rest = hash;
  for (let dealt = 0; dealt < Math.min(handSize, deckSize); dealt++) {
    const left = deckSize - dealt;
    let card = rest % left;
    rest = Math.floor(rest / left);
    // The card's place among those that are left, to its place in the whole deck.
    for (const taken of [...hand].sort((a, b) => a - b)) if (card >= taken) card++;
    hand.push(card);
  }
  return hand;
}
