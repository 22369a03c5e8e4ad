import type { APIService } from '../../api/schema/generated/types/apiregistration-v1.ts';
import type { ApiResource } from '../discovery/resources.ts';

/** The path below which an APIService's server is asked. */
export function pathOf({ spec }: APIService): string {
  const { group = '', version = '' } = spec ?? {};
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** Rows of an `APIResourceList`; undefined when the text is none. */
export function readResources(text: string): readonly ApiResource[] | undefined {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const { kind, resources } = (list ?? {}) as { readonly kind?: unknown; readonly resources?: unknown };
  if (kind !== 'APIResourceList' || !Array.isArray(resources)) return undefined;
  return resources.filter(isResource);
}

function isResource(value: unknown): value is ApiResource {
  const { name, kind, verbs } = (value ?? {}) as Partial<ApiResource>;
  return typeof name === 'string' && typeof kind === 'string' && Array.isArray(verbs);
}
