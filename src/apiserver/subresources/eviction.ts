import { pod as podKind } from '../../api/core/pod.ts';
import { type Draft, formatTime, type KubeObject, type ObjectRef } from '../../api/object.ts';
import { podDisruptionBudget } from '../../api/policy/pod-disruption-budget.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { Eviction, PodDisruptionBudget } from '../../api/schema/generated/types/policy-v1.ts';
import { labelSelectorOf } from '../../api/selectors/label-selector.ts';
import { ApiError, badRequest, forbidden } from '../../api/status.ts';
import type { DeleteOptions } from '../../client/client.ts';
import type { Registry, RequestContext } from '../contract.ts';
import { writeContext } from '../http/write-context.ts';
import { isRecord, readTyped } from '../routes/decode.ts';
import { optionsOf } from '../routes/delete-options.ts';
import type { ObjectRoutes } from '../routes/objects.ts';
import type { ResourceHandler } from '../routes/router.ts';
import { evictionBody } from './bodies.ts';
import { sendSuccess } from './status-answer.ts';

/** Upstream's bound on pods that a budget remembers as being evicted. */
const mostDisruptedPods = 2000;

/** POST pods/{name}/eviction: a deletion that asks the pod's disruption budget first (kubernetes.io/docs/concepts/scheduling-eviction/api-eviction). */
export function evictionHandler(routes: ObjectRoutes): ResourceHandler {
  return async (request) => {
    const { namespace, name } = request.info;
    const eviction = await readTyped(request, evictionBody, writeContext(request, 'CreateOptions'));
    if (eviction.metadata?.name && eviction.metadata.name !== name)
      throw badRequest('name in URL does not match name in Eviction object');
    const given: unknown = eviction.deleteOptions ?? {};
    const query = request.query.get('dryRun') ? { dryRun: request.query.all('dryRun') } : {};
    const { options, context } = optionsOf(request, isRecord(given) ? { ...query, ...given } : query);
    const ref = { namespace, name };
    await admitEviction(routes.registry, ref, eviction, context);
    await evict(routes, ref, options, context);
    await sendSuccess(request);
  };
}

/** Throws what a plugin throws. */
export async function admitEviction(
  registry: Registry,
  ref: ObjectRef,
  eviction: Eviction,
  context: RequestContext,
): Promise<void> {
  const object = { ...eviction, metadata: { ...ref, ...eviction.metadata } } as Eviction & KubeObject;
  const target = { ...ref, subresource: 'eviction' };
  await registry.admit(podKind, target, { operation: 'CREATE', body: evictionBody, object }, context);
}

/** Deletes a pod if its disruption budget has room. Throws ApiError `TooManyRequests` when it has none. */
export async function evict(
  parts: Pick<ObjectRoutes, 'registry' | 'clock'>,
  ref: ObjectRef,
  options: DeleteOptions,
  context: RequestContext,
): Promise<void> {
  const { object: pod } = await parts.registry.get(podKind, ref, context);
  if (!ignoresBudgets(pod)) await takeFromBudget(parts, pod, context);
  await parts.registry.delete(podKind, ref, options, context, { admitted: true });
}

/** Pods that give no service are evicted at once. */
function ignoresBudgets({ metadata, status }: Pod): boolean {
  const phase = status?.phase;
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || metadata.deletionTimestamp !== undefined;
}

async function takeFromBudget(
  routes: Pick<ObjectRoutes, 'registry' | 'clock'>,
  pod: Pod,
  context: RequestContext,
): Promise<void> {
  const namespace = pod.metadata.namespace ?? '';
  const { entries } = await routes.registry.list(podDisruptionBudget, { namespace }, context);
  const budgets = entries.map(({ object }) => object).filter((budget) => covers(budget, pod));
  if (budgets.length > 1)
    throw new ApiError(
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  const [budget] = budgets;
  if (!budget || !needsBudget(budget, pod)) return;
  const podName = pod.metadata.name ?? '';
  const evictedAt = formatTime(routes.clock.now());
  await routes.registry.modify(
    podDisruptionBudget,
    { namespace, name: budget.metadata.name ?? '', subresource: 'status' },
    (draft, old) => takeOne(draft, old, { podName, evictedAt }),
    context,
    { admitted: true },
  );
}

function covers({ spec }: PodDisruptionBudget, pod: Pod): boolean {
  return spec?.selector !== undefined && labelSelectorOf(spec.selector).matches(pod.metadata.labels);
}

/** A pod that is not ready counts for nothing, if the budget says so or is met without it. */
function needsBudget({ spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  const ready = pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  if (ready) return true;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return false;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return !(currentHealthy >= desiredHealthy && desiredHealthy > 0);
}

/** Counts one disruption. Throws ApiError `TooManyRequests` when none is allowed. */
function takeOne(
  draft: Draft<PodDisruptionBudget>,
  old: PodDisruptionBudget,
  { podName, evictedAt }: { readonly podName: string; readonly evictedAt: string },
): void {
  const name = old.metadata.name ?? '';
  const status = draft.status;
  if (!status || (status.observedGeneration ?? 0) < (old.metadata.generation ?? 0))
    throw violates(`The disruption budget ${name} is still being processed by the server.`, 10);
  const refuse = (why: string) => forbidden({ group: 'policy', plural: 'poddisruptionbudgets' }, name, why);
  const allowed = status.disruptionsAllowed ?? 0;
  if (allowed < 0) throw refuse('pdb disruptions allowed is negative');
  if (Object.keys(status.disruptedPods ?? {}).length > mostDisruptedPods)
    throw refuse(`DisruptedPods map too big - too many evictions not confirmed by PDB controller`);
  if (allowed === 0)
    throw violates(
      `The disruption budget ${name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`,
    );
  status.disruptionsAllowed = allowed - 1;
  if (allowed === 1)
    status.conditions = (status.conditions ?? []).map((condition) =>
      condition.type === 'DisruptionAllowed'
        ? { ...condition, status: 'False', reason: 'InsufficientPods', lastTransitionTime: evictedAt }
        : condition,
    );
  status.disruptedPods = { ...status.disruptedPods, [podName]: evictedAt };
}

function violates(why: string, retryAfterSeconds?: number): ApiError {
  return new ApiError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message: why }],
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}
