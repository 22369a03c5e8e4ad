import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namespace } from '../../api/core/namespace.ts';
import { pod as podKind } from '../../api/core/pod.ts';
import { serviceAccount } from '../../api/core/service-account.ts';
import type { Kind } from '../../api/kind.ts';
import { builtInKinds } from '../../api/kinds.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import { clusterRole } from '../../api/rbac/cluster-role.ts';
import { clusterRoleBinding } from '../../api/rbac/cluster-role-binding.ts';
import { role } from '../../api/rbac/role.ts';
import { roleBinding } from '../../api/rbac/role-binding.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import { FakeClock } from '../../base/clock.ts';
import type { Client } from '../../client/client.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { createRuleResolver } from '../authorization/rbac.ts';
import type { AdmissionPlugin, Authorizer, UserInfo } from '../contract.ts';
import { createInProcessClient } from '../in-process-client.ts';
import { type CachedRegistry, openRegistry } from '../registry/registry.ts';
import { type AdmissionOptions, builtInAdmission } from './admission.ts';

/** The real registry and the whole chain, with namespace `default` and its account. */
export interface AdmissionBench {
  readonly registry: CachedRegistry;
  readonly client: Client;
  readonly clock: FakeClock;
  /** What the API warned of since the last look. */
  warnings(): string[];
  /** A client that acts as somebody. */
  as(user: UserInfo): Client;
  /** Creates objects of built-in kinds by `apiVersion` and `kind`. */
  create<T extends KubeObject = KubeObject>(...objects: readonly unknown[]): Promise<T>;
  createPod(spec?: unknown, metadata?: unknown): Promise<Pod>;
  close(): Promise<void>;
}

export const root: UserInfo = { name: 'root', groups: ['system:masters'] };

export async function openAdmission(options: Partial<AdmissionOptions> = {}): Promise<AdmissionBench> {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-admission-'));
  const clock = new FakeClock();
  const store = await openSqliteStore({ file: join(folder, 'state.db'), clock });
  const admission: AdmissionPlugin[] = [];
  const registry = await openRegistry({ store, kinds: builtInKinds, clock, freeze: true, admission });
  const warnings: string[] = [];
  const as = (user: UserInfo) => createInProcessClient({ registry, user, warn: (text) => warnings.push(text) });
  const client = as(root);
  await client.create(namespace, { metadata: { name: 'default' } });
  await client.create(serviceAccount, { metadata: { name: 'default', namespace: 'default' } });
  const authorizer: Authorizer = options.authorizer ?? { authorize: () => ({ decision: 'allow', reason: '' }) };
  const resolver = createRuleResolver({
    roles: client.view(role),
    roleBindings: client.view(roleBinding),
    clusterRoles: client.view(clusterRole),
    clusterRoleBindings: client.view(clusterRoleBinding),
  });
  admission.push(...builtInAdmission({ client, authorizer, resolver, ...options }));
  const create = async (...objects: readonly unknown[]) => {
    let made: KubeObject | undefined;
    for (const object of objects) made = await client.create(kindOf(object), object as KubeObject);
    return made;
  };
  let pods = 0;
  return {
    registry,
    client,
    clock,
    warnings: () => warnings.splice(0),
    as,
    create: create as AdmissionBench['create'],
    async createPod(spec = {}, metadata = {}) {
      pods++;
      return client.create(podKind, podOf(`pod-${pods}`, spec, metadata));
    },
    async close() {
      registry.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

export function kindOf(object: unknown): Kind {
  const { apiVersion, kind } = object as KubeObject;
  const found = builtInKinds.find((one) => one.apiVersion === apiVersion && one.kind === kind);
  assert.ok(found, `no kind ${apiVersion} ${kind}`);
  return found;
}

/** A pod with one container `c`. */
export function podOf(name: string, spec: unknown = {}, metadata: unknown = {}): Draft<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...(metadata as object) },
    spec: { containers: [{ name: 'c', image: 'i' }], ...(spec as object) },
  } as Draft<Pod>;
}

/** Expects a refusal; returns its message. */
export async function refusal(attempt: Promise<unknown>, reason = 'Forbidden'): Promise<string> {
  const error = await attempt.then(
    () => assert.fail('it was allowed'),
    (thrown: unknown) => thrown,
  );
  if (!isApiError(error)) throw error;
  assert.equal(error.reason, reason, error.message);
  return error.message;
}
