import { namespace } from '../../api/core/namespace.ts';
import { pod } from '../../api/core/pod.ts';
import { serviceAccount } from '../../api/core/service-account.ts';
import { priorityClass } from '../../api/scheduling/priority-class.ts';
import { storageClass } from '../../api/storage/storage-class.ts';
import type { Client } from '../../client/client.ts';
import type { RuleResolver } from '../authorization/rbac.ts';
import type { AdmissionPlugin, Authorizer } from '../contract.ts';
import { certificateRequestIdentity } from './certificate-request.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { priorityAdmission } from './priority.ts';
import { rbacEscalation } from './rbac-escalation.ts';
import { serviceAccountAdmission } from './service-account.ts';
import { defaultStorageClass, storageObjectInUseProtection } from './storage.ts';
import { taintNodesByCondition } from './taint-nodes.ts';

export interface AdmissionOptions {
  /** Reads what plugins look up; in-process, so that a view is never behind the write that it judges. */
  readonly client: Client;
  readonly authorizer: Authorizer;
  readonly resolver: RuleResolver;
}

/** The built-in plugins in upstream's order; a new one is a file and a line here. */
export function builtInAdmission({ client, authorizer, resolver }: AdmissionOptions): readonly AdmissionPlugin[] {
  return [
    namespaceLifecycle(client.view(namespace)),
    serviceAccountAdmission(client.view(serviceAccount)),
    nodeRestriction(client.view(pod)),
    taintNodesByCondition,
    priorityAdmission(client.view(priorityClass)),
    defaultTolerationSeconds,
    storageObjectInUseProtection,
    certificateRequestIdentity,
    defaultStorageClass(client.view(storageClass)),
    rbacEscalation(resolver, authorizer),
  ];
}
