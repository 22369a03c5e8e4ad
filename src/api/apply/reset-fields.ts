import { emptySet, type FieldTree, leaf } from './field-set.ts';

const status: FieldTree = { 'f:status': leaf };
const allButStatus: FieldTree = { 'f:spec': leaf, 'f:metadata': { 'f:labels': leaf } };

/**
 * What an endpoint puts back to the stored value, so that nobody can own it by writing it there: the main endpoint
 * leaves the status alone, the status endpoint the rest.
 */
export function resetFieldsOf({ hasStatus, subresource }: { hasStatus: boolean; subresource: string }): FieldTree {
  if (subresource === 'status') return allButStatus;
  return hasStatus && subresource === '' ? status : emptySet;
}
