import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kind } from '../../api/kind.ts';
import { isApiError } from '../../api/status.ts';
import { inputEncoding, outputFormat, plainEncoding } from './negotiate.ts';

const table =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

const rows: readonly (readonly [string | undefined, string])[] = [
  [undefined, 'json object v1'],
  ['*/*', 'json object v1'],
  [table, 'json table v1'],
  ['application/vnd.kubernetes.protobuf,application/json', 'json object v1'],
  ['application/vnd.kubernetes.protobuf', 'protobuf object v1'],
  ['application/vnd.kubernetes.protobuf;stream=watch', 'protobuf object v1'],
  ['application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1', 'protobuf partial v1'],
  [
    'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
    'protobuf partial v1',
  ],
  [
    'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    'json partial v1',
  ],
  ['application/vnd.kubernetes.protobuf;as=Table;g=meta.k8s.io;v=v1,application/yaml', 'yaml object v1'],
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

test('what has no protobuf form is not written so; other types are refused', () => {
  const refused = (reason: 'NotAcceptable' | 'UnsupportedMediaType') => (error: unknown) => isApiError(error, reason);
  const custom = kind({
    group: 'example.com',
    version: 'v1',
    kind: 'Widget',
    plural: 'widgets',
    scope: 'Cluster',
    schema: () => ({ type: 'object' }),
  });
  const onlyTable = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  assert.throws(() => outputFormat(onlyTable, custom, { noTable: true }), refused('NotAcceptable'));
  assert.equal(outputFormat(table, custom, { noTable: true }).as, 'object');
  assert.throws(() => outputFormat('application/vnd.kubernetes.protobuf', custom), refused('NotAcceptable'));
  assert.equal(outputFormat('application/vnd.kubernetes.protobuf,application/yaml', custom).encoding, 'yaml');
  assert.equal(plainEncoding('application/vnd.kubernetes.protobuf'), 'protobuf');
  assert.equal(plainEncoding('application/vnd.kubernetes.protobuf,application/json'), 'json');
  assert.equal(inputEncoding('application/vnd.kubernetes.protobuf'), 'protobuf');
  assert.throws(() => inputEncoding('application/cbor'), refused('UnsupportedMediaType'));
  assert.equal(inputEncoding('application/json; charset=utf-8'), 'json');
  assert.equal(inputEncoding(undefined), 'json');
});
