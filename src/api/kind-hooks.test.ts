import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Kind } from './kind.ts';
import { builtInKinds } from './kinds.ts';
import { type Draft, draftOf, type KubeObject } from './object.ts';
import { checkBody } from './schema/decode.ts';

/** One fully populated object of every kind, as upstream encodes it; beside the work tree where this is developed. */
const fixtures = `${process.env['K3TS_REFERENCE'] ?? '../shared/reference/kubernetes-1.36'}/api-testdata`;
const skip = existsSync(fixtures) ? false : 'the fixtures are not here';

function fixtureOf({ group, version, kind }: Kind): KubeObject | undefined {
  const file = `${fixtures}/${group || 'core'}.${version}.${kind}.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as KubeObject) : undefined;
}

/** Leaves parts of an object out, and decodes what is left; metadata stays, as the registry sees to it. */
function thinned(kind: Kind, object: KubeObject, seed: number): Draft<KubeObject> {
  const random = mulberry32(seed);
  const { apiVersion, kind: kindName, metadata, ...rest } = draftOf(object);
  const share = random() * 0.6;
  const body = { apiVersion, kind: kindName, metadata, ...(thin(rest, () => random() < share) as object) };
  checkBody(kind.schema(), body);
  return body;
}

function thin(value: unknown, drops: () => boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => thin(item, drops));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(() => !drops());
  return Object.fromEntries(kept.map(([name, item]) => [name, thin(item, drops)]));
}

/** A small random generator with a seed, so that a failing case can be run again. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const known = skip
  ? []
  : builtInKinds.flatMap((kind) => {
      const fixture = fixtureOf(kind);
      return fixture ? [{ kind, fixture }] : [];
    });

describe('hooks of every kind, on whole objects and on objects with holes', { skip }, () => {
  for (const { kind, fixture } of known) {
    const title = `${kind.apiVersion} ${kind.kind}`;

    test(`${title}: defaulting twice is defaulting once`, () => {
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const once = thinned(kind, fixture, seed);
          kind.defaults?.(once);
          const twice = structuredClone(once);
          kind.defaults?.(twice);
          assert.deepEqual(twice, once);
        }),
        { numRuns: 40 },
      );
    });

    test(`${title}: validation finds faults and does not stumble over them`, () => {
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const draft = thinned(kind, fixture, seed);
          kind.defaults?.(draft);
          const object = draft as KubeObject;
          const found = [
            ...(kind.validate?.(object) ?? []),
            ...(kind.validateCreate?.(object) ?? []),
            ...(kind.validateUpdate?.(object, fixture) ?? []),
            ...(kind.validateUpdate?.(fixture, object) ?? []),
            ...Object.values(kind.subresources).flatMap((part) => part.validateUpdate?.(object, fixture) ?? []),
          ];
          for (const { field, message } of found) assert.ok(field && message);
        }),
        { numRuns: 60 },
      );
    });

    test(`${title}: strategies, columns and selectable fields work on whatever may come`, () => {
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const draft = thinned(kind, fixture, seed);
          kind.defaults?.(draft);
          kind.prepareCreate?.(draft);
          kind.prepareUpdate?.(structuredClone(draft), draft as KubeObject);
          for (const { prepareUpdate } of Object.values(kind.subresources))
            prepareUpdate?.(structuredClone(draft), draft as KubeObject);
          for (const column of kind.columns) {
            const cell = column.cell(draft as KubeObject, Date.UTC(2026, 0, 1));
            assert.ok(cell === null || ['string', 'number', 'boolean'].includes(typeof cell), column.name);
          }
          for (const field of Object.values(kind.selectableFields))
            assert.equal(typeof field.value(draft as KubeObject), 'string');
        }),
        { numRuns: 40 },
      );
    });
  }
});

test('there is a fixture for nearly every kind', { skip }, () => {
  const without = builtInKinds.filter((kind) => !known.some((entry) => entry.kind === kind));
  assert.deepEqual(
    without.map(({ kind }) => kind),
    ['APIService', 'CustomResourceDefinition'],
  );
});
