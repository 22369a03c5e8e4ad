import { namespace as namespaceKind } from '../../../api/core/namespace.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { CronJob } from '../../../api/schema/generated/types/batch-v1.ts';
import type { Namespace, Pod, PodTemplate, PodTemplateSpec } from '../../../api/schema/generated/types/core-v1.ts';
import { forbidden, invalid } from '../../../api/status.ts';
import type { View } from '../../../client/client.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../../contract.ts';
import { sameJson } from '../../registry/json.ts';
import { containersOf, type Subject } from './findings.ts';
import { compareLevels, labelErrors, type PolicyDefaults, policyOf, policyText, withDefaults } from './labels.ts';
import { type Policy, violations, violationsText } from './standards.ts';

export interface PodSecurityOptions {
  readonly namespaces: View<Namespace>;
  readonly pods: View<Pod>;
  /** Whom and what no policy concerns. */
  readonly exemptions?: PodSecurityExemptions;
  /** What holds where a namespace says nothing. Default: everything is allowed. */
  readonly defaults?: PolicyDefaults;
}

export interface PodSecurityExemptions {
  readonly usernames?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly runtimeClasses?: readonly string[];
}

const judgedParts = new Set(['', 'ephemeralcontainers', 'resize']);
const templates = new Set([
  ...['/podtemplates', '/replicationcontrollers', 'apps/deployments', 'apps/replicasets', 'apps/statefulsets'],
  ...['apps/daemonsets', 'batch/jobs', 'batch/cronjobs'],
]);
/** Upstream's bound on the pods that are looked at when a namespace becomes stricter. */
const mostPods = 3000;

/** Pod Security Standards by the labels of namespaces: refuses pods, warns of them and of what will make such pods. */
export function podSecurity(options: PodSecurityOptions): AdmissionPlugin {
  const { namespaces, exemptions = {}, defaults } = options;
  const policies = (name: string | undefined) =>
    policyOf(withDefaults(namespaces.get(name ?? '')?.metadata.labels, defaults));
  const exemptionOf = ({ user, ref }: AdmissionRequest) => {
    if (exemptions.namespaces?.includes(ref.namespace ?? '')) return 'namespace';
    return exemptions.usernames?.includes(user.name) ? 'user' : undefined;
  };

  const judgePod = (request: AdmissionRequest, pod: Pod) => {
    if (exemptions.runtimeClasses?.includes(pod.spec?.runtimeClassName ?? ''))
      return request.annotate?.(annotation('exempt'), 'runtimeClass');
    if (request.old && !concerns(pod, request.old as Pod)) return;
    const { enforce, audit, warn } = policies(request.ref.namespace);
    const subject = subjectOf(pod);
    const found = subject ? violations(enforce, subject) : [];
    request.annotate?.(annotation('enforce-policy'), policyText(enforce));
    auditOf(request, audit, subject);
    if (found.length > 0) {
      const why = `violates PodSecurity ${JSON.stringify(policyText(enforce))}: ${violationsText(found)}`;
      throw forbidden(request.kind, request.ref.name, why);
    }
    warnOf(request, warn, subject);
  };

  return {
    name: 'PodSecurity',
    handles({ operation, kind, subresource }) {
      if (operation !== 'CREATE' && operation !== 'UPDATE') return false;
      if (kind.group === '' && kind.plural === 'pods') return judgedParts.has(subresource);
      if (subresource !== '') return false;
      return kind === (namespaceKind as typeof kind) || templates.has(`${kind.group}/${kind.plural}`);
    },
    validate(request, object) {
      if (!object) return;
      if (request.kind.plural === 'namespaces') return judgeNamespace(options, request, object as Namespace);
      const exemption = exemptionOf(request);
      if (exemption) return request.annotate?.(annotation('exempt'), exemption);
      if (request.kind.plural === 'pods') return judgePod(request, object as Pod);
      const { audit, warn } = policies(request.ref.namespace);
      const subject = subjectOf(templateOf(object));
      auditOf(request, audit, subject);
      warnOf(request, warn, subject);
    },
  };
}

const annotation = (name: string) => `pod-security.kubernetes.io/${name}`;

function auditOf({ annotate }: AdmissionRequest, policy: Policy, subject: Subject | undefined): void {
  const found = annotate && subject ? violations(policy, subject) : [];
  if (found.length > 0)
    annotate?.(
      annotation('audit-violations'),
      `would violate PodSecurity ${JSON.stringify(policyText(policy))}: ${violationsText(found)}`,
    );
}

function warnOf({ warn }: AdmissionRequest, policy: Policy, subject: Subject | undefined): void {
  const found = subject ? violations(policy, subject) : [];
  if (found.length > 0)
    warn(`would violate PodSecurity ${JSON.stringify(policyText(policy))}: ${violationsText(found)}`);
}

function subjectOf(template: PodTemplateSpec | Pod | undefined): Subject | undefined {
  return template?.spec && { annotations: template.metadata?.annotations ?? {}, spec: template.spec };
}

function templateOf(object: KubeObject): PodTemplateSpec | undefined {
  if (object.kind === 'PodTemplate') return (object as PodTemplate).template;
  if (object.kind === 'CronJob') return (object as CronJob).spec?.jobTemplate.spec?.template;
  return (object as { readonly spec?: { readonly template?: PodTemplateSpec } }).spec?.template;
}

/** Whether an update touches anything that the standards look at: most of a pod cannot change. */
function concerns(pod: Pod, old: Pod): boolean {
  if (!pod.spec || !old.spec || !sameJson(pod.metadata.annotations, old.metadata.annotations)) return true;
  const before = containersOf(old.spec);
  const after = containersOf(pod.spec);
  if (before.length !== after.length) return true;
  return after.some((container, at) => !sameJson(container.securityContext, before[at]?.securityContext));
}

function judgeNamespace(
  { pods, exemptions, defaults }: PodSecurityOptions,
  request: AdmissionRequest,
  namespace: Namespace,
): void {
  const { kind, ref, old, warn } = request;
  const { labels } = namespace.metadata;
  const errors = labelErrors(labels);
  if (errors.length > 0 && (!old || labelErrors(old.metadata.labels).length === 0))
    throw invalid(kind, ref.name, errors);
  if (!old || errors.length > 0 || exemptions?.namespaces?.includes(ref.name)) return;
  const now = policyOf(withDefaults(labels, defaults)).enforce;
  const before = policyOf(withDefaults(old.metadata.labels, defaults)).enforce;
  if (now.level === 'privileged' || (now.minor === before.minor && compareLevels(now.level, before.level) <= 0)) return;
  const byReason = new Map<string, string[]>();
  for (const pod of pods.list(ref.name).slice(0, mostPods)) {
    if (exemptions?.runtimeClasses?.includes(pod.spec?.runtimeClassName ?? '')) continue;
    const subject = subjectOf(pod);
    const reasons = (subject ? violations(now, subject) : []).map(({ reason }) => reason).join(', ');
    if (reasons) byReason.set(reasons, [...(byReason.get(reasons) ?? []), pod.metadata.name ?? '']);
  }
  if (byReason.size === 0) return;
  warn(
    `existing pods in namespace ${JSON.stringify(ref.name)} violate the new PodSecurity enforce level ${JSON.stringify(policyText(now))}`,
  );
  for (const [reasons, [first = '', ...others]] of [...byReason].sort(([, [a = '']], [, [b = '']]) =>
    a < b ? -1 : 1,
  )) {
    const more = others.length === 1 ? ' (and 1 other pod)' : ` (and ${others.length} other pods)`;
    warn(`${first}${others.length > 0 ? more : ''}: ${reasons}`);
  }
}
