import { fill } from '../fill.ts';
import type { Draft } from '../object.ts';
import type { CustomResourceDefinition } from '../schema/generated/types/apiextensions-v1.ts';

export function defaultCustomResourceDefinition({ spec }: Draft<CustomResourceDefinition>): void {
  if (!spec) return;
  if (spec.names?.kind) {
    fill(spec.names, { singular: spec.names.kind.toLowerCase(), listKind: `${spec.names.kind}List` });
  }
  fill(spec, { conversion: { strategy: 'None' } });
  if (spec.conversion) fill(spec.conversion, { strategy: 'None' });
  const service = spec.conversion?.webhook?.clientConfig?.service;
  if (service) fill(service, { port: 443 });
}
