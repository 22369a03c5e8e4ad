import { jsonType } from '../schema/json-syntax.ts';
import { ApiError, badRequest } from '../status.ts';
import { isJson, jsonEqual, type MutableJson, own, refuseDeep, setOwn } from './record.ts';

/** JSON patch (RFC 6902) with upstream's limits. */

const maxOperations = 10_000;
/** How much all `copy` operations of a patch may add, so that a short patch cannot grow an object without bound. */
const maxCopyBytes = 3 * 1024 * 1024;
/**
 * How many items all insertions and removals of a patch may move: what a quarter of a second lasts. Only thousands of operations
 * on a list of many ten thousands come near, and nobody else gets a turn meanwhile.
 */
const mostMovedItems = 500_000_000;

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/**
 * Applies the operations in order to a new value; `current` and `patch` stay as they are, and unchanged parts are
 * shared with `current`. Throws ApiError: `BadRequest` for what is no patch, `RequestEntityTooLarge` for too many
 * operations, `Invalid` for one that does not apply (its reason is the error's cause).
 */
export function jsonPatch(current: unknown, patch: unknown): unknown {
  const operations = readOperations(patch);
  refuseDeep(patch);
  const run = new Run(current);
  try {
    for (const operation of operations) run.apply(operation);
  } catch (error) {
    if (!(error instanceof DoesNotApply)) throw error;
    const message = 'the server rejected our request due to an error in our request';
    throw new ApiError('Invalid', message, undefined, { cause: error });
  }
  // Copies and moves can nest what was flat.
  refuseDeep(run.document);
  return run.document;
}

class DoesNotApply extends Error {}

function readOperations(patch: unknown): readonly Operation[] {
  if (!Array.isArray(patch))
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonType(patch)} into Go value of type jsonpatch.Patch`,
    );
  if (patch.length > maxOperations)
    throw new ApiError(
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`,
    );
  return patch.map((operation: unknown) => {
    if (!isJson(operation))
      throw badRequest(
        `error decoding patch: json: cannot unmarshal ${jsonType(operation)} into Go value of type jsonpatch.Operation`,
      );
    const { op, path, from } = operation;
    if (typeof op !== 'string' || typeof path !== 'string' || (from !== undefined && typeof from !== 'string'))
      throw badRequest('error decoding patch: op, path and from must be strings');
    return { op, path, ...(from !== undefined && { from }), value: own(operation, 'value') };
  });
}

/** One patch being applied. Containers are copied when first written; `#fresh` knows which are ours already. */
class Run {
  document: unknown;
  readonly #fresh = new WeakSet<object>();
  #copiedBytes = 0;
  #movedItems = 0;

  constructor(document: unknown) {
    this.document = document;
  }

  apply({ op, path, from, value }: Operation): void {
    switch (op) {
      case 'add':
        this.#add(path, value ?? null);
        break;
      case 'remove':
        this.#remove(path, 'remove');
        break;
      case 'replace':
        if (path !== '') this.#read(path, 'replace');
        this.#replace(path, value ?? null);
        break;
      case 'move': {
        if (from === undefined) throw new DoesNotApply('move operation has no from');
        if (path.startsWith(`${from}/`)) throw new DoesNotApply(`cannot move ${from} into itself`);
        const moved = this.#read(from, 'move');
        this.#remove(from, 'move');
        this.#add(path, moved);
        break;
      }
      case 'copy': {
        if (from === undefined) throw new DoesNotApply('copy operation has no from');
        const copied = this.#read(from, 'copy');
        this.#copiedBytes += JSON.stringify(copied)?.length ?? 0;
        if (this.#copiedBytes > maxCopyBytes)
          throw new DoesNotApply(
            `Unable to complete the copy, the accumulated size increase of copy is ${this.#copiedBytes}, exceeding the limit ${maxCopyBytes}`,
          );
        this.#add(path, structuredClone(copied));
        break;
      }
      case 'test': {
        const present = path === '' ? this.document : this.#find(path);
        if (!jsonEqual(present ?? null, value ?? null)) throw new DoesNotApply(`testing value ${path} failed`);
        break;
      }
      default:
        throw new DoesNotApply(`Unexpected kind: ${op}`);
    }
  }

  #find(path: string): unknown {
    let value = this.document;
    for (const part of split(path)) {
      if (Array.isArray(value)) value = value[indexIn(value, part, path)];
      else if (isJson(value)) value = own(value, part);
      else return undefined;
    }
    return value;
  }

