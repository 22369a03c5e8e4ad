import { fill, fillZero } from '../fill.ts';
import type { Draft } from '../object.ts';
import type {
  Container,
  EphemeralContainer,
  HTTPGetAction,
  Lifecycle,
  Probe,
} from '../schema/generated/types/core-v1.ts';
import { defaultPullPolicy } from './image-reference.ts';

/** `SetDefaults_Container` and what it contains; init, main and ephemeral containers alike. */
export function defaultContainer(container: Draft<Container | EphemeralContainer>): void {
  fill(container, {
    imagePullPolicy: defaultPullPolicy(container.image),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  container.resources ??= {};
  for (const port of container.ports ?? []) fill(port, { protocol: 'TCP' });
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) fill(valueFrom.fieldRef, { apiVersion: 'v1' });
    if (valueFrom?.fileKeyRef) fill(valueFrom.fileKeyRef, { optional: false });
  }
  defaultProbe(container.livenessProbe);
  defaultProbe(container.readinessProbe);
  defaultProbe(container.startupProbe);
  defaultLifecycle(container.lifecycle);
}

function defaultProbe(probe: Draft<Probe> | undefined): void {
  if (!probe) return;
  fillZero(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  defaultHttpGet(probe.httpGet);
  if (probe.grpc) fill(probe.grpc, { service: '' });
}

function defaultLifecycle(lifecycle: Draft<Lifecycle> | undefined): void {
  defaultHttpGet(lifecycle?.postStart?.httpGet);
  defaultHttpGet(lifecycle?.preStop?.httpGet);
}

function defaultHttpGet(action: Draft<HTTPGetAction> | undefined): void {
  if (action) fill(action, { path: '/', scheme: 'HTTP' });
}
