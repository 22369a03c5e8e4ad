import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isApiError } from '../../api/status.ts';
import { inputEncoding, outputFormat } from './negotiate.ts';

const table =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

const rows: readonly (readonly [string | undefined, string])[] = [
  [undefined, 'json object v1'],
  ['*/*', 'json object v1'],
  [table, 'json table v1'],
  ['application/vnd.kubernetes.protobuf,application/json', 'json object v1'],
  ['application/yaml', 'yaml object v1'],
  ['application/json;q=0.5, application/yaml', 'yaml object v1'],
  ['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json', 'json partial v1'],
  ['application/json;as=Table;v=v1beta1;g=meta.k8s.io', 'json table v1beta1'],
  ['application/json;as=Unknown;v=v1;g=meta.k8s.io,application/json', 'json object v1'],
  ['application/json;stream=watch', 'json object v1'],
];

for (const [accept, expected] of rows)
  test(`Accept: ${accept}`, () => {
    const { encoding, as, metaVersion } = outputFormat(accept);
    assert.equal(`${encoding} ${as} ${metaVersion}`, expected);
  });

test('protobuf is read but not written; other types are refused', () => {
  const refused = (reason: 'NotAcceptable' | 'UnsupportedMediaType') => (error: unknown) => isApiError(error, reason);
  assert.throws(() => outputFormat('application/vnd.kubernetes.protobuf'), refused('NotAcceptable'));
  assert.equal(inputEncoding('application/vnd.kubernetes.protobuf'), 'protobuf');
  assert.throws(() => inputEncoding('application/cbor'), refused('UnsupportedMediaType'));
  assert.equal(inputEncoding('application/json; charset=utf-8'), 'json');
  assert.equal(inputEncoding(undefined), 'json');
});
