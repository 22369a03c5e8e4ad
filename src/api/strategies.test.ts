import assert from 'node:assert/strict';
import test from 'node:test';
import { customResourceDefinition } from './apiextensions/custom-resource-definition.ts';
import { deployment } from './apps/deployment.ts';
import { job } from './batch/job.ts';
import { certificateSigningRequest } from './certificates/certificate-signing-request.ts';
import { lease } from './coordination/lease.ts';
import { event } from './core/event.ts';
import { namespace } from './core/namespace.ts';
import { persistentVolumeClaim } from './core/persistent-volume-claim.ts';
import { draftOf } from './object.ts';

test('a namespace is kept by its content until that is finalized', () => {
  const made = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } };
  const draft = draftOf<Parameters<NonNullable<typeof namespace.holds>>[0]>(made);
  namespace.prepareCreate?.(draft);
  assert.deepEqual(draft.spec, { finalizers: ['kubernetes'] });
  assert.deepEqual(draft.status, { phase: 'Active' });
  assert.equal(namespace.holds?.(draft), true);

  const update = draftOf({ ...draft, spec: { finalizers: [] as string[] } });
  namespace.prepareUpdate?.(update, draft);
  assert.deepEqual(update.spec, { finalizers: ['kubernetes'] });

  const going = draftOf(draft);
  namespace.prepareDelete?.(going);
  assert.equal(going.status?.phase, 'Terminating');

  const finalized = draftOf({ ...going, spec: { finalizers: [] as string[] }, status: { phase: 'Active' } });
  namespace.subresources['finalize']?.prepareUpdate?.(finalized, going);
  assert.equal(finalized.status?.phase, 'Terminating');
  assert.equal(namespace.holds?.(finalized), false);
});

test('a job selects its own pods', () => {
  const draft = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'a', uid: 'u-1' },
    spec: { template: { metadata: { labels: { app: 'x' } } } },
  };
  const made: Parameters<NonNullable<typeof job.prepareCreate>>[0] = structuredClone(draft);
  job.prepareCreate?.(made);
  assert.deepEqual(made.spec?.selector, { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u-1' } });
  assert.deepEqual(made.spec?.template.metadata?.labels, {
    app: 'x',
    'job-name': 'a',
    'controller-uid': 'u-1',
    'batch.kubernetes.io/job-name': 'a',
    'batch.kubernetes.io/controller-uid': 'u-1',
  });
  const manual = { ...structuredClone(draft), spec: { ...structuredClone(draft.spec), manualSelector: true } };
  job.prepareCreate?.(manual);
  assert.deepEqual(manual.spec, { ...draft.spec, manualSelector: true });
});

test('annotations of a deployment are an intent, labels are not', () => {
  const old = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a', generation: 4, annotations: { x: '1' } },
  };
  const relabelled = { ...old, metadata: { ...old.metadata, labels: { l: '1' } } };
  deployment.prepareUpdate?.(relabelled, old);
  assert.equal(relabelled.metadata.generation, 4);
  const annotated = { ...old, metadata: { ...old.metadata, annotations: { x: '2' } } };
  deployment.prepareUpdate?.(annotated, old);
  assert.equal(annotated.metadata.generation, 5);
});

const request = {
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'a' },
  spec: { request: 'eA==', signerName: 's', usages: ['client auth'] },
  status: { certificate: 'old', conditions: [{ type: 'Approved', status: 'True' }] },
};

test('a certificate request is approved, signed, and never changed', () => {
  const changed = draftOf({ ...request, spec: { ...request.spec, signerName: 'other' } });
  certificateSigningRequest.prepareUpdate?.(changed, request);
  assert.deepEqual(changed.spec, request.spec);

  const denied = draftOf({
    ...request,
    status: { certificate: 'new', conditions: [{ type: 'Denied', status: 'True' }] },
  });
  certificateSigningRequest.subresources['approval']?.prepareUpdate?.(denied, request);
  assert.deepEqual(denied.status, { certificate: 'old', conditions: [{ type: 'Denied', status: 'True' }] });

  const signed = draftOf({
    ...request,
    status: {
      certificate: 'new',
      conditions: [
        { type: 'Denied', status: 'True' },
        { type: 'Failed', status: 'True' },
      ],
    },
  });
  certificateSigningRequest.subresources['status']?.prepareUpdate?.(signed, request);
  assert.deepEqual(signed.status, {
    certificate: 'new',
    conditions: [
      { type: 'Approved', status: 'True' },
      { type: 'Failed', status: 'True' },
    ],
  });
});

test('versions in which custom resources were stored are remembered', () => {
  const version = (name: string, storage: boolean) => ({ name, storage, served: true });
  const draft: Parameters<NonNullable<typeof customResourceDefinition.prepareCreate>>[0] = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'as.x' },
    spec: { group: 'x', names: { kind: 'A', plural: 'as' }, scope: 'Namespaced', versions: [version('v1', true)] },
  };
  customResourceDefinition.prepareCreate?.(draft);
  assert.deepEqual(draft.status?.storedVersions, ['v1']);
  const next = draftOf(draft);
  next.spec.versions = [version('v1', false), version('v2', true)];
  customResourceDefinition.prepareUpdate?.(next, draft);
  assert.deepEqual(next.status?.storedVersions, ['v1', 'v2']);
});

test('the two fields for the source of a claim say the same', () => {
  const claim: Parameters<NonNullable<typeof persistentVolumeClaim.prepareCreate>>[0] = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'a' },
    spec: { dataSource: { kind: 'PersistentVolumeClaim', name: 'b' } },
  };
  persistentVolumeClaim.prepareCreate?.(claim);
  assert.deepEqual(claim.spec?.dataSourceRef, { kind: 'PersistentVolumeClaim', name: 'b' });
  assert.deepEqual(claim.status, { phase: 'Pending' });
});

test('heartbeats and events are lazy, leader election is not', () => {
  const of = (name: string) => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'a', namespace: name },
  });
  assert.equal(lease.durabilityOf?.(of('kube-node-lease')), 'lazy');
  assert.equal(lease.durabilityOf?.(of('kube-system')), 'sync');
  assert.equal(event.durability, 'lazy');
});
