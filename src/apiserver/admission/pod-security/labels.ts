import type { FieldError } from '../../../api/status.ts';
import { invalidValue } from '../../../api/validation/field-error.ts';
import type { Level, Policy } from './standards.ts';

/** What a namespace's labels ask for (kubernetes.io/docs/concepts/security/pod-security-admission). */
export interface NamespacePolicy {
  readonly enforce: Policy;
  readonly audit: Policy;
  readonly warn: Policy;
}

const levels: readonly Level[] = ['privileged', 'baseline', 'restricted'];
const privileged: Policy = { level: 'privileged', minor: Number.POSITIVE_INFINITY };

type Labels = Readonly<Record<string, string>>;

const labelOf = (name: string) => `pod-security.kubernetes.io/${name}`;

export function policyText({ level, minor }: Policy): string {
  return `${level}:${minor === Number.POSITIVE_INFINITY ? 'latest' : `v1.${minor}`}`;
}

/** Positive when `a` is stricter. */
export function compareLevels(a: Level, b: Level): number {
  return levels.indexOf(a) - levels.indexOf(b);
}

/** What holds where a namespace says nothing: `enforce: baseline`, `enforce-version: latest` and so on. */
export type PolicyDefaults = Readonly<Record<string, string>>;

/** The labels with what the defaults add to them. */
export function withDefaults(labels: Labels = {}, defaults: PolicyDefaults = {}): Labels {
  const added = Object.entries(defaults).map(([name, value]) => [labelOf(name), value] as const);
  // A version without a level of its own goes with the default level, as upstream reads it.
  return added.length === 0 ? labels : { ...Object.fromEntries(added), ...labels };
}

export function policyProblems(defaults: PolicyDefaults): FieldError[] {
  return labelErrors(withDefaults({}, defaults)).map(({ field, ...error }) => ({
    ...error,
    field: field.replace(/^metadata\.labels\[pod-security\.kubernetes\.io\/(.*)\]$/, 'defaults.$1'),
  }));
}

/** An unreadable level to enforce counts as restricted; in the other modes, as privileged. */
export function policyOf(labels: Labels = {}): NamespacePolicy {
  const enforceLevel = levelOf(labels[labelOf('enforce')]);
  const enforce = { level: enforceLevel ?? 'restricted', minor: minorOf(labels[labelOf('enforce-version')]) };
  if (labels[labelOf('enforce')] === undefined) enforce.level = 'privileged';
  const audit = modeOf(labels, 'audit');
  const warn = modeOf(labels, 'warn');
  // Who is refused pods is warned of templates that make such pods.
  const follows = labels[labelOf('warn')] === undefined && enforceLevel !== undefined && enforceLevel !== 'privileged';
  const warnMinor = labels[labelOf('warn-version')] === undefined ? enforce.minor : warn.minor;
  return { enforce, audit, warn: follows ? { level: enforce.level, minor: warnMinor } : warn };
}

function modeOf(labels: Labels, mode: 'audit' | 'warn'): Policy {
  return {
    level: levelOf(labels[labelOf(mode)]) ?? privileged.level,
    minor: minorOf(labels[labelOf(`${mode}-version`)]),
  };
}

function levelOf(text: string | undefined): Level | undefined {
  return levels.find((level) => level === text);
}

const versionForm = /^v1\.(\d|[1-9]\d*)$/;

function minorOf(text: string | undefined): number {
  const match = versionForm.exec(text ?? '');
  return match ? Number(match[1]) : Number.POSITIVE_INFINITY;
}

/** Labels that say nothing that can be understood. */
export function labelErrors(labels: Labels = {}): FieldError[] {
  return ['enforce', 'audit', 'warn'].flatMap((mode) => {
    const errors: FieldError[] = [];
    const level = labels[labelOf(mode)];
    if (level !== undefined && !levelOf(level))
      errors.push(invalidValue(`metadata.labels[${labelOf(mode)}]`, level, `must be one of ${levels.join(', ')}`));
    const version = labels[labelOf(`${mode}-version`)];
    if (version !== undefined && version !== 'latest' && !versionForm.test(version))
      errors.push(
        invalidValue(`metadata.labels[${labelOf(`${mode}-version`)}]`, version, 'must be "latest" or "v1.x"'),
      );
    return errors;
  });
}
