import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeOpenApiV2 } from './proto.ts';

const hex = (document: Record<string, unknown>) => encodeOpenApiV2(document).toString('hex');
const text = (value: string) => Buffer.from(value).toString('hex');

test('strings and messages carry their field number and length', () => {
  assert.equal(hex({ swagger: '2.0' }), `0a03${text('2.0')}`);
  assert.equal(hex({ info: { title: 'A', version: 'b' } }), `1206${'0a01'}${text('A')}${'1201'}${text('b')}`);
});

test('a length above 127 takes two bytes', () => {
  const long = 'x'.repeat(300);
  assert.equal(hex({ swagger: long }), `0aac02${text(long)}`);
});

test('a map is a list of names with values, an extension holds JSON', () => {
  const schema = { type: 'object', 'x-kubernetes-list-map-keys': ['name'] };
  const extension = `0a1a${text('x-kubernetes-list-map-keys')}120a1208${text('["name"]')}`;
  const written = `b2010${'8'}0a06${text('object')}fa0128${extension}`;
  const named = `0a01${text('S')}1236${written}`;
  assert.equal(hex({ definitions: { S: schema } }), `4a3d0a3b${named}`);
});

test('parameters say which kind they are', () => {
  const query = { name: 'a', in: 'query', type: 'string', uniqueItems: true };
  const written = `2201${text('a')}1205${text('query')}3206${text('string')}a00101`;
  assert.match(hex({ parameters: { p: query } }), new RegExp(`12171a15${written}$`));
});

test('what has no place is refused, not lost', () => {
  assert.throws(() => hex({ basePath: '/' }), /Document has no field basePath/);
  assert.throws(() => hex({ definitions: { S: { allOf: [] } } }), /Schema has no field allOf/);
});
