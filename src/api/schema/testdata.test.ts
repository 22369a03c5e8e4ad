import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkBody } from './decode.ts';
import { DecodeError } from './decode-errors.ts';
import { applyDefaults } from './defaults.ts';
import { schemaNames, schemaOf } from './lookup.ts';
import { definitionOfKind } from './names.ts';

/** One fully populated object of every kind, as upstream encodes it. */
const folder = join(process.env['K3TS_REFERENCE'] ?? '../shared/reference/kubernetes-1.36', 'api-testdata');
const skip = existsSync(folder) ? false : "upstream's test objects are not here";

describe("upstream's own objects", { skip }, () => {
  const files = skip ? [] : readdirSync(folder).filter((file) => file.endsWith('.json'));
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const definition = ({ apiVersion = '', kind = '' }: { apiVersion?: string; kind?: string }) => {
    const [version = '', group = ''] = apiVersion.split('/').reverse();
    return definitionOfKind({ group, version, kind });
  };

  test('are decoded without a complaint and without a change', () => {
    let seen = 0;
    for (const file of files) {
      const object = read(file);
      const name = definition(object);
      // Kinds that are not published, such as AdmissionReview or those of removed versions.
      if (!name || readsItself.has(object.kind)) continue;
      const before = structuredClone(object);
      assert.deepEqual(checkBody(schemaOf(name), object), [], file);
      assert.deepEqual(object, before, file);
      seen++;
    }
    assert.ok(seen > 60, `${seen} objects`);
  });

  test('have nothing to default, since every field is set', () => {
    for (const file of files) {
      const object = read(file);
      const name = definition(object);
      if (!name || readsItself.has(object.kind)) continue;
      const before = structuredClone(object);
      applyDefaults(schemaOf(name), object);
      assert.deepEqual(object, before, file);
    }
  });
});

/** Options travel in the query; their kind names all groups. */
const readsItself: ReadonlySet<string> = new Set(['DeleteOptions', 'WatchEvent']);

test('whatever is sent, decoding answers or refuses, and defaulting what was accepted does not fail', () => {
  const names = schemaNames().filter((name) => schemaOf(name).properties);
  const fields = [...new Set(names.flatMap((name) => Object.keys(schemaOf(name).properties ?? {})))];
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom('1Gi', '2026-01-01T00:00:00Z', 'YWJj', '__proto__'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(fc.constantFrom(...fields), fc.string()), tie('value'), { maxKeys: 5 }),
    ),
  }));
  fc.assert(
    fc.property(fc.constantFrom(...names), value, (name, body) => {
      const schema = schemaOf(name);
      try {
        checkBody(schema, body);
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
        return;
      }
      applyDefaults(schema, body);
      assert.deepEqual(checkBody(schema, body), []);
    }),
    { numRuns: 2000 },
  );
});