  #read(path: string, verb: string): unknown {
    const value = this.#find(path);
    if (value === undefined) throw new DoesNotApply(`${verb} operation does not apply: doc is missing key: ${path}`);
    return value;
  }

  /** The container that `path` points into, made ours on the way, and the last part of the path. */
  #parent(path: string, verb: string): { readonly container: MutableJson | unknown[]; readonly last: string } {
    const parts = split(path);
    const last = parts.pop() ?? '';
    let container = this.#ours(this.document, path, verb);
    this.document = container;
    for (const part of parts) {
      if (Array.isArray(container)) {
        const at = indexIn(container, part, path);
        const child = this.#ours(container[at], path, verb);
        container[at] = child;
        container = child;
      } else {
        const child = this.#ours(own(container, part), path, verb);
        setOwn(container, part, child);
        container = child;
      }
    }
    return { container, last };
  }

  #ours(value: unknown, path: string, verb: string): MutableJson | unknown[] {
    if (typeof value !== 'object' || value === null)
      throw new DoesNotApply(`${verb} operation does not apply: doc is missing path: ${path}`);
    if (this.#fresh.has(value)) return value as MutableJson | unknown[];
    const copy = Array.isArray(value) ? [...value] : { ...value };
    this.#fresh.add(copy);
    return copy;
  }

  #add(path: string, value: unknown): void {
    if (path === '') {
      this.document = value;
      return;
    }
    const { container, last } = this.#parent(path, 'add');
    if (!Array.isArray(container)) setOwn(container, last, value);
    else if (last === '-') container.push(value);
    else this.#splice(container, indexIn(container, last, path, 1), value);
  }

  /** Puts these items, or none in place of one, into a list. */
  #splice(list: unknown[], at: number, ...items: readonly unknown[]): void {
    this.#movedItems += list.length - at;
    if (this.#movedItems > mostMovedItems)
      throw new ApiError('RequestEntityTooLarge', 'Request entity too large: the patch moves too many items of lists');
    list.splice(at, items.length === 0 ? 1 : 0, ...items);
  }

  #replace(path: string, value: unknown): void {
    if (path === '') {
      this.document = value;
      return;
    }
    const { container, last } = this.#parent(path, 'replace');
    if (Array.isArray(container)) container[indexIn(container, last, path)] = value;
    else setOwn(container, last, value);
  }

  #remove(path: string, verb: string): void {
    if (path === '') throw new DoesNotApply(`${verb} operation does not apply: the whole document cannot be removed`);
    const { container, last } = this.#parent(path, verb);
    if (Array.isArray(container)) this.#splice(container, indexIn(container, last, path));
    else if (!Object.hasOwn(container, last))
      throw new DoesNotApply(`${verb} operation does not apply: Unable to remove nonexistent key: ${last}`);
    else delete container[last];
  }
}

function split(path: string): string[] {
  if (path !== '' && !path.startsWith('/')) throw new DoesNotApply(`path must start with a slash: ${path}`);
  return path
    .split('/')
    .slice(1)
    .map((part) => (part.includes('~') ? part.replaceAll('~1', '/').replaceAll('~0', '~') : part));
}

/** Negative numbers count from the end, as upstream's library has it. `room` is 1 where one past the end may be meant. */
function indexIn(list: readonly unknown[], part: string, path: string, room = 0): number {
  const index = /^-?(0|[1-9][0-9]*)$/.test(part) ? Number(part) : Number.NaN;
  const at = index < 0 ? index + list.length + room : index;
  if (at >= 0 && at < list.length + room) return at;
  throw new DoesNotApply(`Unable to access invalid index: ${part} in ${path}`);
}
