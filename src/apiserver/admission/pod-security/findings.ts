import type { Container, EphemeralContainer, PodSpec } from '../../../api/schema/generated/types/core-v1.ts';

/** The part of a pod, or of a template of pods, that the standards judge. */
export interface Subject {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

/** What a check found: the reason groups pods, the detail says where. */
export interface Finding {
  readonly reason: string;
  readonly detail: string;
}

export type AnyContainer = Container | EphemeralContainer;

/** In the order in which upstream visits them. */
export function containersOf({
  initContainers = [],
  containers = [],
  ephemeralContainers = [],
}: PodSpec): AnyContainer[] {
  return [...initContainers, ...containers, ...ephemeralContainers];
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many;
}

export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

export function sortedSet(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

/** `container "a"` or `containers "a", "b"`. */
export function containersText(names: readonly string[]): string {
  return `${plural(names.length, 'container')} ${quoted(names)}`;
}

/** Who set it: `pod`, `containers "a", "b"`, or both. */
export function settersText(pod: boolean, containers: readonly string[]): string {
  return [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [containersText(containers)] : [])].join(' and ');
}

export function namesOf(containers: readonly AnyContainer[], bad: (container: AnyContainer) => boolean): string[] {
  return containers.filter(bad).map(({ name }) => name);
}
