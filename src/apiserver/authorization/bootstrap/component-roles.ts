import type { PolicyRule } from '../../../api/schema/generated/types/rbac-v1.ts';
import { type BootstrapRole, events, read, rule, urlRule } from './rule.ts';

/** What every node agent may do; objects of its pods are decided one by one by the node authorizer. */
export const nodeRules: readonly PolicyRule[] = [
  rule('create', 'authentication.k8s.io', 'tokenreviews'),
  rule('create', 'authorization.k8s.io', 'localsubjectaccessreviews subjectaccessreviews'),
  rule(read, '', 'services'),
  rule('create get list watch', '', 'nodes'),
  rule('patch update', '', 'nodes/status'),
  rule('patch update', '', 'nodes'),
  events,
  rule(read, '', 'pods'),
  rule('create delete', '', 'pods'),
  rule('patch update', '', 'pods/status'),
  rule('create', '', 'pods/eviction'),
  rule('get list watch', '', 'configmaps secrets'),
  rule('get', '', 'persistentvolumeclaims persistentvolumes'),
  rule('get', '', 'endpoints'),
  rule('create get list watch', 'certificates.k8s.io', 'certificatesigningrequests'),
  rule('create delete get patch update', 'coordination.k8s.io', 'leases'),
  rule('get', 'storage.k8s.io', 'volumeattachments'),
  rule('create', '', 'serviceaccounts/token'),
  rule('get patch update', '', 'persistentvolumeclaims/status'),
  rule(read, 'storage.k8s.io', 'csidrivers'),
  rule('create delete get patch update', 'storage.k8s.io', 'csinodes'),
  rule(read, 'node.k8s.io', 'runtimeclasses'),
  rule('get', 'resource.k8s.io', 'resourceclaims'),
  rule('deletecollection get list watch create update patch delete', 'resource.k8s.io', 'resourceslices'),
];

