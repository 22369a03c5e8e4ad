import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { builtInKinds } from '../../api/kinds.ts';
import { isApiError } from '../../api/status.ts';
import { decodeProtobuf } from './protobuf.ts';

/** Upstream's fully populated objects, as JSON and as protobuf. */
const folder = new URL('../../../../shared/reference/kubernetes-1.36/api-testdata/', import.meta.url);
const skip = existsSync(folder) ? false : 'the reference data is not on this machine';

for (const kind of builtInKinds) {
  const base = `${kind.group || 'core'}.${kind.version}.${kind.kind}`;
  if (kind.kind === 'CustomResourceDefinition' || !existsSync(new URL(`${base}.pb`, folder))) continue;
  test(`${base} says the same as its JSON`, { skip }, () => {
    const json = JSON.parse(readFileSync(new URL(`${base}.json`, folder), 'utf8'));
    const body = readFileSync(new URL(`${base}.pb`, folder));
    assert.deepEqual(decodeProtobuf(body, kind.schema().name ?? assert.fail()), json);
  });
}

test('what is no protobuf is refused', () => {
  const refused = (error: unknown) => isApiError(error, 'BadRequest');
  const name = 'io.k8s.api.core.v1.Pod';
  assert.throws(() => decodeProtobuf(Buffer.from('{}'), name), refused);
  assert.throws(() => decodeProtobuf(Buffer.from('k8s\0\x12\xff\xff\xff'), name), refused);
  assert.throws(() => decodeProtobuf(Buffer.from('k8s\0\x07'), name), refused);
});
