import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kind, kind } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import type { Schema } from '../../api/schema/schema.ts';
import { FakeClock } from '../../base/clock.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import type { Store } from '../../store/store.ts';
import type { RequestContext } from '../contract.ts';
import { type CachedRegistry, openRegistry, type RegistryOptions } from './registry.ts';

export interface Widget extends KubeObject {
  readonly spec?: {
    readonly size?: number;
    readonly color?: string;
    readonly hold?: boolean;
    readonly parts?: readonly { readonly name: string; readonly count?: number }[];
  };
  readonly status?: { readonly ready?: number; readonly phase?: string };
}

const text: Schema = { type: 'string' };
const number: Schema = { type: 'integer' };
const part: Schema = { type: 'object', properties: { name: text, count: number } };
const parts: Schema = { type: 'array', items: part, patchStrategy: ['merge'], patchMergeKey: 'name' };
const schema: Schema = {
  name: 'test.Widget',
  type: 'object',
  properties: {
    apiVersion: text,
    kind: text,
    metadata: { type: 'object', preserveUnknownFields: true },
    spec: { type: 'object', properties: { size: number, color: text, hold: { type: 'boolean' }, parts } },
    status: { type: 'object', properties: { ready: number, phase: text } },
  },
};

/** A kind with every rule that the registry knows. */
export const widget: Kind<Widget> = kind<Widget>({
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  scope: 'Namespaced',
  schema: () => schema,
  generation: true,
  subresources: { status: { verbs: ['get', 'patch', 'update'] } },
  selectableFields: { 'spec.color': { value: ({ spec }) => spec?.color ?? '' } },
  defaults: (object) => {
    object.spec ??= {};
    object.spec.size ??= 1;
  },
  validate: ({ spec }) =>
    (spec?.size ?? 0) < 0
      ? [{ type: 'FieldValueInvalid', field: 'spec.size', message: 'Invalid value: -1: must not be negative' }]
      : [],
  validateUpdate: ({ spec }, old) =>
    spec?.color === old.spec?.color || !old.spec?.color
      ? []
      : [{ type: 'FieldValueForbidden', field: 'spec.color', message: 'Forbidden: is immutable' }],
  gracePeriodSeconds: ({ metadata }, requested) => (metadata.labels?.['graceful'] ? (requested ?? 30) : undefined),
  holds: ({ spec }) => spec?.hold === true,
  prepareDelete: (object) => {
    object.status = { ...object.status, phase: 'Terminating' };
  },
});

export const cluster: Kind = kind({
  group: 'example.com',
  version: 'v1',
  kind: 'Zone',
  plural: 'zones',
  scope: 'Cluster',
  schema: () => schema,
  createOnUpdate: true,
});

/** The same objects in an older version, where size is called width. */
export const oldWidget: Kind = kind({
  group: 'example.com',
  version: 'v1beta1',
  kind: 'Widget',
  plural: 'widgets',
  scope: 'Namespaced',
  schema: () => ({ ...schema, properties: { ...schema.properties, width: number } }),
  storedAs: {
    kind: () => widget as Kind,
    toStored: (object) => {
      const { width, ...rest } = object as KubeObject & { width?: number };
      return { ...rest, spec: { size: width } } as KubeObject;
    },
    fromStored: (stored) => {
      const { spec, ...rest } = stored as Widget;
      return { ...rest, width: spec?.size } as KubeObject;
    },
  },
});

export interface Bench {
  readonly registry: CachedRegistry;
  readonly store: Store;
  readonly clock: FakeClock;
  readonly context: RequestContext;
  readonly warnings: string[];
  create(name: string, more?: Partial<Widget>): Promise<Widget>;
  get(name: string): Promise<Widget>;
  reopen(): Promise<Bench>;
  close(): Promise<void>;
}

/** A registry over a real store in a folder of its own; every object that leaves it is frozen. */
export async function openBench(options: Partial<RegistryOptions> = {}, at?: string): Promise<Bench> {
  const folder = at ?? (await mkdtemp(join(tmpdir(), 'k3ts-registry-')));
  const clock = new FakeClock();
  const store = await openSqliteStore({ file: join(folder, 'state.db'), clock });
  const kinds = [widget as Kind, cluster, oldWidget];
  const registry = await openRegistry({ store, kinds, clock, freeze: true, ...options });
  const warnings: string[] = [];
  const context: RequestContext = {
    user: { name: 'tester', groups: [] },
    signal: new AbortController().signal,
    dryRun: false,
    fieldManager: 'test',
    fieldValidation: 'Warn',
    warn: (warning) => warnings.push(warning),
  };
  const stop = async () => {
    registry.close();
    await store.close();
  };
  return {
    registry,
    store,
    clock,
    context,
    warnings,
    create: async (name, more = {}) =>
      (await registry.create(widget, { namespace: 'default', name }, draftWidget(name, more), context)).object,
    get: async (name) => (await registry.get(widget, { namespace: 'default', name }, context)).object,
    reopen: async () => {
      await stop();
      return openBench(options, folder);
    },
    close: async () => {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

export function draftWidget(name: string, more: Partial<Widget> = {}): Draft<KubeObject> {
  const { metadata, ...rest } = structuredClone(more) as Draft<Partial<Widget>>;
  const draft = { metadata: { ...(name && { name }), ...metadata }, ...rest };
  return draft as unknown as Draft<KubeObject>;
}
