/** Where a load balancer is reached, sorted and each once: addresses, or names where there is no address. */
export function ingressPoints(
  ingress: readonly { readonly ip?: string; readonly hostname?: string }[] | undefined,
): readonly string[] {
  return [...new Set((ingress ?? []).map(({ ip, hostname }) => ip || hostname || ''))].filter(Boolean).sort();
}
