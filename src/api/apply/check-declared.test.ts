import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployment } from '../apps/deployment.ts';
import { checkDeclared } from './check-declared.ts';

const applied = (spec: object, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'shop', name: 'web', labels: { any: 'thing' } },
  spec,
  ...more,
});

test('what a type has may be applied; keys of maps are free', () => {
  const template = { metadata: { annotations: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  checkDeclared(deployment.schema(), applied({ replicas: 1, selector: { matchLabels: { x: 'y' } }, template }));
});

test('what it does not have is refused with its place', () => {
  const head = 'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): ';
  const refused = (object: ReturnType<typeof applied>, text: string) =>
    assert.throws(() => checkDeclared(deployment.schema(), object), { reason: 'BadRequest', message: head + text });
  refused(applied({}, { more: 1 }), '.more: field not declared in schema');
  const containers = [{ name: 'c', ports: [{ containerPort: 80, protocol: 'TCP', extra: true }] }];
  refused(
    applied({ replica: 1, template: { spec: { containers } } }),
    'errors:\n  .spec.replica: field not declared in schema\n' +
      '  .spec.template.spec.containers[name="c"].ports[containerPort=80,protocol="TCP"].extra: field not declared in schema',
  );
  refused(
    applied({ template: { spec: { tolerations: [{ key: 'a' }, { kye: 'b' }] } } }),
    '.spec.template.spec.tolerations[1].kye: field not declared in schema',
  );
});
