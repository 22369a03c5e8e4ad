import type { KubeObject } from '../../api/object.ts';
import { ApiError, isApiError } from '../../api/status.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { ListResult, WatchEvent } from '../client.ts';
import { type ReflectorAction, type ReflectorInput, startReflector, stepReflector } from './reflector-state.ts';
import type { RemoteView } from './remote-view.ts';

/** What a view follows: the two calls, with its kind and selectors in them. */
export interface ReflectorSource<T extends KubeObject> {
  /** For log lines: the plural of the kind. */
  readonly resource: string;
  list(options: {
    readonly limit: number;
    readonly continue?: string;
    readonly signal: AbortSignal;
  }): Promise<ListResult<T>>;
  watch(options: { readonly resourceVersion: string; readonly signal: AbortSignal }): AsyncIterable<WatchEvent<T>>;
}

const pageLimit = 500;

/** Keeps a view at the server's state until the signal aborts: carries out what the state machine says. */
export async function runReflector<T extends KubeObject>(
  view: RemoteView<T>,
  source: ReflectorSource<T>,
  { clock, log, signal }: { readonly clock: Clock; readonly log: Logger; readonly signal: AbortSignal },
): Promise<void> {
  let { state, actions } = startReflector();
  const step = (input: ReflectorInput): readonly ReflectorAction[] => {
    const next = stepReflector(state, input);
    state = next.state;
    for (const action of next.actions) {
      if (action.type === 'replace') view.replace(action.items as readonly T[]);
      else if (action.type === 'apply' && action.event === 'DELETED') view.remove(action.object as T);
      else if (action.type === 'apply') view.put(action.object as T);
    }
    return next.actions;
  };
  while (!signal.aborted) {
    const action = actions.find(({ type }) => type === 'list' || type === 'watch' || type === 'wait');
    if (!action) throw new Error(`the reflector of ${source.resource} has nothing to do in state ${state.name}`);
    try {
      actions = await carryOut(action, { source, clock, signal, step });
    } catch (error) {
      if (signal.aborted) return;
      const expired = isApiError(error, 'Expired', 'Gone');
      if (isApiError(error, 'Forbidden', 'Unauthorized')) view.fail(error);
      if (!expired) log.warn('lost sight of the server', { resource: source.resource, error: toError(error) });
      actions = step({ type: 'failed', expired });
    }
  }
}

async function carryOut<T extends KubeObject>(
  action: ReflectorAction,
  run: {
    readonly source: ReflectorSource<T>;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly step: (input: ReflectorInput) => readonly ReflectorAction[];
  },
): Promise<readonly ReflectorAction[]> {
  const { source, clock, signal, step } = run;
  if (action.type === 'wait') {
    await sleep(clock, action.ms * (0.8 + Math.random() * 0.4), signal); // so that clients do not come back together
    return step({ type: 'elapsed' });
  }
  if (action.type === 'list') {
    const page = await source.list({ limit: pageLimit, signal, ...(action.continue && { continue: action.continue }) });
    return step({ type: 'page', ...page });
  }
  if (action.type !== 'watch') throw new Error(`not a call: ${action.type}`);
  for await (const { type, object } of source.watch({ resourceVersion: action.resourceVersion, signal })) {
    const { resourceVersion } = object.metadata;
    if (!resourceVersion)
      throw new ApiError('InternalError', `a watch event of ${source.resource} has no resourceVersion`);
    step(
      type === 'BOOKMARK'
        ? { type: 'bookmark', resourceVersion }
        : { type: 'event', event: type, object, resourceVersion },
    );
  }
  signal.throwIfAborted();
  return step({ type: 'ended' });
}
