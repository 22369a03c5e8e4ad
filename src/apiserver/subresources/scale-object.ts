import type { Kind } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import type { Scale } from '../../api/schema/generated/types/autoscaling-v1.ts';
import { labelSelectorOf, selectorOfLabels } from '../../api/selectors/label-selector.ts';
import { isRecord } from '../routes/decode.ts';

/** Where an object keeps what its Scale shows. */
export type ScalePaths = NonNullable<Kind['subresources'][string]['scale']>;
export type ScaleObject = Scale & KubeObject;

/** The `autoscaling/v1` Scale of an object. */
export function scaleOf(object: KubeObject, paths: ScalePaths): ScaleObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = valueAt(object, paths.specReplicas);
  const current = valueAt(object, paths.statusReplicas);
  const selector = paths.selector ? selectorText(valueAt(object, paths.selector)) : '';
  const metadata = Object.fromEntries(
    Object.entries({ name, namespace, uid, resourceVersion, creationTimestamp }).filter(([, value]) => value),
  );
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata,
    spec: typeof replicas === 'number' ? { replicas } : {},
    status: { replicas: typeof current === 'number' ? current : 0, ...(selector && { selector }) },
  };
}

function steps(path: string): readonly string[] {
  return path.split('.').filter((step) => step !== '');
}

function valueAt(object: unknown, path: string): unknown {
  return steps(path).reduce((value, step) => (isRecord(value) ? value[step] : undefined), object);
}

export function setReplicas(draft: Draft<KubeObject>, replicas: number, { specReplicas }: ScalePaths): void {
  const path = steps(specReplicas);
  let at = draft as unknown as Record<string, unknown>;
  for (const step of path.slice(0, -1)) {
    const present = at[step];
    const next = isRecord(present) ? present : {};
    at[step] = next;
    at = next;
  }
  at[path.at(-1) ?? ''] = replicas;
}

/** A selector as text: it is text already, a LabelSelector, or plain labels (ReplicationController). */
function selectorText(selector: unknown): string {
  if (typeof selector === 'string') return selector;
  if (!isRecord(selector)) return '';
  if ('matchLabels' in selector || 'matchExpressions' in selector) return labelSelectorOf(selector).toString();
  return selectorOfLabels(selector as Record<string, string>).toString();
}