/** Roles of every authenticated user, of nodes and of components that are not controllers. */
export const componentRoles: readonly BootstrapRole[] = [
  {
    name: 'system:discovery',
    rules: [urlRule('get', '/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/')],
  },
  {
    name: 'system:public-info-viewer',
    rules: [urlRule('get', '/healthz /livez /readyz /version /version/')],
  },
  {
    name: 'system:monitoring',
    rules: [urlRule('get', '/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*')],
  },
  {
    name: 'system:basic-user',
    rules: [
      rule('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
      rule('create', 'authentication.k8s.io', 'selfsubjectreviews'),
    ],
  },
  {
    name: 'system:heapster',
    rules: [rule(read, '', 'events namespaces nodes pods'), rule(read, 'extensions', 'deployments')],
  },
  { name: 'system:node', rules: nodeRules },
  {
    name: 'system:node-problem-detector',
    rules: [rule('get', '', 'nodes'), rule('patch', '', 'nodes/status'), events],
  },
  {
    name: 'system:kubelet-api-admin',
    rules: [
      rule(read, '', 'nodes'),
      rule('proxy', '', 'nodes'),
      rule('*', '', 'nodes/configz nodes/healthz nodes/log nodes/metrics nodes/pods nodes/proxy nodes/stats'),
    ],
  },
  {
    name: 'system:node-bootstrapper',
    rules: [rule('create get list watch', 'certificates.k8s.io', 'certificatesigningrequests')],
  },
  {
    name: 'system:auth-delegator',
    rules: [
      rule('create', 'authentication.k8s.io', 'tokenreviews'),
      rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
    ],
  },
  { name: 'system:kube-aggregator', rules: [rule(read, '', 'endpoints services')] },
  {
    name: 'system:kube-controller-manager',
    rules: [
      events,
      rule('create', 'coordination.k8s.io', 'leases'),
      rule('get update', 'coordination.k8s.io', 'leases', 'kube-controller-manager'),
      rule('create', '', 'secrets serviceaccounts'),
      rule('delete', '', 'secrets'),
      rule('get', '', 'configmaps namespaces secrets serviceaccounts'),
      rule('update', '', 'secrets serviceaccounts'),
      rule('create', 'authentication.k8s.io', 'tokenreviews'),
      rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
      rule('list watch', '*', '*'),
      rule('create', '', 'serviceaccounts/token'),
    ],
  },
  {
    name: 'system:kube-scheduler',
    rules: [
      events,
      rule('create', 'coordination.k8s.io', 'leases'),
      rule('get list update watch', 'coordination.k8s.io', 'leases', 'kube-scheduler'),
      rule(read, '', 'nodes'),
      rule('delete get list watch', '', 'pods'),
      rule('create', '', 'bindings pods/binding'),
      rule('patch update', '', 'pods/status'),
      rule(read, '', 'replicationcontrollers services'),
      rule(read, 'apps', 'replicasets statefulsets'),
      rule(read, 'policy', 'poddisruptionbudgets'),
      rule('get list watch update patch', '', 'persistentvolumeclaims'),
      rule('get list watch update patch', '', 'persistentvolumes'),
      rule(read, '', 'namespaces'),
      rule(read, 'storage.k8s.io', 'csidrivers csinodes csistoragecapacities storageclasses volumeattachments'),
      rule('create', 'authentication.k8s.io', 'tokenreviews'),
      rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
      rule('get list watch update patch', 'resource.k8s.io', 'resourceclaims resourceclaims/status'),
      rule(read, 'resource.k8s.io', 'deviceclasses resourceslices'),
    ],
  },
  {
    name: 'system:cluster-dns',
    rules: [
      rule('list watch', '', 'namespaces nodes services'),
      rule('list watch', 'discovery.k8s.io', 'endpointslices'),
    ],
  },
  { name: 'system:kube-dns', rules: [rule('list watch', '', 'endpoints services')] },
  {
    name: 'system:persistent-volume-provisioner',
    rules: [
      rule('create delete get list watch', '', 'persistentvolumes'),
      rule('get list update watch', '', 'persistentvolumeclaims'),
      rule(read, 'storage.k8s.io', 'storageclasses'),
      rule('watch', '', 'events'),
      events,
    ],
  },
  {
    name: 'system:node-proxier',
    rules: [
      rule('list watch', '', 'endpoints services'),
      rule(read, '', 'nodes'),
      events,
      rule('list watch', 'discovery.k8s.io', 'endpointslices'),
      rule('list watch', 'networking.k8s.io', 'servicecidrs'),
    ],
  },
  {
    name: 'system:volume-scheduler',
    rules: [
      rule('get list patch update watch', '', 'persistentvolumes'),
      rule(read, 'storage.k8s.io', 'storageclasses'),
      rule('get list patch update watch', '', 'persistentvolumeclaims'),
    ],
  },
  {
    name: 'system:certificates.k8s.io:legacy-unknown-approver',
    rules: [rule('approve', 'certificates.k8s.io', 'signers', 'kubernetes.io/legacy-unknown')],
  },
  {
    name: 'system:certificates.k8s.io:kubelet-serving-approver',
    rules: [rule('approve', 'certificates.k8s.io', 'signers', 'kubernetes.io/kubelet-serving')],
  },
  {
    name: 'system:certificates.k8s.io:kube-apiserver-client-approver',
    rules: [rule('approve', 'certificates.k8s.io', 'signers', 'kubernetes.io/kube-apiserver-client')],
  },
  {
    name: 'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver',
    rules: [rule('approve', 'certificates.k8s.io', 'signers', 'kubernetes.io/kube-apiserver-client-kubelet')],
  },
  {
    name: 'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
    rules: [rule('create', 'certificates.k8s.io', 'certificatesigningrequests/nodeclient')],
  },
  {
    name: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
    rules: [rule('create', 'certificates.k8s.io', 'certificatesigningrequests/selfnodeclient')],
  },
  {
    name: 'system:service-account-issuer-discovery',
    rules: [
      urlRule(
        'get',
        '/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/',
      ),
    ],
  },
];
