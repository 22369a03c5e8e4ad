import type { Kind } from '../api/kind.ts';
import type { Controller } from '../controller-runtime/controller.ts';
import { cronJobController } from './cron-job/cron-job.ts';
import { daemonSetController } from './daemon-set/daemon-set.ts';
import { deploymentController } from './deployment/deployment.ts';
import { endpointSliceController } from './endpoint-slice/endpoint-slice.ts';
import { endpointSliceMirroringController } from './endpoint-slice-mirroring/endpoint-slice-mirroring.ts';
import { endpointsController } from './endpoints/endpoints.ts';
import { garbageCollector } from './garbage-collector/garbage-collector.ts';
import { jobController } from './job/job.ts';
import { namespaceController } from './namespace/namespace.ts';
import { nodeIpamController } from './node-ipam/node-ipam.ts';
import type { PodRange } from './node-ipam/plan.ts';
import { replicaSetController, replicationControllerController } from './replica-set/replica-set.ts';
import { rootCaController } from './root-ca/root-ca.ts';
import { serviceAccountController } from './service-account/service-account.ts';
import { statefulSetController } from './stateful-set/stateful-set.ts';

export interface ControllersOptions {
  /** All kinds that are served at the moment. */
  readonly kinds: () => readonly Kind[];
  /** PEM of the certificate authorities that vouch for the API server. */
  readonly rootCaCertificates: string;
  /** The cluster's pod addresses, one range for each family. */
  readonly podRanges: readonly PodRange[];
}

/** All controllers, in the order in which they start. */
export function createControllers(options: ControllersOptions): readonly Controller[] {
  return [
    namespaceController(options.kinds),
    serviceAccountController,
    rootCaController(options.rootCaCertificates),
    nodeIpamController(options.podRanges),
    deploymentController,
    replicaSetController,
    replicationControllerController,
    statefulSetController,
    daemonSetController(),
    jobController,
    cronJobController,
    endpointSliceController,
    endpointsController,
    endpointSliceMirroringController,
    garbageCollector(options.kinds()),
  ];
}
