import type {
  DeviceClassConfiguration,
  DeviceSelector,
  DeviceTaint,
  DeviceToleration,
} from '../../schema/generated/types/resource-v1.ts';
import { type Errors, oneOf, requiredOneOf } from '../common.ts';
import { duplicate, invalidFormat, invalidValue, notSupported, required, tooLong } from '../field-error.ts';
import { isLabelValue, isQualifiedName } from '../format.ts';
import { driverName } from '../storage/driver-name.ts';
import { limited } from './names.ts';

/** Parts that stand in several kinds of resource.k8s.io. */

export const maxListItems = 32;
const maxExpressionBytes = 10 * 1024;
const maxParametersBytes = 10 * 1024;
const maxConditions = 4;

/** Which devices will do. That an expression compiles is seen where there is an engine for it. */
export function validateSelectors(selectors: readonly DeviceSelector[] | undefined, path: string): Errors {
  return limited(selectors, path, {
    most: maxListItems,
    check: ({ cel }, here) => {
      if (!cel) return [required(`${here}.cel`)];
      const tooBig = Buffer.byteLength(cel.expression ?? '') > maxExpressionBytes;
      return tooBig ? [tooLong(`${here}.cel.expression`, maxExpressionBytes)] : [];
    },
  });
}

/** What a driver is told: a JSON object that is its own. */
export function validateConfiguration({ opaque }: DeviceClassConfiguration, path: string): Errors {
  const here = `${path}.opaque`;
  if (!opaque) return [required(here)];
  return [
    ...driverName(opaque.driver, `${here}.driver`),
    ...jsonObject(opaque.parameters, `${here}.parameters`, maxParametersBytes),
  ];
}

/** Content of any kind that must be an object. */
export function jsonObject(value: unknown, path: string, maxBytes: number): Errors {
  if (value === undefined || value === null) return [required(path)];
  if (Buffer.byteLength(JSON.stringify(value)) > maxBytes) return [tooLong(path, maxBytes)];
  return typeof value === 'object' && !Array.isArray(value)
    ? []
    : [invalidValue(path, '<value omitted>', 'must be a valid JSON object')];
}

export function validateToleration({ key, operator, value = '', effect }: DeviceToleration, path: string): Errors {
  const errors = key ? invalidFormat(`${path}.key`, key, isQualifiedName(key)) : [];
  if (!operator) errors.push(required(`${path}.operator`));
  else if (operator === 'Equal') errors.push(...invalidFormat(`${path}.value`, value, isLabelValue(value)));
  else if (operator !== 'Exists') errors.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists']));
  else if (value) errors.push(invalidValue(`${path}.value`, value, 'must be empty for operator `Exists`'));
  return effect ? [...errors, ...oneOf(effect, `${path}.effect`, ['NoExecute', 'NoSchedule', 'None'])] : errors;
}

export function validateTaint({ key = '', value = '', effect }: DeviceTaint, path: string): Errors {
  return [
    ...invalidFormat(`${path}.key`, key, isQualifiedName(key)),
    ...(value ? invalidFormat(`${path}.value`, value, isLabelValue(value)) : []),
    ...requiredOneOf(effect, `${path}.effect`, ['NoExecute', 'NoSchedule', 'None']),
  ];
}

type Conditions = readonly string[] | undefined;

/** What must come true before a device is bound, and what ends the attempt: either both lists or none. */
export function validateBindingConditions(bind: Conditions, fail: Conditions, path: string): Errors {
  const [binding, failing] = [`${path}.bindingConditions`, `${path}.bindingFailureConditions`];
  const rules = {
    most: maxConditions,
    check: (name: string, here: string) => invalidFormat(here, name, isQualifiedName(name)),
  };
  const errors = [...limited(bind, binding, rules), ...limited(fail, failing, rules)];
  const seen = new Set<string>();
  for (const [names, here] of [[bind, binding] as const, [fail, failing] as const])
    names?.forEach((name, at) => {
      if (seen.has(name)) errors.push(duplicate(`${here}[${at}]`, name));
      seen.add(name);
    });
  if (bind?.length && !fail?.length)
    errors.push(invalidValue(binding, bind, 'bindingFailureConditions are required to use bindingConditions'));
  if (fail?.length && !bind?.length)
    errors.push(invalidValue(failing, fail, 'bindingConditions are required to use bindingFailureConditions'));
  return errors;
}
