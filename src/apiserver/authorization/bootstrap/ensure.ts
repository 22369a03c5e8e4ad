import type { Kind } from '../../../api/kind.ts';
import type { KubeObject } from '../../../api/object.ts';
import { clusterRole } from '../../../api/rbac/cluster-role.ts';
import { clusterRoleBinding } from '../../../api/rbac/cluster-role-binding.ts';
import { role } from '../../../api/rbac/role.ts';
import { roleBinding } from '../../../api/rbac/role-binding.ts';
import type { PolicyRule, Subject } from '../../../api/schema/generated/types/rbac-v1.ts';
import { isApiError } from '../../../api/status.ts';
import type { CallOptions, Client, NewObject } from '../../../client/client.ts';
import { uncovered } from '../rules.ts';
import { autoUpdateAnnotation, bootstrapPolicy } from './policy.ts';

/**
 * Brings the bootstrap roles and bindings into the cluster: makes what is missing, and gives back rules and subjects
 * that were taken away, unless the object says `autoupdate: false`. What an administrator added stays.
 */
export async function ensureBootstrapPolicy(client: Client, options: CallOptions = {}): Promise<void> {
  const policy = bootstrapPolicy();
  await Promise.all([
    ...policy.clusterRoles.map((wanted) => ensure(client, clusterRole, wanted, missingRules, options)),
    ...policy.roles.map((wanted) => ensure(client, role, wanted, missingRules, options)),
    ...policy.clusterRoleBindings.map((wanted) => ensure(client, clusterRoleBinding, wanted, missingSubjects, options)),
    ...policy.roleBindings.map((wanted) => ensure(client, roleBinding, wanted, missingSubjects, options)),
  ]);
}

async function ensure<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  wanted: NewObject<T>,
  repaired: (found: T, wanted: NewObject<T>) => T | undefined,
  options: CallOptions,
): Promise<void> {
  const { name = '', namespace } = wanted.metadata;
  const found = client.view(kind).get(namespace ? `${namespace}/${name}` : name);
  try {
    if (!found) await client.create(kind, wanted, options);
    else if (found.metadata.annotations?.[autoUpdateAnnotation] !== 'false') {
      const better = repaired(found, wanted);
      if (better) await client.update(kind, better, options);
    }
  } catch (error) {
    // Another server was faster with the same policy.
    if (!isApiError(error, 'AlreadyExists', 'Conflict')) throw error;
  }
}

function missingRules<T extends { readonly rules?: readonly PolicyRule[]; readonly aggregationRule?: unknown }>(
  found: T,
  wanted: { readonly rules?: readonly PolicyRule[] },
): T | undefined {
  // The rules of an aggregated role are another controller's.
  if (found.aggregationRule) return undefined;
  const missing = uncovered(found.rules ?? [], wanted.rules ?? []);
  return missing.length > 0 ? { ...found, rules: [...(found.rules ?? []), ...missing] } : undefined;
}

function missingSubjects<T extends { readonly subjects?: readonly Subject[] }>(
  found: T,
  wanted: { readonly subjects?: readonly Subject[] },
): T | undefined {
  const identity = ({ kind, name, namespace = '' }: Subject) => `${kind} ${namespace}/${name}`;
  const has = new Set((found.subjects ?? []).map(identity));
  const missing = (wanted.subjects ?? []).filter((subject) => !has.has(identity(subject)));
  return missing.length > 0 ? { ...found, subjects: [...(found.subjects ?? []), ...missing] } : undefined;
}
