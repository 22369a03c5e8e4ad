import type { Kind } from '../api/kind.ts';
import type { Controller } from '../controller-runtime/controller.ts';
import { deploymentController } from './deployment/deployment.ts';
import { namespaceController } from './namespace/namespace.ts';
import { replicaSetController, replicationControllerController } from './replica-set/replica-set.ts';
import { rootCaController } from './root-ca/root-ca.ts';
import { serviceAccountController } from './service-account/service-account.ts';

export interface ControllersOptions {
  /** All kinds that are served at the moment. */
  readonly kinds: () => readonly Kind[];
  /** PEM of the certificate authorities that vouch for the API server. */
  readonly rootCaCertificates: string;
}

/** All controllers, in the order in which they start. */
export function createControllers(options: ControllersOptions): readonly Controller[] {
  return [
    namespaceController(options.kinds),
    serviceAccountController,
    rootCaController(options.rootCaCertificates),
    deploymentController,
    replicaSetController,
    replicationControllerController,
  ];
}
