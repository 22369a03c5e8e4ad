import type { Kind } from '../api/kind.ts';
import type { Controller } from '../controller-runtime/controller.ts';
import { bootstrapSigner } from './bootstrap-token/bootstrap-signer.ts';
import { tokenCleaner } from './bootstrap-token/token-cleaner.ts';
import { certificateApprovalController, type MayRequest } from './certificate-approval/certificate-approval.ts';
import { certificateCleanupController } from './certificate-cleanup/certificate-cleanup.ts';
import {
  type CertificateSigningOptions,
  certificateSigningController,
} from './certificate-signing/certificate-signing.ts';
import { clusterRoleAggregationController } from './cluster-role-aggregation/cluster-role-aggregation.ts';
import { cronJobController } from './cron-job/cron-job.ts';
import { daemonSetController } from './daemon-set/daemon-set.ts';
import { deploymentController } from './deployment/deployment.ts';
import { disruptionController } from './disruption/disruption.ts';
import { endpointSliceController } from './endpoint-slice/endpoint-slice.ts';
import { endpointSliceMirroringController } from './endpoint-slice-mirroring/endpoint-slice-mirroring.ts';
import { endpointsController } from './endpoints/endpoints.ts';
import { ephemeralVolumeController } from './ephemeral-volume/ephemeral-volume.ts';
import { garbageCollector } from './garbage-collector/garbage-collector.ts';
import { jobController } from './job/job.ts';
import { namespaceController, type RemoteContent } from './namespace/namespace.ts';
import { nodeIpamController } from './node-ipam/node-ipam.ts';
import type { PodRange } from './node-ipam/plan.ts';
import { nodeLifecycleController } from './node-lifecycle/node-lifecycle.ts';
import { claimBinder, volumePhases } from './persistent-volume/persistent-volume.ts';
import { podGarbageCollector } from './pod-garbage-collector/pod-garbage-collector.ts';
import { policyTypeCheckController } from './policy-type-check/policy-type-check.ts';
import { replicaSetController, replicationControllerController } from './replica-set/replica-set.ts';
import { resourceQuotaController } from './resource-quota/resource-quota.ts';
import { rootCaController } from './root-ca/root-ca.ts';
import { serviceAccountController } from './service-account/service-account.ts';
import { serviceCidrController } from './service-cidr/service-cidr.ts';
import { statefulSetController } from './stateful-set/stateful-set.ts';
import { taintEvictionController } from './taint-eviction/taint-eviction.ts';
import { type TokenSecretOptions, tokenSecretController } from './token-secret/token-secret.ts';
import { ttlAfterFinishedController } from './ttl-after-finished/ttl-after-finished.ts';
import { claimProtection, volumeProtection } from './volume-protection/volume-protection.ts';

export interface ControllersOptions {
  /** All kinds that are served at the moment: custom resources come and go. */
  readonly kinds: () => readonly Kind[];
  /** What lies behind other API servers, for namespaces and garbage collection. Default: nothing. */
  readonly remoteContent?: RemoteContent;
  /** PEM of the certificate authorities that vouch for the API server. */
  readonly rootCaCertificates: string;
  /** The cluster's pod addresses, one range for each family. */
  readonly podRanges: readonly PodRange[];
  /** Who signs certificates, and who may have a node's without being asked. Absent: requests wait for somebody else. */
  readonly certificates?: CertificateSigningOptions & { readonly mayRequest: MayRequest };
  /** For secrets of type `kubernetes.io/service-account-token`. Absent: they are not filled in. */
  readonly signSecretToken?: TokenSecretOptions['signToken'];
}

/** Both lists as one; another value whenever one of them is. */
function together(own: () => readonly Kind[], others: () => readonly Kind[]): () => readonly Kind[] {
  let made: readonly [own: readonly Kind[], others: readonly Kind[], both: readonly Kind[]] = [[], [], []];
  return () => {
    const [a, b] = [own(), others()];
    if (made[0] !== a || made[1] !== b) made = [a, b, [...a, ...b]];
    return made[2];
  };
}

/** All controllers, in the order in which they start. */
export function createControllers(options: ControllersOptions): readonly Controller[] {
  const { kinds, remoteContent, rootCaCertificates, signSecretToken } = options;
  return [
    // what every namespace and node needs first
    namespaceController(kinds, remoteContent),
    serviceAccountController,
    rootCaController(rootCaCertificates),
    ...(signSecretToken ? [tokenSecretController({ rootCaCertificates, signToken: signSecretToken })] : []),
    tokenCleaner,
    bootstrapSigner,
    clusterRoleAggregationController,
    ...(options.certificates
      ? [
          certificateApprovalController(options.certificates.mayRequest),
          certificateSigningController(options.certificates),
        ]
      : []),
    certificateCleanupController,
    nodeIpamController(options.podRanges),
    nodeLifecycleController(),
    serviceCidrController,
    policyTypeCheckController(kinds),
    taintEvictionController,
    // workloads
    deploymentController,
    replicaSetController,
    replicationControllerController,
    statefulSetController,
    daemonSetController(),
    jobController,
    cronJobController,
    ttlAfterFinishedController,
    disruptionController,
    // services
    endpointSliceController,
    endpointsController,
    endpointSliceMirroringController,
    // volumes
    claimBinder,
    volumePhases,
    claimProtection,
    volumeProtection,
    ephemeralVolumeController,
    resourceQuotaController(kinds),
    // cleaning up
    podGarbageCollector(),
    garbageCollector(remoteContent ? together(kinds, remoteContent.kinds) : kinds),
  ];
}
