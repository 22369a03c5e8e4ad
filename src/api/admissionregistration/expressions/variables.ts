import { bool, dyn, int, listOf, mapOf, objectOf, string, type Type } from '../../cel/types/type.ts';

const names = (...fields: readonly string[]) => Object.fromEntries(fields.map((field) => [field, string]));
const kindType = objectOf('kubernetes.GroupVersionKind', names('group', 'version', 'kind'));
const resourceType = objectOf('kubernetes.GroupVersionResource', names('group', 'version', 'resource'));
const requestType = objectOf('kubernetes.AdmissionRequest', {
  ...names('subResource', 'requestSubResource', 'name', 'namespace', 'operation'),
  ...{ kind: kindType, requestKind: kindType, resource: resourceType, requestResource: resourceType },
  userInfo: objectOf('kubernetes.UserInfo', {
    ...names('username', 'uid'),
    groups: listOf(string),
    extra: mapOf(string, listOf(string)),
  }),
  dryRun: bool,
  options: dyn,
});
const namespaceType = objectOf('kubernetes.Namespace', {
  ...names('apiVersion', 'kind'),
  metadata: objectOf('kubernetes.NamespaceMetadata', {
    ...names('name', 'generateName', 'namespace', 'uid', 'resourceVersion', 'deletionGracePeriodSeconds'),
    generation: int,
    ...{ labels: mapOf(string, string), annotations: mapOf(string, string) },
    ...{ creationTimestamp: dyn, deletionTimestamp: dyn, finalizers: listOf(string) },
  }),
  spec: objectOf('kubernetes.NamespaceSpec', { finalizers: listOf(string) }),
  status: objectOf('kubernetes.NamespaceStatus', {
    phase: string,
    conditions: listOf(
      objectOf('kubernetes.NamespaceCondition', {
        ...names('status', 'type', 'reason', 'message'),
        lastTransitionTime: dyn,
      }),
    ),
  }),
});

/** What match conditions of webhooks may name, and what policies may beside it. */
export const conditionVariables: Readonly<Record<string, Type>> = {
  object: dyn,
  oldObject: dyn,
  request: requestType,
  authorizer: { kind: 'opaque', name: 'kubernetes.authorization.Authorizer' },
};
export const policyVariables: Readonly<Record<string, Type>> = {
  ...conditionVariables,
  namespaceObject: namespaceType,
  params: dyn,
  variables: dyn,
};

/** What mutating policies make: parts of objects, and patches. */
export const isMadeObject = (typeName: string) => typeName === 'JSONPatch' || /^Object(\.|$)/.test(typeName);
