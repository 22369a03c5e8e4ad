import { bool, dyn, mapOf, objectOf, string, type Type } from '../cel/types/type.ts';
import type { KubeObject } from '../object.ts';
import type {
  DeviceClaim,
  DeviceClass,
  DeviceSelector,
  ResourceClaim,
  ResourceClaimTemplate,
} from '../schema/generated/types/resource-v1.ts';

/** An expression that chooses devices, and where it stands. */
export interface DeviceExpression {
  readonly path: string;
  readonly expression: string;
}

const domains = (value: Type) => mapOf(string, mapOf(string, value));

/** What the expressions know: one device, as its driver publishes it. */
export const deviceVariables: Readonly<Record<string, Type>> = {
  device: objectOf('kubernetes.DRADevice', {
    driver: string,
    allowMultipleAllocations: bool,
    attributes: domains(dyn),
    capacity: domains({ kind: 'opaque', name: 'kubernetes.Quantity' }),
  }),
};

/** The expressions of a class of devices, of a claim on devices or of a template of claims. */
export function deviceExpressionsIn(object: KubeObject): readonly DeviceExpression[] {
  if (object.kind === 'DeviceClass') return inSelectors((object as DeviceClass).spec?.selectors, 'spec.selectors');
  if (object.kind === 'ResourceClaim') return inClaim((object as ResourceClaim).spec?.devices, 'spec.devices');
  return inClaim((object as ResourceClaimTemplate).spec?.spec?.devices, 'spec.spec.devices');
}

function inClaim(devices: DeviceClaim | undefined, path: string): readonly DeviceExpression[] {
  return (devices?.requests ?? []).flatMap(({ exactly, firstAvailable = [] }, at) => {
    const here = `${path}.requests[${at}]`;
    return [
      ...inSelectors(exactly?.selectors, `${here}.exactly.selectors`),
      ...firstAvailable.flatMap(({ selectors }, place) =>
        inSelectors(selectors, `${here}.firstAvailable[${place}].selectors`),
      ),
    ];
  });
}

function inSelectors(selectors: readonly DeviceSelector[] = [], path: string): readonly DeviceExpression[] {
  return selectors.flatMap(({ cel }, at) =>
    cel?.expression ? [{ path: `${path}[${at}].cel.expression`, expression: cel.expression }] : [],
  );
}
