import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loose } from '../harness/api.ts';
import { definitions, establish, objectOf, objectsOf, randomDefinition } from '../harness/crds.ts';
import { startControlPlane } from '../harness/server.ts';

/** Upstream's tests of rules in CEL; none is a conformance row. */
const { api } = await startControlPlane();

const rules = (expressions: readonly Loose[], properties: Loose) => ({
  type: 'object',
  properties: { spec: { type: 'object', 'x-kubernetes-validations': expressions, properties } },
});
const integers = { x: { type: 'integer' }, y: { type: 'integer' } };

async function collectionWith(schema: Loose) {
  const definition = randomDefinition('rules', { schema });
  await establish(api, definition);
  const collection = objectsOf(definition);
  return {
    definition,
    collection,
    create: (name: string, spec: Loose) => api.create(collection, objectOf(definition, name, { spec })),
  };
}

async function refusedDefinition(schema: Loose, message: RegExp): Promise<void> {
  await assert.rejects(api.create(definitions, randomDefinition('refused', { schema })), {
    reason: 'Invalid',
    message,
  });
}

test('CustomResourceValidationRules MUST NOT fail validation for create of a custom resource that satisfies the x-kubernetes-validations rules', async () => {
  const { create } = await collectionWith(rules([{ rule: 'self.x + self.y > 0' }], integers));
  assert.ok((await create('good', { x: 1, y: 0 })).metadata.uid);
});

test('CustomResourceValidationRules MUST fail validation for create of a custom resource that does not satisfy the x-kubernetes-validations rules', async () => {
  const { create } = await collectionWith(rules([{ rule: 'self.x + self.y > 0' }], integers));
  await assert.rejects(create('bad', { x: 0, y: 0 }), {
    reason: 'Invalid',
    message: /failed rule: self\.x \+ self\.y > 0/,
  });
  const named = await collectionWith(
    rules(
      [
        {
          rule: 'self.x > 0',
          messageExpression: "'x is ' + string(self.x)",
          reason: 'FieldValueForbidden',
          fieldPath: '.x',
        },
      ],
      integers,
    ),
  );
  await assert.rejects(named.create('bad', { x: -1 }), { message: /spec\.x: Forbidden: x is -1/ });
});

test('CustomResourceValidationRules MUST fail create of a custom resource definition that contains a x-kubernetes-validations rule that refers to a property that do not exist', async () => {
  await refusedDefinition(rules([{ rule: 'self.z == 5' }], integers), /undefined field 'z'/);
});

test('CustomResourceValidationRules MUST fail create of a custom resource definition that contains an x-kubernetes-validations rule that contains a syntax error', async () => {
  await refusedDefinition(rules([{ rule: 'self = 42' }], integers), /[Ss]yntax error/);
});

test('CustomResourceValidationRules MUST fail create of a custom resource definition that contains an x-kubernetes-validations rule that exceeds the estimated cost limit', async () => {
  const list = { type: 'array', items: { type: 'array', items: { type: 'array', items: { type: 'string' } } } };
  const rule = 'self.x.all(a, a.all(b, b.all(c, c.contains("x"))))';
  await refusedDefinition(rules([{ rule }], { x: list }), /estimated rule cost/);
});

test('CustomResourceValidationRules MUST fail create of a custom resource that exceeds the runtime cost limit for x-kubernetes-validations rule execution', async () => {
  const list = { type: 'array', maxItems: 1000, items: { type: 'integer' } };
  const rule = 'self.x.all(a, self.x.all(b, a == b || a != b))';
  const { create } = await collectionWith(rules([{ rule }], { x: list }));
  const x = Array.from({ length: 1000 }, (_, index) => index);
  await assert.rejects(create('expensive', { x }), { message: /cost/ });
});

test('CustomResourceValidationRules MUST fail update of a custom resource that does not satisfy a x-kubernetes-validations transition rule', async () => {
  const { create, collection } = await collectionWith(
    rules([{ rule: 'self.x == oldSelf.x', message: 'x is fixed' }], integers),
  );
  await create('object', { x: 1 });
  await api.patch(`${collection}/object`, { spec: { y: 2 } });
  await assert.rejects(api.patch(`${collection}/object`, { spec: { x: 2 } }), {
    reason: 'Invalid',
    message: /x is fixed/,
  });
});
