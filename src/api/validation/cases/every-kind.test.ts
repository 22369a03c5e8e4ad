import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Kind } from '../../kind.ts';
import { builtInKinds } from '../../kinds.ts';
import type { FieldError } from '../../status.ts';
import { admissionregistrationCases } from './admissionregistration.test-helper.ts';
import { apiextensionsCases } from './apiextensions.test-helper.ts';
import { apiregistrationCases } from './apiregistration.test-helper.ts';
import { appsCases } from './apps.test-helper.ts';
import { autoscalingCases } from './autoscaling.test-helper.ts';
import { batchCases } from './batch.test-helper.ts';
import { certificatesCases } from './certificates.test-helper.ts';
import { coordinationCases } from './coordination.test-helper.ts';
import { coreCases } from './core.test-helper.ts';
import { discoveryCases } from './discovery.test-helper.ts';
import { eventsCases } from './events.test-helper.ts';
import { flowcontrolCases } from './flowcontrol.test-helper.ts';
import { networkingCases } from './networking.test-helper.ts';
import { nodeCases } from './node.test-helper.ts';
import { podsCases } from './pods.test-helper.ts';
import { policyCases } from './policy.test-helper.ts';
import { rbacCases } from './rbac.test-helper.ts';
import { resourceCases } from './resource.test-helper.ts';
import { type Case, faultsOfCreate, faultsOfUpdate, type KindCases } from './run.test-helper.ts';
import { schedulingCases } from './scheduling.test-helper.ts';
import { servicesCases } from './services.test-helper.ts';
import { storageCases } from './storage.test-helper.ts';
import { volumesCases } from './volumes.test-helper.ts';

const tables: Readonly<Record<string, KindCases>> = {
  ...coreCases,
  ...podsCases,
  ...servicesCases,
  ...volumesCases,
  ...appsCases,
  ...autoscalingCases,
  ...batchCases,
  ...certificatesCases,
  ...coordinationCases,
  ...discoveryCases,
  ...eventsCases,
  ...flowcontrolCases,
  ...networkingCases,
  ...nodeCases,
  ...policyCases,
  ...rbacCases,
  ...schedulingCases,
  ...storageCases,
  ...admissionregistrationCases,
  ...apiregistrationCases,
  ...resourceCases,
  ...apiextensionsCases,
};

/** How each sort of cause begins its message. */
const heads: Readonly<Record<FieldError['type'], string>> = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueForbidden: 'Forbidden',
  FieldValueNotFound: 'Not found',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
};

function shown(faults: readonly FieldError[]): readonly string[] {
  for (const { type, message } of faults) assert.ok(message.startsWith(heads[type]), `${type}: ${message}`);
  return faults.map(({ field, message }) => `${field}: ${message}`);
}

const title = (changes: Case[0]) => JSON.stringify(changes, (_, value) => value ?? null).slice(0, 200);

for (const kind of builtInKinds as readonly Kind[]) {
  // Reviews are answered, not stored; autoscaling/v1 is stored and checked as v2.
  if (kind.review || (kind.storedAs && !kind.storedAs.ownRules)) continue;
  const name = `${kind.group}/${kind.kind}`;
  describe(`what is refused of ${name}`, () => {
    const cases = tables[name];
    test('there is a table, and its base is valid', () => {
      assert.ok(cases, 'add a table to the cases of its group');
      assert.deepEqual(shown(faultsOfCreate(kind, cases, {})), []);
      if (cases.update || cases.subresources) assert.deepEqual(shown(faultsOfUpdate(kind, cases, {})), []);
    });
    if (!cases) return;
    for (const [changes, ...faults] of cases.create ?? [])
      test(`created with ${title(changes)}`, () =>
        assert.deepEqual(shown(faultsOfCreate(kind, cases, changes)), faults));
    for (const [changes, ...faults] of cases.update ?? [])
      test(`updated with ${title(changes)}`, () =>
        assert.deepEqual(shown(faultsOfUpdate(kind, cases, changes)), faults));
    for (const [part, list] of Object.entries(cases.subresources ?? {}))
      for (const [changes, ...faults] of list)
        test(`${part} written with ${title(changes)}`, () =>
          assert.deepEqual(shown(faultsOfUpdate(kind, cases, changes, part)), faults));
  });
}
