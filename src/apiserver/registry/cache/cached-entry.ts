import type { Kind } from '../../../api/kind.ts';
import type { KubeObject, ObjectKey } from '../../../api/object.ts';
import type { Entry } from '../../contract.ts';
import { deepFreeze } from '../json.ts';

/** One stored object, held once. The parsed form is made when first asked for, and dropped when nobody asks for a while. */
export class CachedEntry implements Entry {
  readonly kind: Kind;
  readonly key: ObjectKey;
  readonly revision: number;
  readonly json: Buffer;
  readonly #freeze: boolean;
  #object: KubeObject | undefined;
  #used = true;

  constructor(options: {
    readonly kind: Kind;
    readonly key: ObjectKey;
    readonly revision: number;
    readonly json: Buffer;
    /** The parsed form, if the caller has it anyway; given away. */
    readonly object?: KubeObject | undefined;
    readonly freeze: boolean;
  }) {
    this.kind = options.kind;
    this.key = options.key;
    this.revision = options.revision;
    this.json = options.json;
    this.#freeze = options.freeze;
    this.#object = options.object && options.freeze ? deepFreeze(options.object) : options.object;
  }

  get object(): KubeObject {
    this.#used = true;
    this.#object ??= this.#parse();
    return this.#object;
  }

  #parse(): KubeObject {
    const object = JSON.parse(this.json.toString('utf8')) as KubeObject;
    return this.#freeze ? deepFreeze(object) : object;
  }

  /** Drops the parsed form if nobody asked for it since the last call. */
  dropIfUnused(): void {
    if (!this.#used) this.#object = undefined;
    this.#used = false;
  }
}
