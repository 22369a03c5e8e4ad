import { mirrorPodAnnotation } from '../../../core/mirror-pod.ts';
import { jsonEqual } from '../../../patch/record.ts';
import type { Affinity, Container, Pod, PodSpec, Toleration } from '../../../schema/generated/types/core-v1.ts';
import { type Errors, each, type Texts } from '../../common.ts';
import { forbidden, invalidValue } from '../../field-error.ts';
import { validateNarrowing } from './gated.ts';
import { validatePodSpec } from './pod-spec.ts';

/** The spec of a pod itself, on every write: more than a template's must hold. */
export function validateOwnSpec(spec: PodSpec | undefined): Errors {
  return [
    ...validatePodSpec(spec, 'spec'),
    ...imageSpaces(spec?.containers, 'spec.containers'),
    ...imageSpaces(spec?.initContainers, 'spec.initContainers'),
  ];
}

/** A pod at creation, after defaulting. */
export function validatePod({ metadata, spec }: Pod): Errors {
  const errors = [
    ...(metadata.annotations ? validatePodAnnotations(metadata.annotations, spec) : []),
    ...validateOwnSpec(spec),
  ];
  if ((spec?.ephemeralContainers ?? []).length > 0)
    errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  if (spec?.nodeName && (spec.schedulingGates ?? []).length > 0)
    errors.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  return errors;
}

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';

function validatePodAnnotations(annotations: Texts, spec: PodSpec | undefined): Errors {
  const errors: Errors = [];
  const path = (name: string) => `metadata.annotations[${name}]`;
  const mirror = annotations[mirrorPodAnnotation];
  if (mirror !== undefined && !spec?.nodeName)
    errors.push(
      invalidValue(path(mirrorPodAnnotation), mirror, 'must set spec.nodeName if mirror pod annotation is set'),
    );
  const cost = annotations[deletionCost];
  if (cost !== undefined && !isInt32(cost))
    errors.push(invalidValue(path(deletionCost), cost, 'must be a 32bit integer'));
  return errors;
}

function isInt32(text: string): boolean {
  return /^-?(0|[1-9]\d{0,9})$/.test(text) && Number(text) >= -(2 ** 31) && Number(text) < 2 ** 31;
}

const updatable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
];

/** A pod's update through its main endpoint: nearly everything is fixed. */
export function validatePodUpdate(pod: Pod, old: Pod): Errors {
  const { spec } = pod;
  const before = old.spec;
  if (!spec || !before) return [];
  const errors = [
    ...containerChanges(spec.containers, before.containers, 'spec.containers'),
    ...containerChanges(spec.initContainers, before.initContainers, 'spec.initContainers'),
  ];
  if (errors.length > 0) return errors;
  errors.push(...deadlineChange(spec, before), ...tolerationChanges(spec.tolerations, before.tolerations));
  errors.push(...gateChanges(spec, before));
  if ((before.schedulingGates ?? []).length > 0) errors.push(...validateNarrowing(spec, before));
  if (errors.length > 0) return errors;
  const allowed = withChanges(before, spec);
  if (jsonEqual(allowed, spec)) return [];
  const list = updatable.join(',');
  return [forbidden('spec', `pod updates may not change fields other than ${list}\n${differences(spec, allowed)}`)];
}

function containerChanges(now: readonly Container[] = [], old: readonly Container[] = [], path: string): Errors {
  if (now.length !== old.length) return [forbidden(path, 'pod updates may not add or remove containers')];
  return imageSpaces(now, path);
}

/** Templates may have such images. */
function imageSpaces(containers: readonly Container[] | undefined, path: string): Errors {
  return each(containers, path, ({ image }, here) =>
    image && image !== image.trim()
      ? [invalidValue(`${here}.image`, image, 'must not have leading or trailing whitespace')]
      : [],
  );
}

function deadlineChange({ activeDeadlineSeconds: now }: PodSpec, { activeDeadlineSeconds: old }: PodSpec): Errors {
  const path = 'spec.activeDeadlineSeconds';
  if (old === undefined || now === old) return [];
  if (now === undefined) return [invalidValue(path, now, 'must not update from a positive integer to nil value')];
  return now > old ? [invalidValue(path, now, `must be less than or equal to previous value`)] : [];
}

