import { type Draft, draftOf } from '../object.ts';
import type { Deployment } from '../schema/generated/types/apps-v1.ts';

/** Annotations are handed down to replica sets: changing them is an intent, too. */
export function prepareDeploymentUpdate({ metadata }: Draft<Deployment>, { metadata: old }: Deployment): void {
  if (!sameMap(metadata.annotations, old.annotations)) metadata.generation = (old.generation ?? 0) + 1;
}

/** A status write leaves labels alone. */
export function prepareDeploymentStatus({ metadata }: Draft<Deployment>, { metadata: old }: Deployment): void {
  const { labels } = draftOf(old);
  if (labels) metadata.labels = labels;
  else delete metadata.labels;
}

type Texts = Readonly<Record<string, string>>;

function sameMap(left: Texts = {}, right: Texts = {}): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}
