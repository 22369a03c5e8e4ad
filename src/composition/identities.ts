import type { UserInfo } from '../apiserver/contract.ts';

/** Who the parts of a server are towards the API: each may do what its role says, no more. */

const authenticated = 'system:authenticated';

/** Brings up what the roles themselves need, and publishes packaged components. */
export const supervisor: UserInfo = { name: 'system:k3ts-supervisor', groups: ['system:masters', authenticated] };

export const schedulerUser: UserInfo = { name: 'system:kube-scheduler', groups: [authenticated] };

/** Whose views all controllers share. */
export const controllerManagerUser: UserInfo = { name: 'system:kube-controller-manager', groups: [authenticated] };

/** A controller is the service account of its name, with the role `system:controller:<name>`. */
export function controllerUser(account: string): UserInfo {
  return {
    name: `system:serviceaccount:kube-system:${account}`,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', authenticated],
  };
}

export const serviceProxyUser: UserInfo = { name: 'system:kube-proxy', groups: [authenticated] };

export const clusterDnsUser: UserInfo = { name: 'system:cluster-dns', groups: [authenticated] };

export function nodeUser(nodeName: string): UserInfo {
  return { name: `system:node:${nodeName}`, groups: ['system:nodes', authenticated] };
}
