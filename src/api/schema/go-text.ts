/** How Go's JSON decoder, which upstream uses, speaks of values and types. Clients show these messages to people. */
import { WrittenNumber } from './exact-json.ts';
import type { Schema } from './schema.ts';

/** What stands in the JSON, in the decoder's words. */
export function goValue(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint' || value instanceof WrittenNumber) return 'number';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** The Go type behind a schema: `int32`, `[]v1.Container`, `map[string]string`. */
export function goType(schema: Schema): string {
  if (schema.name) {
    const words = schema.name.split('.');
    return `${words.at(-2)}.${words.at(-1)}`;
  }
  switch (schema.type) {
    case 'array':
      return schema.items?.format === 'byte'
        ? '[][]uint8'
        : `[]${schema.items ? goType(schema.items) : 'interface {}'}`;
    case 'object':
      if (schema.additionalProperties?.format === 'quantity') return 'v1.ResourceList';
      return `map[string]${schema.additionalProperties ? goType(schema.additionalProperties) : 'interface {}'}`;
    case 'integer':
      return schema.format ?? 'int64';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'string':
      return schema.format === 'byte' ? '[]uint8' : 'string';
    default:
      return 'interface {}';
  }
}

/** One step of a path: a field, a place in a list, or a key of a map (which Go's messages leave out). */
export type Step = string | number | { readonly key: string };

/** Where a value stands: `Go struct field DeploymentSpec.spec.replicas`, or `Go value` outside of any struct. */
export function goPlace(struct: string, path: readonly Step[]): string {
  if (!struct) return 'Go value';
  return `Go struct field ${struct}.${path.filter((step) => typeof step === 'string').join('.')}`;
}

/** `spec.containers[0].image`, as strict decoding names a field. */
export function fieldPath(path: readonly Step[], last?: string): string {
  const steps = last === undefined ? path : [...path, last];
  let text = '';
  for (const step of steps) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += `${text && '.'}${typeof step === 'string' ? step : step.key}`;
  }
  return text;
}

/** What Go says of a text that it cannot read as a whole number. */
export function numberFault(reader: 'ParseInt' | 'ParseUint', text: string): string {
  const isNumber = (reader === 'ParseInt' ? /^[-+]?\d+$/ : /^\d+$/).test(text);
  return `strconv.${reader}: parsing ${JSON.stringify(text)}: ${isNumber ? 'value out of range' : 'invalid syntax'}`;
}
