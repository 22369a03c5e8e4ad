import { isJson, type Json, own } from '../patch/record.ts';
import type { Schema } from '../schema/schema.ts';

/**
 * What field tracking needs of a schema, worked out once per schema: which values have fields of their own, and how
 * those are called in a field set.
 */
export interface Plan {
  /**
   * `leaf`: one field, whatever is in it (scalars, atomic lists and maps). `any`: decided by each value: objects have
   * fields, everything else is a leaf.
   */
  readonly shape: 'leaf' | 'object' | 'list-map' | 'list-set' | 'any';
  /** The field of an object, known or not. */
  field(key: string): FieldPlan;
  /** Whether the schema names this field; items of maps and unknown fields are not named. */
  names(key: string): boolean;
  /** Items of a list. */
  readonly items: Plan;
  /** How an item of a list is called; undefined when a key is missing or the item has the wrong type. */
  element(item: unknown): string | undefined;
}

export interface FieldPlan {
  /** `f:` and the key. */
  readonly element: string;
  readonly plan: Plan;
  /** What an absent field counts as: empty for structs and lists that are always there in Go, else undefined. */
  readonly absent: Json | readonly unknown[] | undefined;
}

const plans = new WeakMap<Schema, Plan>();

export function planOf(schema: Schema): Plan {
  let plan = plans.get(schema);
  if (!plan) {
    plan = makePlan(schema);
    plans.set(schema, plan);
  }
  return plan;
}

function makePlan(schema: Schema): Plan {
  if (schema.type === 'array') return listPlan(schema);
  if (schema.type === 'any') return anyPlan;
  if (schema.type !== 'object' || schema.mapType === 'atomic') return leafPlan;
  if (schema.properties || schema.additionalProperties) return new ObjectPlan(schema);
  return schema.name ? leafPlan : anyPlan;
}

function nothingInside(): never {
  throw new Error('a leaf has no fields');
}

const leafPlan: Plan = {
  shape: 'leaf',
  field: nothingInside,
  names: () => false,
  get items(): Plan {
    return nothingInside();
  },
  element: () => undefined,
};

/** Values without a schema: objects are granular, lists atomic. */
const anyPlan: Plan = {
  shape: 'any',
  field: (key) => ({ element: `f:${key}`, plan: anyPlan, absent: undefined }),
  names: () => false,
  get items(): Plan {
    return nothingInside();
  },
  element: () => undefined,
};

class ObjectPlan implements Plan {
  readonly shape = 'object';
  readonly #schema: Schema;
  readonly #fields = new Map<string, FieldPlan>();

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  field(key: string): FieldPlan {
    return this.#fields.get(key) ?? this.#makeField(key);
  }

  names(key: string): boolean {
    const { properties } = this.#schema;
    return properties !== undefined && Object.hasOwn(properties, key);
  }

  get items(): Plan {
    return nothingInside();
  }

  element(): undefined {
    return undefined;
  }

  #makeField(key: string): FieldPlan {
    const { properties, additionalProperties } = this.#schema;
    const schema = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    const inner = schema ?? additionalProperties;
    const field: FieldPlan = {
      element: `f:${key}`,
      plan: inner ? planOf(inner) : anyPlan,
      absent: schema && absentValue(schema, this.#schema, key),
    };
    // Only what the schema names is kept: keys of maps come from users.
    if (schema) this.#fields.set(key, field);
    return field;
  }
}

const emptyObject: Json = Object.freeze({});
const emptyList: readonly unknown[] = Object.freeze([]);

function absentValue(field: Schema, parent: Schema, key: string): FieldPlan['absent'] {
  if (isJson(field.default) && Object.keys(field.default).length === 0) return emptyObject;
  const isRequired = parent.name !== undefined && parent.required?.includes(key) === true;
  return isRequired && field.type === 'array' ? emptyList : undefined;
}

/** A list is atomic unless its list type, or else its patch strategy, says otherwise. */
function listPlan(schema: Schema): Plan {
  const { items, listType, listMapKeys, patchStrategy, patchMergeKey } = schema;
  if (!items || listType === 'atomic') return leafPlan;
  if (listType === 'map' && listMapKeys) return new ListPlan('list-map', items, listMapKeys);
  if (listType === 'set') return new ListPlan('list-set', items, []);
  if (listType !== undefined || !patchStrategy?.includes('merge')) return leafPlan;
  return patchMergeKey ? new ListPlan('list-map', items, [patchMergeKey]) : new ListPlan('list-set', items, []);
}

class ListPlan implements Plan {
  readonly shape: 'list-map' | 'list-set';
  readonly #schema: Schema;
  readonly #keys: readonly string[];
  readonly #prefixes: readonly string[];
  #items: Plan | undefined;

  constructor(shape: 'list-map' | 'list-set', schema: Schema, keys: readonly string[]) {
    this.shape = shape;
    this.#schema = schema;
    this.#keys = [...keys].sort();
    this.#prefixes = this.#keys.map((key, at) => `${at === 0 ? 'k:{' : ','}${JSON.stringify(key)}:`);
  }

  get items(): Plan {
    this.#items ??= planOf(this.#schema);
    return this.#items;
  }

  field(): never {
    return nothingInside();
  }

  names(): boolean {
    return false;
  }

  element(item: unknown): string | undefined {
    if (this.shape === 'list-set') return `v:${JSON.stringify(item)}`;
    if (!isJson(item)) return undefined;
    let text = '';
    for (let at = 0; at < this.#keys.length; at++) {
      const value = this.#keyValue(item, this.#keys[at] ?? '');
      if (value === undefined) return undefined;
      text += (this.#prefixes[at] ?? '') + (typeof value === 'number' ? value : JSON.stringify(value));
    }
    return `${text}}`;
  }

  #keyValue(item: Json, key: string): unknown {
    return own(item, key) ?? this.#schema.properties?.[key]?.default;
  }
}
