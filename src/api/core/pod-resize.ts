import { entryOf } from '../entry-of.ts';
import { compareQuantities } from '../quantity/quantity.ts';
import type { Container, Pod, ResourceRequirements } from '../schema/generated/types/core-v1.ts';
import type { FieldError } from '../status.ts';
import { validatePodSpec } from '../validation/core/pod/pod-spec.ts';
import { forbidden, invalidValue } from '../validation/field-error.ts';
import { mirrorPodAnnotation } from './mirror-pod.ts';
import { qosClassOf } from './pod-qos.ts';

/** A resize changes CPU and memory, and never so that the class of service would be another (KEP-1287). */
export function validateResize(pod: Pod, old: Pod): readonly FieldError[] {
  const errors = [...validatePodSpec(pod.spec, 'spec')];
  // `[]` is upstream's name for the whole object.
  if (old.metadata.annotations?.[mirrorPodAnnotation] !== undefined)
    errors.push(forbidden('[]', 'static pods cannot be resized'));
  if (old.spec?.os?.name === 'windows') errors.push(forbidden('[]', 'windows pods cannot be resized'));
  if (qosClassOf(pod) !== qosClassOf(old)) {
    const shown = pod.status?.qosClass ?? qosClassOf(pod);
    errors.push(invalidValue('spec', shown, 'Pod QOS Class may not change as a result of resizing'));
  }
  const before = containersOf(old);
  if (containersOf(pod).some((container, index) => changesOthers(container.resources, before[index]?.resources))) {
    errors.push(forbidden('spec', 'only cpu and memory resources are mutable'));
  }
  for (const list of ['initContainers', 'containers'] as const) errors.push(...removals(pod, old, list));
  return errors;
}

/** A resize may raise and lower, not take away. */
function removals(pod: Pod, old: Pod, list: 'initContainers' | 'containers'): FieldError[] {
  return (pod.spec?.[list] ?? []).flatMap(({ resources = {} }, at) => {
    const before = old.spec?.[list]?.[at]?.resources ?? {};
    return (['limits', 'requests'] as const)
      .filter((side) => Object.keys(before[side] ?? {}).some((name) => entryOf(resources[side], name) === undefined))
      .map((side) => forbidden(`spec.${list}[${at}].resources`, `resource ${side} cannot be removed`));
  });
}

function containersOf({ spec }: Pod): readonly Container[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

function changesOthers(now: ResourceRequirements = {}, old: ResourceRequirements = {}): boolean {
  return (['requests', 'limits'] as const).some((list) => {
    const names = new Set([...Object.keys(now[list] ?? {}), ...Object.keys(old[list] ?? {})]);
    return [...names].some((name) => !isResizable(name) && !isSame(entryOf(now[list], name), entryOf(old[list], name)));
  });
}

function isResizable(name: string): boolean {
  return name === 'cpu' || name === 'memory';
}

function isSame(left: string | undefined, right: string | undefined): boolean {
  return left === undefined || right === undefined ? left === right : compareQuantities(left, right) === 0;
}