function tolerationChanges(now: readonly Toleration[] = [], old: readonly Toleration[] = []): Errors {
  const withoutTime = ({ tolerationSeconds: _, ...rest }: Toleration) => rest;
  const kept = old.every((one) =>
    now.some(
      (other) =>
        jsonEqual(one, other) || (one.effect === 'NoExecute' && jsonEqual(withoutTime(one), withoutTime(other))),
    ),
  );
  return kept
    ? []
    : [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

function gateChanges({ schedulingGates: now = [] }: PodSpec, { schedulingGates: old = [] }: PodSpec): Errors {
  const before = new Set(old.map(({ name }) => name));
  return now
    .filter(({ name }) => !before.has(name))
    .map(({ name }) =>
      forbidden('spec.schedulingGates', `only deletion is allowed, but found new scheduling gate '${name}'`),
    );
}

/** The old spec with those fields of the new one that may change. */
function withChanges(old: PodSpec, now: PodSpec): PodSpec {
  const images = (before: readonly Container[], after: readonly Container[] = []) =>
    before.map((container, at) => {
      const { image: _, ...rest } = container;
      const image = after[at]?.image;
      return image === undefined ? rest : { ...rest, image };
    });
  const gated = (old.schedulingGates ?? []).length > 0;
  const result: Record<string, unknown> = { ...old, containers: images(old.containers, now.containers) };
  if (gated) setOrDelete(result, 'affinity', withNodeAffinity(old.affinity, now.affinity));
  if (old.initContainers) result['initContainers'] = images(old.initContainers, now.initContainers);
  const free = ['activeDeadlineSeconds', 'tolerations', 'schedulingGates', ...(gated ? ['nodeSelector'] : [])];
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && now.terminationGracePeriodSeconds === 1)
    free.push('terminationGracePeriodSeconds');
  for (const field of free) setOrDelete(result, field, now[field as keyof PodSpec]);
  return result as unknown as PodSpec;
}

function setOrDelete(object: Record<string, unknown>, field: string, value: unknown): void {
  if (value === undefined) delete object[field];
  else object[field] = value;
}

/** Of all affinities only that to nodes may change. */
function withNodeAffinity(old: Affinity | undefined, now: Affinity | undefined): Affinity | undefined {
  const { nodeAffinity: _, ...others } = old ?? {};
  const affinity = { ...others, ...(now?.nodeAffinity && { nodeAffinity: now.nodeAffinity }) };
  return now || Object.keys(affinity).length > 0 ? affinity : undefined;
}

/** The fields that differ, one line each: what it is to be, and what it is. */
function differences(now: PodSpec, old: PodSpec): string {
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  const show = (value: unknown) => (value === undefined ? '(not set)' : JSON.stringify(value).slice(0, 500));
  return names
    .filter((name) => !jsonEqual(now[name as keyof PodSpec], old[name as keyof PodSpec]))
    .map((name) => `- ${name}: ${show(old[name as keyof PodSpec])}\n+ ${name}: ${show(now[name as keyof PodSpec])}`)
    .join('\n');
}

/** The `ephemeralcontainers` subresource: containers may be added, none changed or taken away. */
export function validateEphemeralContainersUpdate(pod: Pod, old: Pod): Errors {
  const { ephemeralContainers = [] } = pod.spec ?? {};
  const errors = validatePodSpec(pod.spec, 'spec').filter(({ field }) => field.startsWith('spec.ephemeralContainers'));
  const now = new Map(ephemeralContainers.map((container) => [container.name, container]));
  for (const container of old.spec?.ephemeralContainers ?? []) {
    const same = now.get(container.name);
    if (!same)
      errors.push(
        forbidden(
          'spec.ephemeralContainers',
          `existing ephemeral containers ${JSON.stringify(container.name)} may not be removed\n`,
        ),
      );
    else if (!jsonEqual(same, container))
      errors.push(
        forbidden(
          'spec.ephemeralContainers',
          `existing ephemeral containers ${JSON.stringify(container.name)} may not be changed\n`,
        ),
      );
  }
  return errors;
}
