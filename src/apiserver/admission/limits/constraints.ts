import { podTotals } from '../../../api/core/pod-requests.ts';
import { entryOf } from '../../../api/entry-of.ts';
import { compareQuantities, formatQuantity, parseQuantity } from '../../../api/quantity/quantity.ts';
import type {
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
} from '../../../api/schema/generated/types/core-v1.ts';

/** kubernetes.io/docs/concepts/policy/limit-range: what a pod or a claim has too much or too little of. */

type Amounts = Readonly<Record<string, string>>;

/** What one container, pod or claim says. */
interface Stated {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

export function podFaults({ spec }: LimitRange, pod: Pod): string[] {
  return (spec?.limits ?? []).flatMap((item) => {
    if (!pod.spec) return [];
    if (item.type === 'Pod') return faults(item, podAmounts(pod.spec));
    if (item.type !== 'Container') return [];
    const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
    return containers.flatMap(({ resources }) =>
      faults(item, { requests: resources?.requests ?? {}, limits: resources?.limits ?? {} }),
    );
  });
}

function podAmounts(spec: PodSpec): Stated {
  return { requests: podTotals(spec, 'requests'), limits: podTotals(spec, 'limits') };
}

export function claimFaults({ spec }: LimitRange, claim: PersistentVolumeClaim): string[] {
  const requests = claim.spec?.resources?.requests ?? {};
  return (spec?.limits ?? [])
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap((item) => [
      ...each(item.min, (name, bound) => tooLittle(item, [name, bound], { requests, limits: {} })),
      ...each(item.max, (name, bound) => requestTooLarge(item, [name, bound], entryOf(requests, name))),
    ]);
}

function faults(item: LimitRangeItem, stated: Stated): string[] {
  return [
    ...each(item.min, (name, bound) => tooLittle(item, [name, bound], stated)),
    ...each(item.max, (name, bound) => tooMuch(item, [name, bound], stated)),
    ...each(item.maxLimitRequestRatio, (name, bound) => tooFar(item, [name, bound], stated)),
  ];
}

type Bound = readonly [name: string, bound: string];

function each(bounds: Amounts | undefined, check: (name: string, bound: string) => string | undefined): string[] {
  return Object.entries(bounds ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, bound]) => check(name, bound) ?? []);
}

const text = (quantity: string) => formatQuantity(parseQuantity(quantity));

function tooLittle({ type }: LimitRangeItem, [name, bound]: Bound, { requests, limits }: Stated): string | undefined {
  const rule = `minimum ${name} usage per ${type} is ${text(bound)}`;
  const request = entryOf(requests, name);
  const limit = entryOf(limits, name);
  if (request === undefined) return `${rule}.  No request is specified`;
  if (compareQuantities(request, bound) < 0) return `${rule}, but request is ${text(request)}`;
  if (limit !== undefined && compareQuantities(limit, bound) < 0) return `${rule}, but limit is ${text(limit)}`;
  return undefined;
}

function tooMuch(item: LimitRangeItem, [name, bound]: Bound, { requests, limits }: Stated): string | undefined {
  const rule = `maximum ${name} usage per ${item.type} is ${text(bound)}`;
  const limit = entryOf(limits, name);
  if (limit === undefined) return `${rule}.  No limit is specified`;
  if (compareQuantities(limit, bound) > 0) return `${rule}, but limit is ${text(limit)}`;
  const request = entryOf(requests, name);
  return request === undefined ? undefined : requestTooLarge(item, [name, bound], request);
}

function requestTooLarge({ type }: LimitRangeItem, [name, bound]: Bound, request?: string): string | undefined {
  const rule = `maximum ${name} usage per ${type} is ${text(bound)}`;
  if (request === undefined) return `${rule}.  No request is specified`;
  return compareQuantities(request, bound) > 0 ? `${rule}, but request is ${text(request)}` : undefined;
}

function tooFar({ type }: LimitRangeItem, [name, bound]: Bound, { requests, limits }: Stated): string | undefined {
  const rule = `${name} max limit to request ratio per ${type} is ${text(bound)}`;
  const request = parseQuantity(entryOf(requests, name) ?? '0').nano;
  const limit = parseQuantity(entryOf(limits, name) ?? '0').nano;
  if (request === 0n) return `${rule}, but no request is specified or request is 0`;
  if (limit === 0n) return `${rule}, but no limit is specified or limit is 0`;
  const ratio = Number(limit) / Number(request);
  const allowed = Number(parseQuantity(bound).nano) / 1e9;
  return ratio > allowed ? `${rule}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}
