import { NotYet } from './errors.ts';
import type { Action, PodMemory, Setback } from './types.ts';

/** What a worker remembers of actions that went well, and of those that did not and are waited for. Pure. */

export const firstRetryMs = 1_000;
const longestRetryMs = 30_000;
/** Setbacks that end when the image is there. */
const imageReasons = new Set(['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName']);

/** The container that an action is about. */
export function containerOf(action: Action): string | undefined {
  return 'container' in action ? action.container.name : undefined;
}

export function afterSuccess(memory: PodMemory, action: Action): PodMemory {
  switch (action.type) {
    case 'prepareVolumes':
      return omit({ ...memory, volumes: 'ready' }, 'volumesSetback');
    case 'createSandbox':
      return omit(memory, 'sandboxSetback');
    case 'ensureImage': {
      const { name } = action.container;
      const images = new Set(memory.images).add(name);
      // A start that failed is still to be waited for longer and longer: each of them looks for the image first.
      const healed = imageReasons.has(memory.containerSetbacks.get(name)?.reason ?? '');
      const containerSetbacks = healed ? without(memory.containerSetbacks, name) : memory.containerSetbacks;
      return { ...memory, images, containerSetbacks };
    }
    case 'startContainer': {
      const { name } = action.container;
      // The next start looks for the image again: the pull policy may want it, or it may have been removed.
      return { ...withoutImage(memory, name), containerSetbacks: without(memory.containerSetbacks, name) };
    }
    case 'cleanUp':
      return { ...memory, cleaned: true, volumes: 'missing' };
    default:
      return memory;
  }
}

/** Undefined: the action has no setback of its own (stopping, removing). */
export function afterFailure(
  memory: PodMemory,
  action: Action,
  failure: { readonly error: Error; readonly nowMs: number },
): PodMemory | undefined {
  if (action.type === 'prepareVolumes') return { ...memory, volumesSetback: setback(memory.volumesSetback, failure) };
  if (action.type === 'createSandbox') return { ...memory, sandboxSetback: setback(memory.sandboxSetback, failure) };
  const name = containerOf(action);
  if (name === undefined) return undefined;
  const containerSetbacks = new Map(memory.containerSetbacks);
  containerSetbacks.set(name, setback(containerSetbacks.get(name), failure));
  return { ...(action.type === 'startContainer' ? withoutImage(memory, name) : memory), containerSetbacks };
}

/** What was missing may be there now: configuration and volumes. */
export function withoutConfigSetbacks(memory: PodMemory): PodMemory {
  return dropped(omit(memory, 'volumesSetback'), (reason) => reason === 'CreateContainerConfigError');
}

/** There are more images now. */
export function withoutImageSetbacks(memory: PodMemory): PodMemory {
  return dropped(memory, (reason) => imageReasons.has(reason));
}

function setback(
  old: Setback | undefined,
  { error, nowMs }: { readonly error: Error; readonly nowMs: number },
): Setback {
  const failures = (old?.failures ?? 0) + 1;
  const usualMs = Math.min(firstRetryMs * 2 ** (failures - 1), longestRetryMs);
  const retryAtMs = nowMs + (error instanceof NotYet ? (error.retryAfterMs ?? usualMs) : usualMs);
  const reason = error instanceof NotYet ? error.reason : 'InternalError';
  return { reason, message: error.message, failures, retryAtMs };
}

function dropped(memory: PodMemory, which: (reason: string) => boolean): PodMemory {
  const kept = [...memory.containerSetbacks].filter(([, { reason }]) => !which(reason));
  return { ...memory, containerSetbacks: new Map(kept) };
}

function withoutImage(memory: PodMemory, name: string): PodMemory {
  const images = new Set(memory.images);
  images.delete(name);
  return { ...memory, images };
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}

function omit(memory: PodMemory, key: 'volumesSetback' | 'sandboxSetback'): PodMemory {
  const { [key]: _, ...rest } = memory;
  return rest;
}
