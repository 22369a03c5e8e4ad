import { pod as podKind } from '../../api/core/pod.ts';
import { type Draft, formatTime, type KubeObject, type ObjectRef } from '../../api/object.ts';
import type { Binding, Pod } from '../../api/schema/generated/types/core-v1.ts';
import { badRequest, conflict, type FieldError, invalid, staleObject } from '../../api/status.ts';
import type { RequestContext } from '../contract.ts';
import { writeContext } from '../http/write-context.ts';
import { readTyped } from '../routes/decode.ts';
import type { ObjectRoutes } from '../routes/objects.ts';
import type { ResourceHandler } from '../routes/router.ts';
import { bindingBody } from './bodies.ts';
import { sendSuccess } from './status-answer.ts';

/** POST pods/{name}/binding, and the older POST bindings: assigns a pod to a node, once. */
export function bindingHandler(routes: ObjectRoutes): ResourceHandler {
  return async (request) => {
    const context = writeContext(request, 'CreateOptions');
    const binding = await readTyped(request, bindingBody, context);
    const name = request.info.subresource ? request.info.name : (binding.metadata?.name ?? '');
    if (binding.metadata?.name !== undefined && binding.metadata.name !== name)
      throw badRequest(`name in URL does not match name in Binding object: ${binding.metadata.name}`);
    const { namespace } = request.info;
    if (binding.metadata?.namespace && binding.metadata.namespace !== namespace)
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    const errors = bindingErrors(binding);
    if (errors.length > 0) throw invalid({ group: '', kind: 'Binding' }, name, errors);
    await assign(routes, { namespace, name }, binding, context);
    await sendSuccess(request);
  };
}

/** Admits a binding and carries it out. Throws ApiError `Conflict`, `NotFound`, or what a plugin throws. */
export async function assign(
  { registry, clock }: Pick<ObjectRoutes, 'registry' | 'clock'>,
  ref: ObjectRef,
  binding: Binding,
  context: RequestContext,
): Promise<void> {
  const target = { ...ref, subresource: 'binding' };
  const object = { ...binding, metadata: { ...ref, ...binding.metadata } } as Binding & KubeObject;
  const admitted = await registry.admit(podKind, target, { operation: 'CREATE', body: bindingBody, object }, context);
  const made = { binding: admitted, nowMs: clock.now() };
  // As upstream: nobody owns what a binding sets.
  const how = { admitted: true, ownsFields: true } as const;
  await registry.modify(podKind, target, (draft, old) => bind(draft, old, made), context, how);
}

function bindingErrors({ target }: Binding): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (target.kind && target.kind !== 'Node')
    errors.push({
      type: 'FieldValueNotSupported',
      field: 'target.kind',
      message: `Unsupported value: ${JSON.stringify(target.kind)}: supported values: "Node", "<empty>"`,
    });
  if (!target.name) errors.push({ type: 'FieldValueRequired', field: 'target.name', message: 'Required value' });
  return errors;
}

/** The change that a binding makes. Throws ApiError `Conflict`. */
export function bind(
  draft: Draft<Pod>,
  old: Pod,
  { binding, nowMs }: { readonly binding: Binding; readonly nowMs: number },
): void {
  const name = old.metadata.name ?? '';
  const refuse = (why: string) => conflict({ group: '', plural: 'pods/binding' }, name, why);
  const { uid, resourceVersion, annotations, labels } = binding.metadata ?? {};
  if (uid && uid !== old.metadata.uid)
    throw refuse(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`);
  if (resourceVersion && resourceVersion !== old.metadata.resourceVersion)
    throw staleObject({ group: '', plural: 'pods/binding' }, name);
  if (old.metadata.deletionTimestamp) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  const assigned = old.spec?.nodeName;
  if (assigned) throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(assigned)}`);
  if (old.spec?.schedulingGates?.length) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  if (!draft.spec) throw refuse(`pod ${name} has no spec`);
  draft.spec.nodeName = binding.target.name ?? '';
  if (annotations) draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
  if (labels) draft.metadata.labels = { ...draft.metadata.labels, ...labels };
  const others = (draft.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: formatTime(nowMs) };
  draft.status = { ...draft.status, conditions: [...others, scheduled] };
}
