import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/object.ts';
import type { Node, Pod } from '../../api/schema/generated/types/core-v1.ts';
import { forbidden } from '../../api/status.ts';
import type { View } from '../../client/client.ts';
import { nodeNameOf } from '../authorization/node.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';
const reservedLabel = /^(?:[^/]*\.)?node-restriction\.kubernetes\.io\//;

/**
 * A node agent changes its own node, and the pods that are bound to it, and nothing else
 * (kubernetes.io/docs/reference/access-authn-authz/admission-controllers, NodeRestriction).
 */
export function nodeRestriction(pods: View<Pod>): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    handles: ({ user, kind, operation }) =>
      operation !== 'CONNECT' &&
      ((kind.group === '' && (kind.plural === 'pods' || kind.plural === 'nodes')) || kind.plural === 'csinodes') &&
      nodeNameOf(user) !== undefined,
    validate(request, object) {
      const node = nodeNameOf(request.user) ?? '';
      if (request.kind.plural === 'pods') checkPod(request, object, node, pods);
      else checkNode(request, object, node);
    },
  };
}

function refuse({ kind, ref }: AdmissionRequest, why: string): never {
  throw forbidden(kind, ref.name, why);
}

function checkPod(request: AdmissionRequest, object: KubeObject | undefined, node: string, pods: View<Pod>): void {
  const { operation, subresource, ref } = request;
  if (operation === 'CREATE' && subresource === '') {
    const pod = object as Pod;
    if (!pod.metadata.annotations?.[mirrorAnnotation])
      refuse(request, `pod does not have "${mirrorAnnotation}" annotation, node "${node}" can only create mirror pods`);
    if (pod.spec?.nodeName !== node)
      refuse(request, `node "${node}" can only create pods with spec.nodeName set to itself`);
    return;
  }
  const bound = (request.old as Pod | undefined) ?? pods.get(`${ref.namespace}/${ref.name}`);
  if (bound?.spec?.nodeName === node) {
    if (operation === 'UPDATE' && subresource === '') refuse(request, `node "${node}" can only update pod status`);
    if (operation === 'UPDATE' && !isDeepStrictEqual(bound.metadata.labels, object?.metadata.labels))
      refuse(request, `node "${node}" cannot update labels through pod status`);
    return;
  }
  refuse(
    request,
    `node "${node}" can only ${operation === 'DELETE' ? 'delete' : 'update'} pods with spec.nodeName set to itself`,
  );
}

function checkNode(request: AdmissionRequest, object: KubeObject | undefined, node: string): void {
  const { ref, operation } = request;
  if (ref.name !== node) refuse(request, `node "${node}" is not allowed to modify node "${ref.name}"`);
  if (request.kind.plural !== 'nodes' || !object) return;
  const wanted = object as Node;
  const old = request.old as Node | undefined;
  const changed = changedLabels(old?.metadata.labels, wanted.metadata.labels).filter((label) =>
    reservedLabel.test(label),
  );
  if (changed.length > 0) refuse(request, `is not allowed to modify labels: ${changed.join(', ')}`);
  if (operation === 'UPDATE' && !isDeepStrictEqual(old?.spec?.taints, wanted.spec?.taints))
    refuse(request, `node "${node}" is not allowed to modify taints`);
}

function changedLabels(
  before: Readonly<Record<string, string>> = {},
  after: Readonly<Record<string, string>> = {},
): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => before[key] !== after[key])
    .sort();
}
