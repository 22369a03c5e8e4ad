import { type PolicyDefaults, policyProblems } from './labels.ts';
import type { PodSecurityExemptions } from './pod-security.ts';

type Json = Readonly<Record<string, unknown>>;

const versions = ['v1', 'v1beta1', 'v1alpha1'].map((version) => `pod-security.admission.config.k8s.io/${version}`);
const modes = ['enforce', 'enforce-version', 'audit', 'audit-version', 'warn', 'warn-version'] as const;
const exempted = ['usernames', 'namespaces', 'runtimeClasses'] as const;

/** A PodSecurityConfiguration (kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller). Throws Error. */
export function readPodSecurityConfiguration(document: Json): {
  readonly defaults: PolicyDefaults;
  readonly exemptions: PodSecurityExemptions;
} {
  const { kind, apiVersion } = document;
  if (kind !== 'PodSecurityConfiguration' || !versions.includes(String(apiVersion)))
    throw new Error(
      `PodSecurity is configured by a PodSecurityConfiguration of ${versions[0]}, not by ${String(apiVersion)} ${String(kind)}`,
    );
  const defaults = part(document, 'defaults', modes, (value) => typeof value === 'string') as PolicyDefaults;
  const problems = policyProblems(defaults);
  if (problems.length > 0) throw new Error(problems.map(({ field, message }) => `${field}: ${message}`).join(', '));
  const isNames = (value: unknown) => Array.isArray(value) && value.every((name) => typeof name === 'string');
  return { defaults, exemptions: part(document, 'exemptions', exempted, isNames) as PodSecurityExemptions };
}

function part(document: Json, name: string, known: readonly string[], isValue: (value: unknown) => boolean): Json {
  const value = document[name] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error(`${name} must be an object`);
  for (const [key, one] of Object.entries(value as Json)) {
    if (!known.includes(key)) throw new Error(`${name}.${key} is not known; there are ${known.join(', ')}`);
    if (!isValue(one)) throw new Error(`${name}.${key} will not do: ${JSON.stringify(one)}`);
  }
  return value as Json;
}
