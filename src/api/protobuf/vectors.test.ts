/** Upstream's own bytes: a fully populated object of each kind, as JSON and as protobuf. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { builtInKinds } from '../kinds.ts';
import { openEnvelope } from './envelope.ts';
import { decodeMessage, encodeObject, protobufDefinition } from './protobuf.ts';

/** The published API description; beside the work tree where the project is developed. */
const reference = join(process.env['K3TS_REFERENCE'] ?? '../shared/reference/kubernetes-1.36', 'api-testdata');
const skip = existsSync(reference) ? false : 'upstream’s test data is not here';

/** Why there is no codec for the rest of the folder. */
const unserved: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^(admission\.k8s\.io|imagepolicy\.k8s\.io)\./, 'sent to webhooks, as JSON only'],
  [/^apidiscovery\.k8s\.io\./, 'aggregated discovery is answered as JSON'],
  [/^(apps|extensions)\.v1beta\d\./, 'versions removed before 1.36'],
  [/^[\w.]+\.v\d(alpha|beta)\d\./, 'versions that the published description of 1.36 leaves out'],
  [/^core\.v1\.\w+(Options|Reference|StatusResult|Allocation)$/, 'query parameters, or never on the wire'],
  [/^core\.v1\.WatchEvent$/, 'has no kind of its own; see the frames of watches'],
];

describe('upstream’s vectors', { skip }, () => {
  const names = skip ? [] : readdirSync(reference).filter((name) => name.endsWith('.pb'));
  for (const name of names.map((file) => file.slice(0, -'.pb'.length))) {
    const json = JSON.parse(readFileSync(join(reference, `${name}.json`), 'utf8'));
    const definition = protobufDefinition(json);
    if (!definition) {
      test(`${name} is not served`, () => {
        assert.ok(unserved.some(([pattern]) => pattern.test(name)));
        assert.ok(!builtInKinds.some(({ apiVersion, kind }) => apiVersion === json.apiVersion && kind === json.kind));
      });
      continue;
    }
    test(name, () => {
      const bytes = readFileSync(join(reference, `${name}.pb`));
      assert.deepEqual(encodeObject(definition, json), bytes);
      const { apiVersion, kind, raw } = openEnvelope(bytes);
      assert.deepEqual({ apiVersion, kind, ...decodeMessage(definition, raw) }, json);
    });
  }

  test('every built-in kind has a form', () => {
    const without = builtInKinds.filter(
      (kind) => !protobufDefinition(kind) || (!protobufDefinition({ ...kind, kind: kind.listKind }) && !kind.review),
    );
    assert.deepEqual(
      without.map(({ kind }) => kind),
      [],
    );
  });
});
