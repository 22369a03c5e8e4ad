import type { Kind } from '../../../api/kind.ts';
import type { Draft, KubeObject } from '../../../api/object.ts';
import { applyDefaults } from '../../../api/schema/defaults.ts';

/** What is not said gets its default: the kind's own rules first, then what the API's description declares. */
export function fillDefaults(kind: Kind, draft: Draft<KubeObject>): void {
  kind.defaults?.(draft);
  applyDefaults(kind.schema(), draft);
}
