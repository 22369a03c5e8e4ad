import { isJson } from '../record.ts';

/** What tells two items of a list apart: a scalar itself, or the value of a map's merge key. */
export type Identity = (item: unknown) => unknown;

export function identityBy(mergeKey: string | undefined): Identity {
  return (item) => (mergeKey !== undefined && isJson(item) ? item[mergeKey] : item);
}

function positions(order: readonly unknown[], identity: Identity): Map<unknown, number> {
  const at = new Map<unknown, number>();
  order.forEach((item, index) => {
    if (!at.has(identity(item))) at.set(identity(item), index);
  });
  return at;
}

function sortBy(items: readonly unknown[], at: ReadonlyMap<unknown, number>, identity: Identity): unknown[] {
  const rank = (item: unknown) => at.get(identity(item)) ?? -1;
  return [...items].sort((a, b) => rank(a) - rank(b));
}

/**
 * Orders a merged list: items that the patch names stand as `patchOrder` says, the others as on the server, and the two
 * are interleaved so that the server's order holds where it says something about both.
 */
export function orderMerged(
  merged: readonly unknown[],
  patchOrder: readonly unknown[],
  serverOrder: readonly unknown[],
  identity: Identity,
): unknown[] {
  const patchAt = positions(patchOrder, identity);
  const serverAt = positions(serverOrder, identity);
  const named = sortBy(
    merged.filter((item) => patchAt.has(identity(item))),
    patchAt,
    identity,
  );
  const others = sortBy(
    merged.filter((item) => !patchAt.has(identity(item))),
    serverAt,
    identity,
  );
  const result: unknown[] = [];
  let left = 0;
  let right = 0;
  while (left < others.length && right < named.length) {
    const otherAt = serverAt.get(identity(others[left])) ?? -1;
    const namedAt = serverAt.get(identity(named[right])) ?? -1;
    const otherFirst = otherAt >= 0 && namedAt >= 0 && otherAt < namedAt;
    result.push(otherFirst ? others[left++] : named[right++]);
  }
  return [...result, ...others.slice(left), ...named.slice(right)];
}
