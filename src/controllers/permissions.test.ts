import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kind } from '../api/kind.ts';
import { builtInKinds } from '../api/kinds.ts';
import { controllerRoles } from '../apiserver/authorization/bootstrap/controller-roles.ts';
import { bootstrapPolicy } from '../apiserver/authorization/bootstrap/policy.ts';
import { ruleAllows } from '../apiserver/authorization/rules.ts';
import type { Controller } from '../controller-runtime/controller.ts';
import { createControllers } from './controllers.ts';

/**
 * Upstream's roles leave out what its informers read: those act as kube-controller-manager. These controllers' views
 * need it beside their role.
 */
const readBesideRole: Readonly<Record<string, readonly string[]>> = {
  'service-account-controller': ['list namespaces', 'list serviceaccounts'],
  'root-ca-cert-publisher': ['list namespaces', 'list configmaps'],
};

/** Upstream's token controller has no role of its own; it acts as kube-controller-manager. */
const withoutRole = ['tokens-controller'];

const controllers = createControllers({
  kinds: () => builtInKinds,
  rootCaCertificates: 'PEM',
  podRanges: [],
  signSecretToken: async () => 'token',
  certificates: { authorities: {}, mayRequest: async () => false },
});

/** Of the one object that a rule with names is for. */
const plainName = 'cluster-info';

function namespacedRules(account: string) {
  const roles = bootstrapPolicy().roles.filter(({ metadata }) => metadata.name === `system:controller:${account}`);
  return roles.flatMap(({ rules = [] }) => rules);
}

/** What the controller says it does and its role does not allow. */
function missing(controller: Controller): readonly string[] {
  const account = controller.account ?? controller.name;
  // Some have roles in kube-system and kube-public only, where alone they work.
  const rules = controllerRoles[account] ?? namespacedRules(account);
  if (rules.length === 0) return ['a role'];
  const wants: string[] = [];
  const want = (verb: string, kind: Kind, subresource = '') => {
    const resource = {
      group: kind.group,
      version: kind.version,
      plural: kind.plural,
      subresource,
      namespace: 'a',
      name: plainName,
    };
    const attributes = { user: { name: 'a', groups: [] }, verb, resource };
    if (!rules.some((rule) => ruleAllows(rule, attributes)))
      wants.push(`${verb} ${kind.plural}${subresource && `/${subresource}`}`);
  };
  const kinds = new Set([...controller.wakesOn.map(({ kind }) => kind), ...(controller.reads ?? [])]);
  for (const kind of kinds) want('list', kind);
  for (const { kind, verbs, subresource } of controller.writes ?? [])
    for (const verb of verbs) want(verb, kind, subresource);
  return wants;
}

for (const controller of controllers)
  test(`${controller.name} stays within the role of its service account`, () => {
    if (withoutRole.includes(controller.name)) assert.deepEqual(missing(controller), ['a role']);
    else assert.deepEqual(missing(controller), readBesideRole[controller.name] ?? []);
  });

test('names of controllers are unique', () => {
  const names = controllers.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});
