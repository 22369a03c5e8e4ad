import type { SelectableField } from './kind.ts';
import type { KubeObject } from './object.ts';

/** A field for `fieldSelector`; what is not set reads as ''. */
export function selectable<T extends KubeObject>(
  value: (object: T) => string | number | boolean | undefined,
): SelectableField<T> {
  return { value: (object) => String(value(object) ?? '') };
}
