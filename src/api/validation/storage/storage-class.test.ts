import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testCases } from '../cases.test-helper.ts';
import { validateStorageClass, validateStorageClassUpdate } from './storage-class.ts';

const storage = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'a' },
  provisioner: 'rancher.io/Local-path',
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
};

testCases('storage class', storage, validateStorageClass, [
  [{ provisioner: '' }, 'provisioner: Required value'],
  [{ reclaimPolicy: 'Recycle' }, 'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"'],
  [{ volumeBindingMode: undefined }, 'volumeBindingMode: Required value'],
]);

test('a class stays what it was', () => {
  assert.deepEqual(validateStorageClassUpdate({ ...storage, parameters: {} }, storage), []);
  const other = { ...storage, parameters: { a: 'b' }, volumeBindingMode: 'WaitForFirstConsumer' };
  assert.deepEqual(
    validateStorageClassUpdate(other, storage).map(({ field, message }) => `${field}: ${message}`),
    [
      'parameters: Forbidden: updates to parameters are forbidden.',
      'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
    ],
  );
});
