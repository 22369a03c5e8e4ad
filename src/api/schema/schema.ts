/**
 * The shape of an object as the API machinery needs it: decoding, defaulting, pruning, patches, apply, OpenAPI.
 * Built-in kinds get it from generated tables, custom resources from their structural schema; both look the same here.
 */
export interface Schema {
  /** Definition name of a built-in type, for example `io.k8s.api.core.v1.Container`; absent for inline and custom ones. */
  readonly name?: string;
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'int-or-string' | 'any';
  /** `int32`, `int64`, `double`, `byte`, `date-time`, `micro-time`, `quantity`. */
  readonly format?: string;
  /** Known fields of an object; absent for maps and for objects of any content. */
  readonly properties?: Readonly<Record<string, Schema>>;
  /** The value type of a map. */
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly default?: unknown;
  /** Present: keep fields that `properties` does not name (RawExtension, x-kubernetes-preserve-unknown-fields). */
  readonly preserveUnknownFields?: boolean;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  /** x-kubernetes-list-type; absent means atomic. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  /** x-kubernetes-map-type; absent means granular. */
  readonly mapType?: 'atomic' | 'granular';
  /** x-kubernetes-patch-strategy, for strategic merge patch. */
  readonly patchStrategy?: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly patchMergeKey?: string;
}
