import { formatLabelSelector } from '../columns.ts';
import type { ParamKind, ParamRef } from '../schema/generated/types/admissionregistration-v1.ts';

export function paramKindText(paramKind: ParamKind | undefined): string {
  return paramKind ? `${paramKind.apiVersion}/${paramKind.kind}` : '<unset>';
}

/** `namespace/name`, a star for the namespace of the request, or the selector. */
export function paramRefText(paramRef: ParamRef | undefined): string {
  if (paramRef?.name) return `${paramRef.namespace || '*'}/${paramRef.name}`;
  return paramRef?.selector ? formatLabelSelector(paramRef.selector) : '<unset>';
}
