import type { PodTemplate, ReplicationController } from '../schema/generated/types/core-v1.ts';
import type { IngressClass } from '../schema/generated/types/networking-v1.ts';
import type { RuntimeClass } from '../schema/generated/types/node-v1.ts';
import { testCases } from './cases.test-helper.ts';
import { validatePodTemplate } from './core/pod-template.ts';
import { validateReplicationController } from './core/replication-controller.ts';
import { validateIngressClass, validateIngressClassUpdate } from './networking/ingress-class.ts';
import { validateRuntimeClass } from './node/runtime-class.ts';

const header = { apiVersion: 'v1', kind: 'Any', metadata: { name: 'o' } };
const template = {
  metadata: { labels: { a: 'b' } },
  spec: {
    containers: [{ name: 'c', image: 'i', imagePullPolicy: 'Always', terminationMessagePolicy: 'File' }],
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
  },
};

const controller: ReplicationController = { ...header, spec: { replicas: 1, selector: { a: 'b' }, template } };
testCases('replication controller', controller, validateReplicationController, [
  [{ 'spec.selector': {} }, 'spec.selector: Required value'],
  [{ 'spec.template': undefined }, 'spec.template: Required value'],
  [
    { 'spec.selector': { a: 'c' } },
    'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
  ],
]);

const podTemplate: PodTemplate = { ...header, template };
testCases('pod template', podTemplate, validatePodTemplate, [
  [{ 'template.spec.containers': [] }, 'template.spec.containers: Required value'],
]);

const ingressClass: IngressClass = { ...header, spec: { controller: 'example.com/haproxy' } };
testCases('ingress class', ingressClass, validateIngressClass, [
  [
    { 'spec.controller': 'x' },
    'spec.controller: Invalid value: "x": must be a domain-prefixed path (such as "acme.io/foo")',
  ],
  [
    { 'spec.parameters': { kind: 'K', name: 'n', scope: 'Namespace' } },
    "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
  ],
]);
testCases('ingress class update', ingressClass, (now) => validateIngressClassUpdate(now, ingressClass), [
  [{ 'spec.controller': 'a.b/c' }, 'spec.controller: Invalid value: "a.b/c": field is immutable'],
]);

const runtimeClass: RuntimeClass = { ...header, handler: 'runc' };
testCases('runtime class', runtimeClass, validateRuntimeClass, [
  [{ handler: '' }, 'handler: Required value'],
  [
    { overhead: { podFixed: { cpu: 'x' } } },
    'overhead.limits[cpu]: Invalid value: "x": quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
  ],
]);
