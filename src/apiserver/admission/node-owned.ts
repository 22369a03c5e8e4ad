import { isDeepStrictEqual } from 'node:util';
import { parseCertificateRequest } from '../../api/certificates/parse-request.ts';
import { builtInSigners } from '../../api/certificates/signers.ts';
import { draftOf, type KubeObject } from '../../api/object.ts';
import type { CertificateSigningRequest } from '../../api/schema/generated/types/certificates-v1.ts';
import type { PersistentVolumeClaim } from '../../api/schema/generated/types/core-v1.ts';
import type { ResourceSlice } from '../../api/schema/generated/types/resource-v1.ts';
import { toError } from '../../base/errors.ts';
import type { AdmissionRequest } from '../contract.ts';

/** Why a node may not do this with an object that is its own in some way; undefined: it may. */
type Fault = (
  request: AdmissionRequest,
  object: KubeObject | undefined,
  node: string,
) => string | undefined | Promise<string | undefined>;

/** What a node writes beside pods and nodes, by `group/plural`. */
export const ownedByNodes: ReadonlyMap<string, Fault> = new Map<string, Fault>([
  ['/persistentvolumeclaims', claimFault],
  ['coordination.k8s.io/leases', leaseFault],
  ['storage.k8s.io/csinodes', csiNodeFault],
  ['resource.k8s.io/resourceslices', sliceFault],
  ['certificates.k8s.io/certificatesigningrequests', certificateFault],
]);

/** A node tells how far it has grown a volume's file system, and nothing else of the claim. */
function claimFault(request: AdmissionRequest, object: KubeObject | undefined): string | undefined {
  const { operation, subresource, old } = request;
  if (subresource !== 'status') return 'may only update PVC status';
  if (operation !== 'UPDATE' || !object || !old) return `unexpected operation ${JSON.stringify(operation)}`;
  return isDeepStrictEqual(withoutGrowth(old), withoutGrowth(object))
    ? undefined
    : 'is not allowed to update fields other than status.capacity, status.conditions and status.allocatedResources';
}

function withoutGrowth(object: KubeObject): object {
  const claim = draftOf(object as PersistentVolumeClaim);
  delete claim.metadata.managedFields;
  delete claim.metadata.resourceVersion;
  const {
    capacity: _,
    conditions: __,
    allocatedResources: ___,
    allocatedResourceStatuses: ____,
    ...status
  } = claim.status ?? {};
  return { ...claim, status };
}

function leaseFault({ ref, operation }: AdmissionRequest, object: KubeObject | undefined, node: string) {
  if (ref.namespace !== 'kube-node-lease') return "can only access leases in the 'kube-node-lease' system namespace";
  const name = operation === 'CREATE' ? object?.metadata.name : ref.name;
  return name === node ? undefined : 'can only access node lease with the same name as the requesting node';
}

function csiNodeFault({ ref, operation }: AdmissionRequest, object: KubeObject | undefined, node: string) {
  const name = operation === 'CREATE' ? object?.metadata.name : ref.name;
  return name === node ? undefined : 'can only access CSINode with the same name as the requesting node';
}

function sliceFault({ operation, old }: AdmissionRequest, object: KubeObject | undefined, node: string) {
  const owner = ((operation === 'DELETE' ? old : object) as ResourceSlice | undefined)?.spec.nodeName;
  const doing = operation === 'DELETE' ? 'delete' : operation === 'CREATE' ? 'create' : 'update';
  return owner === node ? undefined : `can only ${doing} ResourceSlice with the same NodeName as the requesting node`;
}

const ofNodes: readonly string[] = [builtInSigners.kubeletClient, builtInSigners.kubeletServing];

async function certificateFault(
  { operation, subresource }: AdmissionRequest,
  object: KubeObject | undefined,
  node: string,
) {
  if (operation !== 'CREATE' || subresource !== '') return undefined;
  const { spec } = object as CertificateSigningRequest;
  if (!ofNodes.includes(spec.signerName)) return undefined;
  try {
    const { commonName } = await parseCertificateRequest(spec.request);
    if (commonName === `system:node:${node}`) return undefined;
    return `can only create a node CSR with CN=system:node:${node}`;
  } catch (error) {
    return `unable to parse csr: ${toError(error).message}`;
  }
}
