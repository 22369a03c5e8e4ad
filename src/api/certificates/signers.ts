import type { ParsedRequest } from './parse-request.ts';

/** The signers that every cluster has (kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests). */
export const builtInSigners = {
  apiServerClient: 'kubernetes.io/kube-apiserver-client',
  kubeletClient: 'kubernetes.io/kube-apiserver-client-kubelet',
  kubeletServing: 'kubernetes.io/kubelet-serving',
  legacyUnknown: 'kubernetes.io/legacy-unknown',
} as const;

export type BuiltInSigner = (typeof builtInSigners)[keyof typeof builtInSigners];

export function isBuiltInSigner(name: string): name is BuiltInSigner {
  return Object.values(builtInSigners).some((known) => known === name);
}

/** Why a signer does not sign this request; undefined when it does. */
export function signerFault(
  signer: BuiltInSigner,
  request: ParsedRequest,
  usages: readonly string[],
): string | undefined {
  switch (signer) {
    case builtInSigners.apiServerClient:
      return apiServerClientFault(usages);
    case builtInSigners.kubeletClient:
      return kubeletClientFault(request, usages);
    case builtInSigners.kubeletServing:
      return kubeletServingFault(request, usages);
    case builtInSigners.legacyUnknown:
      return undefined;
  }
}

const clientUsages = ['digital signature', 'key encipherment', 'client auth'];
const servingUsages = ['digital signature', 'key encipherment', 'server auth'];

function apiServerClientFault(usages: readonly string[]): string | undefined {
  if (!usages.includes('client auth')) return 'usages must include "client auth"';
  const other = usages.find((usage) => !clientUsages.includes(usage));
  return other === undefined ? undefined : `usages must not include ${JSON.stringify(other)}`;
}

export function kubeletClientFault(request: ParsedRequest, usages: readonly string[]): string | undefined {
  if (request.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (request.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
  return nodeFault(request) ?? usagesFault(usages, clientUsages);
}

function kubeletServingFault(request: ParsedRequest, usages: readonly string[]): string | undefined {
  if (request.dnsNames.length === 0 && request.ipAddresses.length === 0) return 'DNS or IP subjectAltName is required';
  return nodeFault(request) ?? usagesFault(usages, servingUsages);
}

function nodeFault({ organizations, commonName, emailAddresses, uris }: ParsedRequest): string | undefined {
  if (organizations.length !== 1 || organizations[0] !== 'system:nodes')
    return 'subject organization is not system:nodes';
  if (emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (uris.length > 0) return 'URI subjectAltNames are not allowed';
  return commonName.startsWith('system:node:') && commonName !== 'system:node:'
    ? undefined
    : 'subject common name does not begin with system:node:';
}

/** These very ones; keys that cannot encipher need not say that they do. */
function usagesFault(usages: readonly string[], wanted: readonly string[]): string | undefined {
  const required = wanted.filter((usage) => usage !== 'key encipherment');
  const fits = usages.every((usage) => wanted.includes(usage)) && required.every((usage) => usages.includes(usage));
  return fits ? undefined : `usages did not match ${wanted.join(',')}`;
}
