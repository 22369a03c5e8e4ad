import type { Draft } from '../../api/object.ts';
import { jsonEqual } from '../../api/patch/index.ts';
import type { CertificateSigningRequest } from '../../api/schema/generated/types/certificates-v1.ts';
import type { Container, Namespace, Pod } from '../../api/schema/generated/types/core-v1.ts';
import { type FieldError, invalid } from '../../api/status.ts';

/** `namespaces/finalize`: spec.finalizers, nothing else. */
export function takeFinalizers(draft: Draft<Namespace>, wanted: Namespace): void {
  const finalizers = wanted.spec?.finalizers;
  draft.spec = { ...draft.spec, ...(finalizers && { finalizers: [...finalizers] }) };
  if (!finalizers) delete draft.spec.finalizers;
}

/** `certificatesigningrequests/approval`: the conditions; Approved and Denied exclude each other and stay. */
export function takeApproval(
  draft: Draft<CertificateSigningRequest>,
  wanted: CertificateSigningRequest,
  old: CertificateSigningRequest,
): void {
  const conditions = wanted.status?.conditions ?? [];
  const has = (type: string) => conditions.some((condition) => condition.type === type);
  const errors: FieldError[] = [];
  const field = 'status.conditions';
  if (has('Approved') && has('Denied'))
    errors.push({
      type: 'FieldValueInvalid',
      field,
      message: 'Invalid value: "Approved,Denied": Approved and Denied conditions are mutually exclusive',
    });
  for (const { type } of old.status?.conditions ?? [])
    if (!has(type))
      errors.push({
        type: 'FieldValueForbidden',
        field,
        message: `Forbidden: updates may not remove a condition of type ${JSON.stringify(type)}`,
      });
  if (errors.length > 0)
    throw invalid({ group: 'certificates.k8s.io', kind: 'CertificateSigningRequest' }, old.metadata.name ?? '', errors);
  draft.status = { ...draft.status, conditions: structuredClone(conditions) as Draft<typeof conditions> };
}

const pods = { group: '', kind: 'Pod' };

/** `pods/ephemeralcontainers`: containers may be added, never changed or removed. */
export function takeEphemeralContainers(draft: Draft<Pod>, wanted: Pod, old: Pod): void {
  const before = old.spec?.ephemeralContainers ?? [];
  const after = wanted.spec?.ephemeralContainers ?? [];
  const errors: FieldError[] = [];
  const field = 'spec.ephemeralContainers';
  for (const container of before) {
    const index = after.findIndex(({ name }) => name === container.name);
    if (index < 0)
      errors.push({
        type: 'FieldValueForbidden',
        field,
        message: `Forbidden: existing ephemeral containers ${JSON.stringify(container.name)} may not be removed`,
      });
    else if (!jsonEqual(withoutDefaults(after[index]), withoutDefaults(container)))
      errors.push({
        type: 'FieldValueForbidden',
        field,
        message: `Forbidden: existing ephemeral containers ${JSON.stringify(container.name)} may not be changed`,
      });
  }
  const names = [...(old.spec?.containers ?? []), ...(old.spec?.initContainers ?? [])].map(({ name }) => name);
  after.forEach(({ name, image, targetContainerName }, index) => {
    const path = `${field}[${index}]`;
    if (!name) errors.push({ type: 'FieldValueRequired', field: `${path}.name`, message: 'Required value' });
    else if (names.includes(name))
      errors.push({
        type: 'FieldValueDuplicate',
        field: `${path}.name`,
        message: `Duplicate value: ${JSON.stringify(name)}`,
      });
    if (!image) errors.push({ type: 'FieldValueRequired', field: `${path}.image`, message: 'Required value' });
    if (targetContainerName && !names.includes(targetContainerName))
      errors.push({
        type: 'FieldValueNotFound',
        field: `${path}.targetContainerName`,
        message: `Not found: ${JSON.stringify(targetContainerName)}`,
      });
    if (name) names.push(name);
  });
  if (errors.length > 0) throw invalid(pods, old.metadata.name ?? '', errors);
  if (draft.spec) draft.spec.ephemeralContainers = structuredClone(after) as Draft<typeof after>;
}

/** Clients send containers back without the fields that the server filled in. */
function withoutDefaults(container: unknown): unknown {
  if (typeof container !== 'object' || container === null) return container;
  const { terminationMessagePath, terminationMessagePolicy, imagePullPolicy, resources, ...rest } = container as Record<
    string,
    unknown
  >;
  return rest;
}

/** `pods/resize`: cpu and memory of containers and their resizePolicy; whatever else differs is refused. */
export function takeResources(draft: Draft<Pod>, wanted: Pod, old: Pod): void {
  const errors: FieldError[] = [];
  for (const list of ['containers', 'initContainers'] as const) {
    const before = old.spec?.[list] ?? [];
    const after = wanted.spec?.[list] ?? [];
    before.forEach((container, index) => {
      const path = `spec.${list}[${index}]`;
      const next = after.find(({ name }) => name === container.name);
      if (!next) {
        errors.push({ type: 'FieldValueForbidden', field: path, message: 'Forbidden: containers may not be removed' });
        return;
      }
      errors.push(...resizeErrors(container, next, path));
      const target = draft.spec?.[list]?.[index];
      if (!target) return;
      if (next.resources) target.resources = structuredClone(next.resources) as Draft<typeof next.resources>;
      if (next.resizePolicy)
        target.resizePolicy = structuredClone(next.resizePolicy) as Draft<typeof next.resizePolicy>;
    });
  }
  if (errors.length > 0) throw invalid(pods, old.metadata.name ?? '', errors);
}

const resizable = new Set(['cpu', 'memory']);

function resizeErrors(before: Container, after: Container, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const side of ['requests', 'limits'] as const) {
    const old = before.resources?.[side] ?? {};
    const next = after.resources?.[side] ?? {};
    for (const name of new Set([...Object.keys(old), ...Object.keys(next)])) {
      if (jsonEqual(old[name], next[name])) continue;
      const field = `${path}.resources.${side}`;
      if (!resizable.has(name))
        errors.push({
          type: 'FieldValueForbidden',
          field,
          message: `Forbidden: only cpu and memory resources are mutable, not ${name}`,
        });
      else if (next[name] === undefined)
        errors.push({
          type: 'FieldValueForbidden',
          field,
          message: `Forbidden: resource ${side} cannot be removed: ${name}`,
        });
    }
  }
  return errors;
}
