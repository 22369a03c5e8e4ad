import type { Draft } from '../../api/object.ts';
import { compareQuantities } from '../../api/quantity/quantity.ts';
import type { Pod, PodSpec } from '../../api/schema/generated/types/core-v1.ts';
import type { RuntimeClass } from '../../api/schema/generated/types/node-v1.ts';
import { forbidden } from '../../api/status.ts';
import type { View } from '../../client/client.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';
import { sameJson } from '../registry/json.ts';

/** A pod's runtime class says what its sandbox costs and which nodes have it (kubernetes.io/docs/concepts/containers/runtime-class). */
export function runtimeClassAdmission(classes: View<RuntimeClass>): AdmissionPlugin {
  const classOf = (request: AdmissionRequest, { runtimeClassName }: PodSpec) => {
    if (!runtimeClassName) return undefined;
    const found = classes.get(runtimeClassName);
    if (!found) throw refusal(request, `RuntimeClass ${JSON.stringify(runtimeClassName)} not found`);
    return found;
  };
  return {
    name: 'RuntimeClass',
    handles: ({ operation, kind, subresource }) =>
      operation === 'CREATE' && kind.group === '' && kind.plural === 'pods' && subresource === '',
    mutate(request, object) {
      const spec = (object as Draft<Pod> | undefined)?.spec;
      const found = spec && classOf(request, spec);
      if (!spec || !found) return;
      const overhead = found.overhead?.podFixed;
      if (overhead) {
        if (Object.keys(spec.overhead ?? {}).length > 0 && !sameAmounts(spec.overhead, overhead))
          throw refusal(request, mismatch);
        spec.overhead = { ...overhead };
      }
      if (found.scheduling) schedule(request, spec, found.scheduling);
    },
    validate(request, object) {
      const spec = (object as Pod | undefined)?.spec;
      if (!spec) return;
      const overhead = classOf(request, spec)?.overhead?.podFixed;
      if (overhead && !sameAmounts(spec.overhead, overhead)) throw refusal(request, mismatch);
      if (!overhead && spec.overhead)
        throw refusal(request, 'Pod Overhead set without corresponding RuntimeClass defined Overhead');
    },
  };
}

const mismatch = "Pod's Overhead doesn't match RuntimeClass's defined Overhead";

function refusal({ kind, ref }: AdmissionRequest, why: string) {
  return forbidden(kind, ref.name, `pod rejected: ${why}`);
}

function sameAmounts(left: Readonly<Record<string, string>> = {}, right: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => right[name] !== undefined && compareQuantities(left[name] ?? '0', right[name]) === 0)
  );
}

/** The class's nodes and the pod's must agree; the class's tolerations are added. */
function schedule(
  request: AdmissionRequest,
  spec: Draft<PodSpec>,
  { nodeSelector = {}, tolerations = [] }: NonNullable<RuntimeClass['scheduling']>,
): void {
  for (const [key, value] of Object.entries(nodeSelector)) {
    const own = spec.nodeSelector?.[key];
    if (own === undefined || own === value) continue;
    const why = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
    throw forbidden(request.kind, request.ref.name, why);
  }
  if (Object.keys(nodeSelector).length > 0) spec.nodeSelector = { ...spec.nodeSelector, ...nodeSelector };
  const missing = tolerations.filter((wanted) => !spec.tolerations?.some((own) => sameJson(own, wanted)));
  if (missing.length > 0) spec.tolerations = [...(spec.tolerations ?? []), ...missing.map((one) => ({ ...one }))];
}
