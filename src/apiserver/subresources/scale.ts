import type { Kind } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import type { Scale } from '../../api/schema/generated/types/autoscaling-v1.ts';
import { labelSelectorOf, selectorOfLabels } from '../../api/selectors/label-selector.ts';
import { badRequest, conflict, invalid, staleObject } from '../../api/status.ts';
import { type ApiRequest, readContext } from '../http/api-request.ts';
import { outputFormat } from '../http/negotiate.ts';
import { sendObject } from '../http/respond.ts';
import { writeContext } from '../http/write-context.ts';
import { isRecord, readTyped } from '../routes/decode.ts';
import { type ObjectRoutes, targetOf } from '../routes/objects.ts';
import { readPatch } from '../routes/patch-body.ts';
import { type ResourceHandler, resourceNotFound } from '../routes/router.ts';
import { scaleBody } from './bodies.ts';
import { patched } from './patched.ts';

type Paths = NonNullable<Kind['subresources'][string]['scale']>;

/** `…/scale` of any kind whose descriptor says where its replicas stand. */
export function scaleHandler(routes: ObjectRoutes): ResourceHandler {
  return async (request, kind) => {
    const paths = kind.subresources[request.info.subresource]?.scale;
    if (!paths) throw resourceNotFound();
    const target = targetOf(request, kind);
    const { encoding } = outputFormat(request.exchange.headers.accept);
    const scale = request.info.verb === 'get' ? undefined : await readWanted(request, kind);
    const entry = scale
      ? await routes.registry.modify(
          kind,
          target,
          (draft, old) => setReplicas(draft, scale(old, paths), paths),
          scale.context,
        )
      : await routes.registry.get(kind, target, readContext(request));
    await sendObject(request, 200, scaleOf(entry.object, paths), encoding);
  };
}

interface Wanted {
  (old: KubeObject, paths: Paths): number;
  readonly context: ReturnType<typeof writeContext>;
}

async function readWanted(request: ApiRequest, kind: Kind): Promise<Wanted> {
  const { name } = request.info;
  if (request.info.verb === 'patch') {
    const context = writeContext(request, 'PatchOptions');
    const patch = await readPatch(request);
    const wanted = (old: KubeObject, paths: Paths) => {
      const next = patched(scaleBody, scaleOf(old, paths), patch, context) as Scale;
      return checked(kind, next, { old, name });
    };
    return Object.assign(wanted, { context });
  }
  const context = writeContext(request, 'UpdateOptions');
  const scale = await readTyped(request, scaleBody, context);
  return Object.assign((old: KubeObject) => checked(kind, scale, { old, name }), { context });
}

function checked(kind: Kind, scale: Scale, { old, name }: { readonly old: KubeObject; readonly name: string }): number {
  const { metadata = {}, spec } = scale;
  if (metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`);
  if (metadata.uid && metadata.uid !== old.metadata.uid)
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid}`,
    );
  if (metadata.resourceVersion && metadata.resourceVersion !== old.metadata.resourceVersion)
    throw staleObject(kind, name);
  const replicas = spec?.replicas ?? 0;
  if (replicas < 0)
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [
      {
        type: 'FieldValueInvalid',
        field: 'spec.replicas',
        message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
      },
    ]);
  return replicas;
}

/** The `autoscaling/v1` Scale of an object. */
export function scaleOf(object: KubeObject, paths: Paths): Scale & KubeObject {
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

function setReplicas(draft: Draft<KubeObject>, replicas: number, { specReplicas }: Paths): void {
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
