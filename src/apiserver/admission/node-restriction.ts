import { isDeepStrictEqual } from 'node:util';
import { mirrorPodAnnotation } from '../../api/core/mirror-pod.ts';
import { mayNodeSetLabel } from '../../api/core/node-labels.ts';
import { podReferences } from '../../api/core/pod-references.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Node, Pod } from '../../api/schema/generated/types/core-v1.ts';
import { forbidden } from '../../api/status.ts';
import type { View } from '../../client/client.ts';
import { nodeNameOf } from '../authorization/node.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';
import { ownedByNodes } from './node-owned.ts';

/**
 * A node agent changes its own node, and the pods that are bound to it, and nothing else
 * (kubernetes.io/docs/reference/access-authn-authz/admission-controllers, NodeRestriction).
 */
export function nodeRestriction(pods: View<Pod>, nodes: View<Node>): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    handles: ({ user, kind, operation }) =>
      operation !== 'CONNECT' && nodeNameOf(user) !== undefined && (isCore(kind) || ownedByNodes.has(keyOf(kind))),
    validate(request, object) {
      const { kind, user } = request;
      const name = nodeNameOf(user) ?? '';
      if (!isCore(kind)) return checkOwned(request, object, name);
      if (kind.plural === 'pods') checkPod(request, object, { name, pods, nodes });
      else checkNode(request, object, name);
      return undefined;
    },
  };
}

const keyOf = ({ group, plural }: AdmissionRequest['kind']) => `${group}/${plural}`;
const isCore = ({ group, plural }: AdmissionRequest['kind']) =>
  group === '' && (plural === 'pods' || plural === 'nodes');

async function checkOwned(request: AdmissionRequest, object: KubeObject | undefined, node: string): Promise<void> {
  const why = await ownedByNodes.get(keyOf(request.kind))?.(request, object, node);
  if (why) refuse(request, why);
}

interface Asker {
  readonly name: string;
  readonly pods: View<Pod>;
  readonly nodes: View<Node>;
}

function refuse({ kind, ref }: AdmissionRequest, why: string): never {
  throw forbidden(kind, ref.name, why);
}

function checkPod(request: AdmissionRequest, object: KubeObject | undefined, { name: node, pods, nodes }: Asker): void {
  const { operation, subresource, ref } = request;
  if (operation === 'CREATE' && subresource === '') {
    const why = mirrorFault(object as Pod, node, nodes.get(node));
    if (why) refuse(request, why);
    return;
  }
  if (operation === 'UPDATE' && subresource === '')
    refuse(request, `unexpected operation "UPDATE", node "${node}" can only create and delete mirror pods`);
  if (subresource !== '' && subresource !== 'status' && subresource !== 'eviction')
    refuse(request, `unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`);
  const bound = (request.old as Pod | undefined) ?? pods.get(`${ref.namespace}/${ref.name}`);
  if (bound?.spec?.nodeName !== node)
    refuse(request, `node "${node}" can only ${doing(request)} pods with spec.nodeName set to itself`);
  if (operation === 'UPDATE' && !isDeepStrictEqual(bound.metadata.labels, object?.metadata.labels))
    refuse(request, `node "${node}" cannot update labels through pod status`);
  const claims = (pod: Pod | undefined) => pod?.status?.resourceClaimStatuses;
  if (operation === 'UPDATE' && !isDeepStrictEqual(claims(bound), claims(object as Pod)))
    refuse(request, `node "${node}" cannot update resource claim statuses`);
}

function doing({ operation, subresource }: AdmissionRequest): string {
  if (subresource === 'eviction') return 'evict';
  return operation === 'DELETE' ? 'delete' : 'update pod status for';
}

/** A node creates pods only to show what it runs anyway; they are its own and open nothing to it. */
function mirrorFault(pod: Pod, node: string, owner: Node | undefined): string | undefined {
  if (!pod.metadata.annotations?.[mirrorPodAnnotation])
    return `pod does not have "${mirrorPodAnnotation}" annotation, node "${node}" can only create mirror pods`;
  if (pod.spec?.nodeName !== node) return `node "${node}" can only create pods with spec.nodeName set to itself`;
  const [reference, ...others] = pod.metadata.ownerReferences ?? [];
  if (others.length > 0) return `node "${node}" can only create pods with a single owner reference set to itself`;
  if (reference?.apiVersion !== 'v1' || reference.kind !== 'Node' || reference.name !== node)
    return `node "${node}" can only create pods with an owner reference set to itself`;
  if (!reference.controller)
    return `node "${node}" can only create pods with a controller owner reference set to itself`;
  if (reference.blockOwnerDeletion) return `node "${node}" must not set blockOwnerDeletion on an owner reference`;
  if (reference.uid !== owner?.metadata.uid)
    return `node ${node} UID mismatch: expected ${owner?.metadata.uid ?? ''} got ${reference.uid}`;
  const [first] = podReferences(pod);
  if (!first) return undefined;
  const what = first.plural === 'serviceaccounts' ? 'a service account' : first.plural;
  return `node "${node}" can not create pods that reference ${what}`;
}

function checkNode(request: AdmissionRequest, object: KubeObject | undefined, node: string): void {
  const { ref, operation } = request;
  if (ref.name !== node) refuse(request, `node "${node}" is not allowed to modify node "${ref.name}"`);
  if (!object) return;
  const wanted = object as Node;
  const old = request.old as Node | undefined;
  const labels = changedLabels(old?.metadata.labels, wanted.metadata.labels).filter((label) => !mayNodeSetLabel(label));
  if (labels.length > 0) {
    const what = operation === 'CREATE' ? 'set the following labels' : 'modify labels';
    refuse(request, `is not allowed to ${what}: ${labels.join(', ')}`);
  }
  if (operation !== 'UPDATE') return;
  if (!isDeepStrictEqual(old?.spec?.taints, wanted.spec?.taints))
    refuse(request, `node "${node}" is not allowed to modify taints`);
  if (!isDeepStrictEqual(old?.metadata.ownerReferences, wanted.metadata.ownerReferences))
    refuse(request, `node "${node}" is not allowed to modify ownerReferences`);
}

function changedLabels(
  before: Readonly<Record<string, string>> = {},
  after: Readonly<Record<string, string>> = {},
): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => before[key] !== after[key])
    .sort();
}
