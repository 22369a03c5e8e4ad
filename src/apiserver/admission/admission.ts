import { mutatingAdmissionPolicy } from '../../api/admissionregistration/mutating-admission-policy.ts';
import { mutatingAdmissionPolicyBinding } from '../../api/admissionregistration/mutating-admission-policy-binding.ts';
import { mutatingWebhookConfiguration } from '../../api/admissionregistration/mutating-webhook-configuration.ts';
import { validatingAdmissionPolicy } from '../../api/admissionregistration/validating-admission-policy.ts';
import { validatingAdmissionPolicyBinding } from '../../api/admissionregistration/validating-admission-policy-binding.ts';
import { validatingWebhookConfiguration } from '../../api/admissionregistration/validating-webhook-configuration.ts';
import { limitRange } from '../../api/core/limit-range.ts';
import { namespace } from '../../api/core/namespace.ts';
import { node } from '../../api/core/node.ts';
import { pod } from '../../api/core/pod.ts';
import { serviceAccount } from '../../api/core/service-account.ts';
import type { Kind } from '../../api/kind.ts';
import { builtInKinds } from '../../api/kinds.ts';
import { ingressClass } from '../../api/networking/ingress-class.ts';
import { runtimeClass } from '../../api/node/runtime-class.ts';
import { priorityClass } from '../../api/scheduling/priority-class.ts';
import { storageClass } from '../../api/storage/storage-class.ts';
import { systemClock } from '../../base/clock.ts';
import { type Logger, silentLogger } from '../../base/log.ts';
import type { MetricRegistry } from '../../base/metrics/metrics.ts';
import type { Client } from '../../client/client.ts';
import type { RuleResolver } from '../authorization/rbac.ts';
import type { AdmissionPlugin, Authorizer } from '../contract.ts';
import type { NodeConnection } from '../proxy/node-connection.ts';
import { equivalentsOf } from '../registry/served-kind.ts';
import type { CallWebhook } from '../webhook-client/caller.ts';
import { failureLog } from '../webhook-client/failure-log.ts';
import { serviceWebhooks } from '../webhook-client/service-webhooks.ts';
import { certificateRequestIdentity } from './certificate-request.ts';
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './certificates.ts';
import type { AdmissionConfiguration } from './configuration.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { deviceSelectors } from './device-selectors.ts';
import { limitRanger } from './limits/limit-ranger.ts';
import { createConditionsMatch } from './match-conditions.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { optionalPlugins } from './optional.ts';
import { podSecurity } from './pod-security/pod-security.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import { checkedExpressions } from './policies/checked-expressions.ts';
import { mutatingPolicies } from './policies/mutating.ts';
import { validatingPolicies } from './policies/validating.ts';
import { priorityAdmission } from './priority.ts';
import { resourceQuota } from './quota/resource-quota.ts';
import { rbacEscalation } from './rbac-escalation.ts';
import { runtimeClassAdmission } from './runtime-class.ts';
import { serviceAccountAdmission } from './service-account.ts';
import type { AdmissionSettings } from './settings.ts';
import { claimResize, defaultStorageClass, storageObjectInUseProtection } from './storage.ts';
import { taintNodesByCondition } from './taint-nodes.ts';
import type { WebhookOptions } from './webhooks/invoke.ts';
import { webhookMetrics } from './webhooks/metrics.ts';
import { mutatingWebhooks } from './webhooks/mutating.ts';
import { validatingWebhooks } from './webhooks/validating.ts';

export interface AdmissionOptions {
  /** Reads what plugins look up; in-process, so that a view is never behind the write that it judges. */
  readonly client: Client;
  readonly authorizer: Authorizer;
  readonly resolver: RuleResolver;
  /** Kinds that there are now. Default: the built-in ones. */
  readonly kinds?: () => readonly Kind[];
  /** How webhooks in pods are reached. Default: straight TCP. */
  readonly connection?: NodeConnection;
  /** Default: one of its own, over `connection`. */
  readonly callWebhook?: CallWebhook;
  readonly log?: Logger;
  /** Of kube-apiserver's flags. Default: upstream's default set. */
  readonly settings?: AdmissionSettings;
  readonly configuration?: AdmissionConfiguration;
  /** Where calls of webhooks are counted. Default: nowhere. */
  readonly metrics?: MetricRegistry;
}

/** The built-in plugins in upstream's order; a new one is a file and a line here. */
export function builtInAdmission(options: AdmissionOptions): readonly AdmissionPlugin[] {
  const { client, authorizer, resolver, settings = { enable: [], disable: [] }, configuration = {} } = options;
  const kinds = options.kinds ?? (() => builtInKinds);
  const isWanted = ({ name }: AdmissionPlugin) => !settings.disable.includes(name);
  const before = [
    namespaceLifecycle(client.view(namespace)),
    limitRanger(client.view(limitRange)),
    serviceAccountAdmission(client.view(serviceAccount)),
    nodeRestriction(client.view(pod), client.view(node)),
    taintNodesByCondition,
    podSecurity({
      namespaces: client.view(namespace),
      pods: client.view(pod),
      ...configuration.podSecurity,
    }),
    priorityAdmission(client.view(priorityClass)),
    defaultTolerationSeconds,
    defaultStorageClass(client.view(storageClass)),
    storageObjectInUseProtection,
    claimResize(client.view(storageClass)),
    runtimeClassAdmission(client.view(runtimeClass)),
    certificateApproval(authorizer),
    certificateSigning(authorizer),
    certificateSubjectRestriction,
    defaultIngressClass(client.view(ingressClass)),
    podTopologyLabels(client.view(node)),
    certificateRequestIdentity,
    deviceSelectors,
    rbacEscalation(resolver, authorizer),
    ...Object.values(optionalPlugins).filter(({ name }) => settings.enable.includes(name)),
  ].filter(isWanted);
  return [...before, ...extensions(options, kinds, before), resourceQuota({ client, kinds })].filter(isWanted);
}

/** What users add to the chain. It comes late, so that it sees what the built-in plugins made. */
function extensions(
  { client, authorizer, connection, callWebhook, metrics, log = silentLogger }: AdmissionOptions,
  kinds: () => readonly Kind[],
  before: readonly AdmissionPlugin[],
): readonly AdmissionPlugin[] {
  const shared: WebhookOptions = {
    namespaces: client.view(namespace),
    equivalents: equivalentsOf(kinds),
    call: callWebhook ?? serviceWebhooks(client, connection),
    conditionsMatch: createConditionsMatch(authorizer),
    warn: failureLog(log, systemClock),
    ...(metrics && { count: webhookMetrics(metrics) }),
  };
  const policies = { client, kinds, namespaces: shared.namespaces, equivalents: shared.equivalents, authorizer };
  const mutating = mutatingPolicies(
    { policies: client.view(mutatingAdmissionPolicy), bindings: client.view(mutatingAdmissionPolicyBinding) },
    { ...policies, before },
  );
  return [
    mutating.first,
    mutatingWebhooks(client.view(mutatingWebhookConfiguration), { ...shared, before: [...before, mutating.again] }),
    checkedExpressions,
    validatingPolicies(
      { policies: client.view(validatingAdmissionPolicy), bindings: client.view(validatingAdmissionPolicyBinding) },
      policies,
    ),
    validatingWebhooks(client.view(validatingWebhookConfiguration), shared),
  ];
}
