import type { Draft, KubeObject } from './object.ts';
import { fillRequired } from './schema/required.ts';
import type { Schema } from './schema/schema.ts';
import type { FieldError } from './status.ts';

/**
 * Everything the system knows of a kind of object, as one value. Routes, discovery, OpenAPI, tables, storage and watch
 * follow from it; nothing else names kinds one by one.
 *
 * Hooks are pure. They are methods, not function properties, so that a `Kind<Pod>` may stand where any `Kind` is wanted.
 */
export interface Kind<T extends KubeObject = KubeObject> {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  /** `group/version`, or `version` for the core group: the object's `apiVersion`. */
  readonly apiVersion: string;
  /** Looked up on first use; generated tables stay unloaded until then. */
  schema(): Schema;
  /** `lazy` for what only says "still alive"; see the storage contract. */
  readonly durability: 'sync' | 'lazy';
  /** Where one kind holds both sorts: node leases are lazy, leader-election leases are not. Overrides `durability`. */
  durabilityOf?(object: T): 'sync' | 'lazy';
  readonly verbs: readonly Verb[];
  /**
   * `review`: answered by a function of the API server, never stored (TokenReview, SubjectAccessReview …).
   * Absent: stored.
   */
  readonly review?: true;
  /** Served in this version, stored as another (autoscaling/v1 as v2, events.k8s.io/v1 as core/v1). */
  readonly storedAs?: StoredAs<T>;
  /**
   * Objects of other versions in this one, in order; somebody else is asked (the webhook of a custom resource's definition).
   * All versions of such a kind have it, the stored one too, and `storedAs` converts nothing. Rejects with ApiError.
   */
  convert?(objects: readonly KubeObject[]): Promise<readonly KubeObject[]>;
  /** All versions of a kind that has `convert`, served or not. */
  versions?(): readonly Kind[];
  readonly subresources: Readonly<Record<string, Subresource<T>>>;
  readonly columns: readonly Column<T>[];
  /** Field selectors this kind supports beside metadata.name and metadata.namespace. */
  readonly selectableFields: Readonly<Record<string, SelectableField<T>>>;
  /** metadata.generation starts at 1 and grows when anything but metadata and status changes. */
  readonly generation: boolean;
  /** How names are checked; default: DNS-1123 subdomain. Returns what is wrong, worded as upstream. */
  validateName?(name: string, prefix: boolean): readonly string[];
  /**
   * Brings what was stored under an older schema of this kind up to date: custom resources, whose definitions change.
   * Runs on what is read from the store; returns whether it changed anything.
   */
  readStored?(object: Draft<KubeObject>): boolean;
  /** The kind's schemas as OpenAPI shows them, in place of what `schema()` says (custom resources). */
  publishedSchema?(version: 'v2' | 'v3'): Readonly<Record<string, unknown>>;
  /** The same value as long as a definition says the same; watches end when it changes (custom resources). */
  readonly shape?: object;
  /** Why nothing may be created: the definition is being deleted. */
  readonly refusesCreate?: string;
  /** Fills fields that are not set, as upstream's defaulting does; runs on every write and before validation. */
  defaults?(object: Draft<T>): void;
  /** Drops or sets what the user may not choose at creation. Status is cleared before, where there is a status subresource. */
  prepareCreate?(object: Draft<T>): void;
  /** The same for updates. The status of `old` is kept before, where there is a status subresource. */
  prepareUpdate?(object: Draft<T>, old: T): void;
  validate?(object: T): readonly FieldError[];
  /** At creation, in place of `validate`, where more must hold then (Pod: no ephemeral containers yet). */
  validateCreate?(object: T): readonly FieldError[];
  /** Runs after `validate`, for what may not change. */
  validateUpdate?(object: T, old: T): readonly FieldError[];
  /** What the writer is told beside a success, worded as upstream; `old` is absent at creation. Not for subresources. */
  warnings?(object: T, old: T | undefined): readonly string[];
  /** Seconds between a deletion request and removal by the owner of the object (pods: the kubelet); undefined: remove now. */
  gracePeriodSeconds?(object: T, requested: number | undefined): number | undefined;
  /** Whether more than metadata.finalizers keeps a deleted object (Namespace: spec.finalizers). */
  holds?(object: T): boolean;
  /** Runs on an object that deletion marks but does not remove yet (Namespace: status.phase Terminating). */
  prepareDelete?(object: Draft<T>): void;
  /** An update of an object that does not exist creates it (upstream's AllowCreateOnUpdate). */
  readonly createOnUpdate?: true;
  /** An update must name the resourceVersion that it changes (upstream's AllowUnconditionalUpdate is false). */
  readonly conditionalUpdate?: true;
  /** Status that is sent at creation counts, although there is a status subresource (Node). */
  readonly createsWithStatus?: true;
  /** What clients of this kind are told with every answer; upstream's words (`v1 Endpoints is deprecated in v1.33+; …`). */
  readonly deprecation?: string;
  /** Upstream's default when the deletion names no propagation policy. Default: Background. */
  readonly defaultPropagation?: 'Background' | 'Orphan';
}

/** What is stored of these kinds, each once: another version of a kind is left out, one that is not served comes in. */
export function storedKinds(kinds: readonly Kind[]): readonly Kind[] {
  return [...new Set(kinds.map((one) => one.storedAs?.kind() ?? one))];
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

export interface StoredAs<T extends KubeObject> {
  kind(): Kind;
  /** Defaults, validation and field ownership are those of the version asked for, not of the stored one. */
  readonly ownRules?: true;
  toStored(object: T): KubeObject;
  fromStored(stored: KubeObject): T;
}

export interface SelectableField<T extends KubeObject = KubeObject> {
  /** The field's text; '' where it is not set. */
  value(object: T): string;
}

/** A subresource as discovery shows it. `status` and `scale` are served from the descriptor alone; others have a handler in the API server. */
export interface Subresource<T extends KubeObject = KubeObject> {
  readonly verbs: readonly (Verb | 'connect')[];
  /** What the subresource speaks; absent: the kind itself. */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  readonly scale?: { readonly specReplicas: string; readonly statusReplicas: string; readonly selector?: string };
  prepareUpdate?(object: Draft<T>, old: T): void;
  validateUpdate?(object: T, old: T): readonly FieldError[];
}

/** One column of `kubectl get`. */
export interface Column<T extends KubeObject = KubeObject> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  /** 0: always shown; 1: only with `-o wide`. */
  readonly priority: number;
  cell(object: T, nowMs: number): string | number | boolean | null;
}

/** What a descriptor has to say; `kind()` fills in the rest. */
export type KindOptions<T extends KubeObject> = Pick<
  Kind<T>,
  'group' | 'version' | 'kind' | 'plural' | 'scope' | 'schema'
> &
  Partial<Omit<Kind<T>, 'group' | 'version' | 'kind' | 'plural' | 'scope' | 'schema' | 'apiVersion'>>;

const allVerbs: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Makes a descriptor. */
export function kind<T extends KubeObject>(options: KindOptions<T>): Kind<T> {
  return {
    listKind: `${options.kind}List`,
    singular: options.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    durability: 'sync',
    verbs: allVerbs,
    subresources: {},
    columns: [],
    selectableFields: {},
    generation: false,
    ...options,
    apiVersion: options.group ? `${options.group}/${options.version}` : options.version,
    defaults(object) {
      const schema = options.schema();
      // Custom resources are what they are; the types of built-in ones know what has to be there.
      if (schema.name) fillRequired(schema, object);
      options.defaults?.(object);
    },
  };
}
