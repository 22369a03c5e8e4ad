import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Kind } from '../../kind.ts';
import { builtInKinds } from '../../kinds.ts';
import { schemaOf } from '../../schema/lookup.ts';
import type { Schema } from '../../schema/schema.ts';
import type { FieldError } from '../../status.ts';
import { markedExamples } from './marked-examples.test-helper.ts';
import { type Marker, readMarkers, violation } from './markers.test-helper.ts';
import { faultsOfCreate, faultsOfUpdate } from './run.test-helper.ts';

/** Upstream's description of its API, beside the work tree where this is developed. */
const folder = `${process.env['K3TS_REFERENCE'] ?? '../shared/reference/kubernetes-1.36'}/proto/k8s.io/api`;
const skip = existsSync(folder) ? false : 'the description of the API is not here';

const served = new Set(builtInKinds.map(({ group, version }) => `${group.split('.')[0] || 'core'}/${version}`));

function allMarkers(): readonly Marker[] {
  return readdirSync(folder).flatMap((group) =>
    readdirSync(`${folder}/${group}`)
      .filter((version) => served.has(`${group}/${version}`))
      .flatMap((version) => {
        const file = `${folder}/${group}/${version}/generated.proto`;
        return existsSync(file) ? readMarkers(file, `io.k8s.api.${group}.${version}.`) : [];
      }),
  );
}

/** Rules that are tried by breaking them; the others say what may be, or hold between fields. */
const tried = ['required', 'maxItems', 'unique', 'maxLength', 'maxBytes', 'minimum', 'format', 'immutable', 'update'];

/** Fields that no object can show to be wrong, and why. */
const notShown: Readonly<Record<string, string>> = {
  'io.k8s.api.autoscaling.v1.ScaleSpec.replicas': 'a scale is written through its own handler',
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec.maxReplicas': 'checked as v2',
};

interface Place {
  readonly kind: Kind;
  readonly marker: Marker;
  /** Dotted path of the field in the example. */
  readonly path: string;
  readonly present: unknown;
  readonly example: (typeof markedExamples)[number];
}

/** Every place of an example where a marked field stands. */
function placesIn(kind: Kind, example: (typeof markedExamples)[number], markers: readonly Marker[]): readonly Place[] {
  const places: Place[] = [];
  const walk = (schema: Schema | undefined, value: unknown, path: string): void => {
    if (!schema || typeof value !== 'object' || value === null) return;
    for (const [name, item] of Object.entries(value)) {
      const here = path ? `${path}.${name}` : name;
      for (const marker of markers)
        if (marker.type === schema.name && marker.field === name)
          places.push({ kind, marker, path: here, present: item, example });
      walk(schema.properties?.[name] ?? schema.additionalProperties ?? schema.items, item, here);
    }
  };
  walk(schemaOf(kind.schema().name ?? ''), { ...example.base, ...example.status }, '');
  return places;
}

function faultsAt({ kind, marker, path, present, example }: Place): readonly FieldError[] {
  const broken = violation(marker, present);
  if (!broken) return [];
  const changes = { [path]: broken.value === null ? undefined : broken.value };
  if (path.startsWith('status')) {
    const stored = marker.rule === 'update' ? (example.status ?? {}) : {};
    return faultsOfUpdate(
      kind,
      { ...example, stored },
      { ...example.status, ...nested(example.status, changes) },
      'status',
    );
  }
  if (marker.rule === 'immutable') return faultsOfUpdate(kind, example, changes);
  return faultsOfCreate(kind, example, changes);
}

/** `spec.a.0.b` as faults name it: `spec.a[0].b`. */
function fieldPath(path: string): string {
  return path.replaceAll(/\.(\d+)(?=\.|$)/g, '[$1]');
}

/** The status of an example with a change in it, as one change. */
function nested(status: object | undefined, changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy = structuredClone({ ...status }) as Record<string, unknown>;
  for (const [path, value] of Object.entries(changes)) {
    const parts = path.split('.');
    const last = parts.pop() ?? '';
    let at = copy;
    for (const part of parts) at = at[part] as Record<string, unknown>;
    at[last] = value;
  }
  return copy;
}

describe('declarative validation markers of the published API', { skip }, () => {
  const markers = skip ? [] : allMarkers().filter(({ rule }) => tried.includes(rule));
  const places = markedExamples.flatMap((example) => {
    const kind = builtInKinds.find(({ group, kind: name, version }) => `${group}/${version}/${name}` === example.kind);
    assert.ok(kind, example.kind);
    return placesIn(kind, example, markers);
  });

  test('each stands in an example', () => {
    const reached = new Set(places.map(({ marker }) => marker));
    const missing = markers.filter((marker) => !reached.has(marker));
    const names = [...new Set(missing.map(({ type, field }) => `${type}.${field}`))];
    assert.deepEqual(names.filter((name) => !(name in notShown)).sort(), []);
    assert.ok(markers.length > 80, `${markers.length}`);
  });

  for (const place of places) {
    const { kind, marker, path } = place;
    const { rule, value } = marker;
    test(`${kind.kind} ${path}: ${rule}${value ? `=${value}` : ''}`, () => {
      const faults = faultsAt(place);
      const around = fieldPath(path.slice(0, path.lastIndexOf('.') + 1 || path.length)).replace(/\.$/, '');
      const found = faults.filter(({ field }) => field.startsWith(around) || around.startsWith(field));
      assert.ok(found.length > 0, `nothing is wrong with ${around}: ${JSON.stringify(faults)}`);
    });
  }
});
