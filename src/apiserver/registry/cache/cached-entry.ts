import type { Kind } from '../../../api/kind.ts';
import type { Draft, KubeObject, ObjectKey } from '../../../api/object.ts';
import { parseJson } from '../../../api/schema/exact-json.ts';
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
  #isRewritten = false;
  readonly #freeze: boolean;
  #object: KubeObject | undefined;
  #used = false;
  /** As kinds show it that somebody else converts; those that nobody asked for lately go. */
  #forms: Map<Kind, CachedEntry> | undefined;

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

  /** What was stored is not what is shown: a custom resource's schema, or version, has changed. Known once it was shown. */
  get isRewritten(): boolean {
    return this.#isRewritten;
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
    const object = parseJson(this.#json.toString('utf8')) as Draft<KubeObject>;
    if (!this.kind.readStored?.(object)) return;
    this.#isRewritten = true;
    // It may lie in another version, which somebody else converts.
    const as = { kind: this.kind.kind, apiVersion: object.apiVersion ?? this.kind.apiVersion };
    const value = encodeStored(as, object as KubeObject);
    this.#json = servedForm(Buffer.from(storedHead(as)), value, this.revision);
  }

  get object(): KubeObject {
    this.#used = true;
    this.#object ??= this.#parse();
    return this.#object;
  }

  /** The same for those who are told of a change as it happens, or look at all there is: they do not count, as most of that is not asked for again soon. */
  get glimpse(): KubeObject {
    this.#object ??= this.#parse();
    return this.#object;
  }

  /** Something newer has taken its place: only late watchers may still want the parsed form, and can have it made again. */
  retire(): void {
    this.#object = undefined;
  }

  /** Drops the parsed form that the writer, or a look at all, left, unless somebody has asked for it meanwhile. */
  settle(): void {
    if (!this.#used) this.#object = undefined;
  }

  #parse(): KubeObject {
    const object = parseJson(this.json.toString('utf8')) as KubeObject;
    return this.#freeze ? deepFreeze(object) : object;
  }

  /** In another version, if it was converted lately. */
  form(kind: Kind): CachedEntry | undefined {
    const form = this.#forms?.get(kind);
    if (form) form.#used = true;
    return form;
  }

  keepForm(kind: Kind, form: CachedEntry): void {
    this.#forms ??= new Map();
    this.#forms.set(kind, form);
  }

  /** The same fields under another version's name: for bookmarks, which have no others. */
  inVersion(kind: Kind): CachedEntry {
    const { key, revision, object } = this;
    const json = Buffer.from(JSON.stringify({ ...object, kind: kind.kind, apiVersion: kind.apiVersion }));
    return new CachedEntry({ kind, key, revision, json, freeze: false });
  }

  /** Drops the parsed form, and other versions, if nobody asked for them since the last call. */
  dropIfUnused(): void {
    if (this.#forms) this.#dropForms(this.#forms);
    if (!this.#used) this.#object = undefined;
    this.#used = false;
  }

  #dropForms(forms: Map<Kind, CachedEntry>): void {
    for (const [kind, form] of forms) {
      if (form.#used) form.dropIfUnused();
      else forms.delete(kind);
    }
    if (forms.size === 0) this.#forms = undefined;
  }
}
