import type { Kind } from '../../../api/kind.ts';
import type { Draft, KubeObject, ObjectKey } from '../../../api/object.ts';
import type { Entry } from '../../contract.ts';
import { deepFreeze } from '../json.ts';
import { encodeStored, servedForm, storedHead } from './stored-form.ts';

/** One stored object, held once. The parsed form is made when first asked for, and dropped when nobody asks for a while. */
export class CachedEntry implements Entry {
  readonly kind: Kind;
  readonly key: ObjectKey;
  readonly revision: number;
  #json: Buffer;
  /** What was stored may be of an older schema of a custom resource: looked at before it is first shown. */
  #isRead: boolean;
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
    this.#json = options.json;
    this.#isRead = options.object !== undefined || !options.kind.readStored;
    this.#freeze = options.freeze;
    this.#object = options.object && options.freeze ? deepFreeze(options.object) : options.object;
  }

  /** As it was stored, or shown last. */
  get raw(): Buffer {
    return this.#json;
  }

  get json(): Buffer {
    if (!this.#isRead) this.#read();
    return this.#json;
  }

  #read(): void {
    this.#isRead = true;
    const object = JSON.parse(this.#json.toString('utf8')) as Draft<KubeObject>;
    if (!this.kind.readStored?.(object)) return;
    const value = encodeStored(this.kind, object as KubeObject);
    this.#json = servedForm(Buffer.from(storedHead(this.kind)), value, this.revision);
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
