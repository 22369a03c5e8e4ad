import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Field, readDefinition } from './facts.ts';
import { definitionOfKind } from './names.ts';

/** One fully populated object of every kind, as upstream encodes it: in JSON and in protobuf. */
const folder = join(process.env['K3TS_REFERENCE'] ?? '../shared/reference/kubernetes-1.36', 'api-testdata');
const skip = existsSync(folder) ? false : "upstream's test objects are not here";

/** Field number to what stands there; numbers only, no knowledge of types. */
function readMessage(bytes: Buffer): [number, bigint | Buffer][] {
  const fields: [number, bigint | Buffer][] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const wire = key & 7;
    assert.ok(wire === 0 || wire === 1 || wire === 2, `wire type ${wire}`);
    fields.push([key >>> 3, wire === 0 ? varint() : take(wire === 1 ? 8 : Number(varint()))]);
  }
  return fields;
}

/** By path of numbers, through the structs that Go embeds. */
function byNumbers(fields: readonly Field[], bytes: Buffer, prefix = ''): Map<string, (bigint | Buffer)[]> {
  const found = new Map<string, (bigint | Buffer)[]>();
  for (const [number, value] of readMessage(bytes)) {
    const path = `${prefix}${number}`;
    const embedded = fields.some(({ numbers }) => numbers.join('.').startsWith(`${path}.`));
    if (embedded && Buffer.isBuffer(value))
      for (const [inner, values] of byNumbers(fields, value, `${path}.`)) found.set(inner, values);
    else found.set(path, [...(found.get(path) ?? []), value]);
  }
  return found;
}

function compare(definition: string, bytes: Buffer, json: Record<string, unknown>, path: string): number {
  const known = readDefinition(definition);
  if (!known || known.as) return 0;
  const found = byNumbers(known.fields, bytes);
  const numbers = new Set(known.fields.map((field) => field.numbers.join('.')));
  for (const number of found.keys()) assert.ok(numbers.has(number), `${path}: no field has number ${number}`);
  let compared = 0;
  for (const field of known.fields) {
    const values = found.get(field.numbers.join('.'));
    const value = json[field.name];
    if (field.numbers.length === 0 || value === undefined || value === null) continue;
    assert.ok(values, `${path}.${field.name} is not under ${field.numbers.join('.')}`);
    compared += 1 + compareValues(field, values, value, `${path}.${field.name}`);
  }
  return compared;
}

function compareValues(field: Field, values: readonly (bigint | Buffer)[], value: unknown, path: string): number {
  if (field.type === 'string') assert.equal(String(values[0]), value, path);
  if (field.type.startsWith('int'))
    assert.equal(BigInt.asIntN(64, BigInt(String(values[0]))), BigInt(String(value)), path);
  const type = field.type.replace(/^\[\]/, '');
  if (!type.startsWith('io.')) return 0;
  const items = field.type === type ? [value] : (value as readonly unknown[]);
  return items.reduce<number>((sum, item, at) => {
    const bytes = values[at];
    assert.ok(Buffer.isBuffer(bytes), path);
    return sum + compare(type, bytes, item as Record<string, unknown>, path);
  }, 0);
}

test("protobuf numbers are those of upstream's own objects", { skip }, () => {
  let compared = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.pb'))) {
    const json = JSON.parse(readFileSync(join(folder, file.replace(/pb$/, 'json')), 'utf8'));
    const [version = '', group = ''] = String(json.apiVersion).split('/').reverse();
    const definition = definitionOfKind({ group, version, kind: json.kind });
    // The object stands in an envelope, behind four bytes that say "Kubernetes".
    const object = readMessage(readFileSync(join(folder, file)).subarray(4)).find(([number]) => number === 2)?.[1];
    if (definition && Buffer.isBuffer(object)) compared += compare(definition, object, json, file);
  }
  assert.ok(compared > 10_000, `${compared} fields`);
});
