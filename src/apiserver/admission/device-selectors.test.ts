import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { deviceClass } from '../../api/resource/device-class.ts';
import type { DeviceClass } from '../../api/schema/generated/types/resource-v1.ts';
import { isApiError } from '../../api/status.ts';
import { type AdmissionBench, openAdmission } from './admission.test-helper.ts';

const named = (name: string, ...expressions: string[]) => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'DeviceClass',
  metadata: { name },
  spec: { selectors: expressions.map((expression) => ({ cel: { expression } })) },
});

describe('expressions that choose devices', () => {
  let bench: AdmissionBench;
  before(async () => {
    bench = await openAdmission();
  });
  after(() => bench.close());

  const good = [
    "device.driver == 'gpu.nvidia.com' && device.attributes['gpu.nvidia.com'].type == 'gpu'",
    "device.capacity['gpu.nvidia.com'].memory.compareTo(quantity('40Gi')) >= 0",
    "device.attributes['x.example.com'].version.isGreaterThan(semver('1.2.3'))",
    "'x.example.com' in device.attributes && device.allowMultipleAllocations",
    "cel.bind(a, device.attributes['x.example.com'], a.?model.orValue('') == 'LATEST-GPU')",
    "device.attributes['x.example.com'].healthy",
  ];
  for (const [at, expression] of good.entries())
    test(`may be ${expression}`, async () => {
      await bench.create(named(`good-${at}`, expression));
    });

  const bad: readonly (readonly [expression: string, message: RegExp])[] = [
    [
      'device.driver ==',
      /selectors\[1\]\.cel\.expression: Invalid value: .*compilation failed: ERROR: <input>:1:17: Syntax error/,
    ],
    ['device.nothing', /selectors\[1\]\.cel\.expression: .*undefined field 'nothing'/],
    ['device.driver', /selectors\[1\]\.cel\.expression: .*must evaluate to bool or the unknown type, not string/],
  ];
  for (const [expression, message] of bad)
    test(`may not be ${expression}`, async () => {
      await assert.rejects(bench.create(named('bad', 'true', expression)), (error) => {
        assert.ok(isApiError(error) && error.httpCode === 422);
        assert.match(error.message, message);
        return true;
      });
    });

  test('in claims and their templates are found in every request', async () => {
    const selectors = [{ cel: { expression: '1' } }];
    const spec = {
      devices: {
        requests: [
          { name: 'a', exactly: { deviceClassName: 'c', selectors } },
          { name: 'b', firstAvailable: [{ name: 'x', deviceClassName: 'c', selectors }] },
        ],
      },
    };
    const about = { apiVersion: 'resource.k8s.io/v1', metadata: { name: 'o', namespace: 'default' } };
    const claim = bench.create({ ...about, kind: 'ResourceClaim', spec });
    await assert.rejects(
      claim,
      /spec\.devices\.requests\[0\]\.exactly.*spec\.devices\.requests\[1\]\.firstAvailable\[0\]/,
    );
    const template = bench.create({ ...about, kind: 'ResourceClaimTemplate', spec: { spec } });
    await assert.rejects(template, /spec\.spec\.devices\.requests\[0\]\.exactly\.selectors\[0\]/);
  });

  test('which are stored already are not asked about again', async () => {
    const stored = await bench.create<DeviceClass>(named('stored', 'true'));
    const labelled = { ...stored, metadata: { ...stored.metadata, labels: { a: 'b' } } };
    assert.deepEqual((await bench.client.update(deviceClass, labelled)).metadata.labels, { a: 'b' });
  });
});
