/** How a remote view follows the server: list page by page, then watch; list again when the past is gone. No I/O, no clock. */
export type ReflectorState =
  | { readonly name: 'listing'; readonly items: readonly unknown[]; readonly failures: number }
  | { readonly name: 'watching'; readonly resourceVersion: string; readonly failures: number }
  /** Waits before it lists (no resourceVersion) or watches again. */
  | { readonly name: 'waiting'; readonly resourceVersion: string | undefined; readonly failures: number };

export type ReflectorInput =
  | {
      readonly type: 'page';
      readonly items: readonly unknown[];
      readonly resourceVersion: string;
      readonly continue?: string;
    }
  | {
      readonly type: 'event';
      readonly event: 'ADDED' | 'MODIFIED' | 'DELETED';
      readonly object: unknown;
      readonly resourceVersion: string;
    }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  /** The server closed the watch in peace. */
  | { readonly type: 'ended' }
  /** `expired`: what was asked for is gone from the server's memory (410). */
  | { readonly type: 'failed'; readonly expired: boolean }
  | { readonly type: 'elapsed' };

export type ReflectorAction =
  | { readonly type: 'list'; readonly continue?: string }
  | { readonly type: 'watch'; readonly resourceVersion: string }
  | { readonly type: 'wait'; readonly ms: number }
  /** The view's content from now on, all at once. */
  | { readonly type: 'replace'; readonly items: readonly unknown[] }
  | { readonly type: 'apply'; readonly event: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: unknown };

export interface ReflectorStep {
  readonly state: ReflectorState;
  readonly actions: readonly ReflectorAction[];
}

const firstWaitMs = 500;
const longestWaitMs = 30_000;

export function startReflector(): ReflectorStep {
  return { state: { name: 'listing', items: [], failures: 0 }, actions: [{ type: 'list' }] };
}

/** The next state, and what to do. Inputs that do not belong to the state are ignored: they were on their way. */
export function stepReflector(state: ReflectorState, input: ReflectorInput): ReflectorStep {
  switch (state.name) {
    case 'listing':
      if (input.type === 'page') return onPage(state, input);
      if (input.type === 'failed') return input.expired ? startOver(state.failures) : wait(state.failures, undefined);
      return ignore(state);
    case 'watching':
      return onWatch(state, input);
    case 'waiting': {
      if (input.type !== 'elapsed') return ignore(state);
      const { resourceVersion, failures } = state;
      if (resourceVersion === undefined)
        return { state: { name: 'listing', items: [], failures }, actions: [{ type: 'list' }] };
      return { state: { name: 'watching', resourceVersion, failures }, actions: [{ type: 'watch', resourceVersion }] };
    }
  }
}

/** Failures are forgotten by the first event or bookmark only: a watch that expires at once must not list without end. */
function onPage(
  { items: before, failures }: Extract<ReflectorState, { name: 'listing' }>,
  page: Extract<ReflectorInput, { type: 'page' }>,
): ReflectorStep {
  const items = before.length === 0 ? page.items : [...before, ...page.items];
  if (page.continue)
    return { state: { name: 'listing', items, failures }, actions: [{ type: 'list', continue: page.continue }] };
  const { resourceVersion } = page;
  return {
    state: { name: 'watching', resourceVersion, failures },
    actions: [
      { type: 'replace', items },
      { type: 'watch', resourceVersion },
    ],
  };
}

function onWatch(state: Extract<ReflectorState, { name: 'watching' }>, input: ReflectorInput): ReflectorStep {
  switch (input.type) {
    case 'event': {
      const { event, object, resourceVersion } = input;
      return { state: { name: 'watching', resourceVersion, failures: 0 }, actions: [{ type: 'apply', event, object }] };
    }
    case 'bookmark':
      return { state: { name: 'watching', resourceVersion: input.resourceVersion, failures: 0 }, actions: [] };
    case 'ended':
      // A server that closes each watch at once must not be asked without end.
      return wait(state.failures, state.resourceVersion);
    case 'failed':
      return input.expired ? startOver(state.failures) : wait(state.failures, state.resourceVersion);
    default:
      return ignore(state);
  }
}

/** At once the first time; with growing waits where it goes on. */
function startOver(failures: number): ReflectorStep {
  if (failures > 0) return wait(failures, undefined);
  return { state: { name: 'listing', items: [], failures: 1 }, actions: [{ type: 'list' }] };
}

function wait(failures: number, resourceVersion: string | undefined): ReflectorStep {
  const ms = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures, 10));
  return { state: { name: 'waiting', resourceVersion, failures: failures + 1 }, actions: [{ type: 'wait', ms }] };
}

function ignore(state: ReflectorState): ReflectorStep {
  return { state, actions: [] };
}
