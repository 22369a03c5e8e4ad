import { fill, mergeMissing } from '../fill.ts';
import type { Draft } from '../object.ts';
import type {
  Container,
  Pod,
  PodSpec,
  PodTemplateSpec,
  ResourceRequirements,
} from '../schema/generated/types/core-v1.ts';
import { defaultContainer } from './container-defaults.ts';
import { mirrorPodIps } from './mirrored-addresses.ts';
import { defaultPodRequests } from './pod-requests.ts';
import { defaultVolume } from './volume-defaults.ts';

/** Defaults of a pod template, in whichever kind it stands. */
export function defaultPodTemplate(template: Draft<PodTemplateSpec> | undefined): void {
  if (template?.spec) defaultPodSpec(template.spec);
}

/** Defaults of a pod specification, in pods and in templates. */
export function defaultPodSpec(spec: Draft<PodSpec>): void {
  fill(spec, {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
  });
  mirrorServiceAccount(spec);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  for (const container of allContainers(spec)) defaultContainer(container);
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container);
}

/** `serviceAccount` is the old name of `serviceAccountName`; both are shown, the new one wins. */
function mirrorServiceAccount(spec: Draft<PodSpec>): void {
  const name = spec.serviceAccountName || spec.serviceAccount;
  if (!name) return;
  spec.serviceAccountName = name;
  spec.serviceAccount = name;
}

/** What pods get and templates do not. */
export function defaultPod(pod: Draft<Pod>): void {
  mirrorPodIps(pod.status);
  if (!pod.spec) return;
  defaultPodSpec(pod.spec);
  for (const { resources } of allContainers(pod.spec)) defaultRequestsToLimits(resources);
  defaultPodRequests(pod.spec);
  fill(pod.spec, { enableServiceLinks: true });
  if (pod.spec.hostNetwork) for (const container of allContainers(pod.spec)) defaultHostPorts(container);
}

function defaultRequestsToLimits(resources: Draft<ResourceRequirements> | undefined): void {
  if (!resources?.limits) return;
  const requests = mergeMissing(resources.requests, resources.limits);
  if (requests) resources.requests = requests;
}

function defaultHostPorts({ ports }: Draft<Container>): void {
  for (const port of ports ?? []) if (!port.hostPort) port.hostPort = port.containerPort;
}

function allContainers(spec: Draft<PodSpec>): readonly Draft<Container>[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
}
