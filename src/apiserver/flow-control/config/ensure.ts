import { flowSchema } from '../../../api/flowcontrol/flow-schema.ts';
import { priorityLevelConfiguration } from '../../../api/flowcontrol/priority-level-configuration.ts';
import type { Kind } from '../../../api/kind.ts';
import type { KubeObject } from '../../../api/object.ts';
import { isApiError } from '../../../api/status.ts';
import type { Client, NewObject } from '../../../client/client.ts';
import { autoUpdateAnnotation, mandatory, suggested } from './bootstrap.ts';

const fieldManager = 'api-priority-and-fairness-config-producer-v1';

/**
 * Makes the mandatory and suggested objects and keeps them, as upstream: mandatory ones always have their spec;
 * suggested ones are left alone when their annotation says `false`, or when somebody has changed them and it says
 * nothing. What an older version suggested and this one does not goes. At rest nothing is written.
 */
export async function ensureFlowConfiguration(client: Client): Promise<void> {
  await keep(client, priorityLevelConfiguration, mandatory.levels, suggested.levels);
  await keep(client, flowSchema, mandatory.schemas, suggested.schemas);
}

async function keep<T extends KubeObject & { readonly spec?: object }>(
  client: Client,
  kind: Kind<T>,
  always: readonly NewObject<T>[],
  usually: readonly NewObject<T>[],
): Promise<void> {
  await Promise.all([
    ...always.map((wanted) => keepOne(client, kind, wanted, () => true)),
    ...usually.map((wanted) => keepOne(client, kind, wanted, updates)),
  ]);
  const known = new Set([...always, ...usually].map(({ metadata }) => metadata.name));
  const stale = client
    .view(kind)
    .list()
    .filter(({ metadata }) => metadata.annotations?.[autoUpdateAnnotation] === 'true' && !known.has(metadata.name));
  await Promise.all(stale.map((object) => remove(client, kind, object)));
}

/** Whether an object that is there takes new specs; upstream's rule. */
function updates({ metadata }: KubeObject): boolean {
  const answer = metadata.annotations?.[autoUpdateAnnotation];
  return answer === undefined ? metadata.generation === 1 : answer === 'true';
}

async function keepOne<T extends KubeObject & { readonly spec?: object }>(
  client: Client,
  kind: Kind<T>,
  wanted: NewObject<T>,
  isKept: (found: T) => boolean,
): Promise<void> {
  const found = client.view(kind).get(wanted.metadata.name ?? '');
  const annotated = (metadata: KubeObject['metadata'], value: string) => ({
    ...metadata,
    annotations: { ...metadata.annotations, [autoUpdateAnnotation]: value },
  });
  try {
    if (!found) {
      await client.create(kind, { ...wanted, metadata: annotated(wanted.metadata, 'true') }, { fieldManager });
      return;
    }
    const kept = isKept(found);
    const says = found.metadata.annotations?.[autoUpdateAnnotation];
    const { spec } = wanted as { readonly spec?: object };
    const isRight = !kept || covers(found.spec, spec);
    if (says === String(kept) && isRight) return;
    const metadata = annotated(found.metadata, String(kept));
    await client.update(kind, { ...found, metadata, ...(!isRight && { spec }) }, { fieldManager });
  } catch (error) {
    // Another server, or an administrator, was faster; the next round looks again.
    if (!isApiError(error, 'AlreadyExists', 'Conflict', 'NotFound')) throw error;
  }
}

/** Whether `found` says the same as `wanted` where that says something: the rest are defaults. */
function covers(found: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null || typeof found !== 'object' || found === null)
    return found === wanted;
  if (Array.isArray(wanted) && (!Array.isArray(found) || found.length !== wanted.length)) return false;
  return Object.entries(wanted).every(([key, value]) => covers((found as Record<string, unknown>)[key], value));
}

async function remove<T extends KubeObject>(client: Client, kind: Kind<T>, { metadata }: T): Promise<void> {
  const { name = '', resourceVersion } = metadata;
  const options = resourceVersion === undefined ? {} : { preconditions: { resourceVersion } };
  try {
    await client.delete(kind, { name }, options);
  } catch (error) {
    if (!isApiError(error, 'NotFound', 'Conflict')) throw error;
  }
}
