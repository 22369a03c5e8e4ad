import { formatMicroTime, formatTime } from '../../api/object.ts';
import { type Definition, type Field, readDefinition } from '../../api/schema/facts.ts';
import { badRequest } from '../../api/status.ts';
import { bytesOf, fieldsOf, integerOf } from './protobuf-reader.ts';

/**
 * Bodies in `application/vnd.kubernetes.protobuf`, as kubectl's typed commands send them (`create token`, `auth can-i`,
 * `drain`). Answers are JSON, which all such clients accept.
 */

const magic = Buffer.from('k8s\0');
/** Deeper messages are refused. */
const mostDepth = 64;

/**
 * Go writes fields that are no pointers even when they are zero, and a zero then means "not set". In these fields it is
 * a value of its own: they are pointers in upstream's types.
 */
const zeroCounts = new Set(
  (
    'replicas minReplicas backoffLimit completions parallelism activeDeadlineSeconds ttlSecondsAfterFinished ' +
    'terminationGracePeriodSeconds gracePeriodSeconds revisionHistoryLimit progressDeadlineSeconds runAsUser runAsGroup ' +
    'fsGroup runAsNonRoot readOnlyRootFilesystem privileged allowPrivilegeEscalation automountServiceAccountToken ' +
    'enableServiceLinks shareProcessNamespace setHostnameAsFQDN hostUsers optional suspend immutable controller ' +
    'blockOwnerDeletion priority defaultMode mode ready serving terminating allocateLoadBalancerNodePorts ' +
    'orphanDependents leaseTransitions successfulJobsHistoryLimit failedJobsHistoryLimit startingDeadlineSeconds ' +
    'partition stabilizationWindowSeconds backoffLimitPerIndex maxFailedIndexes tolerationSeconds allowVolumeExpansion'
  ).split(' '),
);

/** The object in a body, as its JSON would be. Throws ApiError `BadRequest`. */
export function decodeProtobuf(body: Buffer, definitionName: string): Record<string, unknown> {
  if (!body.subarray(0, magic.length).equals(magic))
    throw badRequest('the body is no Kubernetes protobuf: it does not begin with k8s\\0');
  let raw: Buffer = Buffer.alloc(0);
  const type: Record<string, string> = {};
  for (const { number, value } of fieldsOf(body.subarray(magic.length))) {
    if (number === 2) raw = bytesOf(value);
    if (number !== 1) continue;
    for (const part of fieldsOf(bytesOf(value)))
      if (part.number === 1 || part.number === 2)
        type[part.number === 1 ? 'apiVersion' : 'kind'] = bytesOf(part.value).toString('utf8');
  }
  return { ...type, ...(new Decoder().message(raw, definitionName, 0) as Record<string, unknown>) };
}

/** A struct that Go embeds has a number of its own, but no name in JSON. */
type Slot = Field | Slots;
type Slots = Map<number, Slot>;

class Decoder {
  readonly #slots = new Map<string, Slots>();
  readonly #definitions = new Map<string, Definition>();

  message(message: Buffer, definitionName: string, depth: number): unknown {
    if (depth > mostDepth) throw badRequest(`the body is nested deeper than ${mostDepth} messages`);
    const definition = this.#definition(definitionName);
    if (definition.as) return special(definition, message);
    const object: Record<string, unknown> = {};
    this.#fill(object, message, this.#slotsOf(definition), depth);
    return object;
  }

  #definition(name: string): Definition {
    const known = this.#definitions.get(name) ?? readDefinition(name);
    if (!known) throw badRequest(`protobuf is not read for ${name}; send JSON`);
    this.#definitions.set(name, known);
    return known;
  }

  #slotsOf(definition: Definition): Slots {
    const known = this.#slots.get(definition.name);
    if (known) return known;
    const slots: Slots = new Map();
    for (const field of definition.fields) {
      const numbers = [...field.numbers];
      const last = numbers.pop();
      if (last === undefined) continue;
      let at = slots;
      for (const number of numbers) {
        const next = at.get(number);
        const inner: Slots = next instanceof Map ? next : new Map();
        at.set(number, inner);
        at = inner;
      }
      at.set(last, field);
    }
    this.#slots.set(definition.name, slots);
    return slots;
  }

  #fill(object: Record<string, unknown>, message: Buffer, slots: Slots, depth: number): void {
    for (const { number, value } of fieldsOf(message)) {
      const slot = slots.get(number);
      if (!slot) continue;
      if (slot instanceof Map) this.#fill(object, bytesOf(value), slot, depth);
      else this.#set(object, slot, value, depth);
    }
  }

  #set(object: Record<string, unknown>, { name, type, required }: Field, value: bigint | Buffer, depth: number): void {
    if (type.startsWith('[]')) {
      const list = Array.isArray(object[name]) ? object[name] : [];
      list.push(this.#value(type.slice(2), value, depth));
      object[name] = list;
    } else if (type.startsWith('{}')) {
      const map = (object[name] ?? {}) as Record<string, unknown>;
      let key = '';
      let content: unknown = emptyOf(type.slice(2));
      for (const part of fieldsOf(bytesOf(value)))
        if (part.number === 1) key = bytesOf(part.value).toString('utf8');
        else if (part.number === 2) content = this.#value(type.slice(2), part.value, depth);
      Object.defineProperty(map, key, { value: content ?? null, enumerable: true, configurable: true, writable: true });
      object[name] = map;
    } else {
      const read = this.#value(type, value, depth);
      const isZero = read === '' || read === 0 || read === false;
      if (read === undefined || (isZero && !required && !zeroCounts.has(name))) return;
      object[name] = read;
    }
  }

  #value(type: string, value: bigint | Buffer, depth: number): unknown {
    switch (type) {
      case 'string':
        return bytesOf(value).toString('utf8');
      case 'bool':
        return integerOf(value) !== 0;
      case 'int32':
      case 'int64':
        return integerOf(value);
      case 'double':
        return bytesOf(value).readDoubleLE(0);
      case 'bytes':
        return bytesOf(value).toString('base64');
      case 'object':
      case 'any':
        return rawJson(bytesOf(value));
      default:
        // A named list stands in a message of its own (`ExtraValue`), its items under number 1.
        if (type.startsWith('[]'))
          return [...fieldsOf(bytesOf(value))].map((item) => this.#value(type.slice(2), item.value, depth + 1));
        return this.message(bytesOf(value), type, depth + 1);
    }
  }
}

function emptyOf(type: string): unknown {
  if (type === 'string' || type === 'bytes') return '';
  return type.startsWith('[]') ? [] : {};
}

/** Messages whose JSON is not an object of their fields. */
function special({ as, name }: Definition, message: Buffer): unknown {
  const parts = new Map([...fieldsOf(message)].map(({ number, value }) => [number, value]));
  const text = (number: number) => bytesOf(parts.get(number) ?? Buffer.alloc(0)).toString('utf8');
  const integer = (number: number) => integerOf(parts.get(number) ?? 0n);
  switch (as) {
    case 'quantity':
      return text(1) || '0';
    case 'int-or-string':
      return integer(1) === 0 ? integer(2) : text(3);
    case 'date-time':
    case 'micro-time': {
      if (!parts.has(1)) return undefined;
      if (as === 'date-time') return formatTime(integer(1) * 1000);
      const micros = String(Math.floor(integer(2) / 1000)).padStart(6, '0');
      return `${formatMicroTime(integer(1) * 1000).slice(0, 20)}${micros}Z`;
    }
    default:
      if (name.includes('JSONSchemaPropsOr')) throw badRequest(`protobuf is not read for ${name}; send JSON`);
      return rawJson(message);
  }
}

/** RawExtension, FieldsV1, JSON: a message whose first field is JSON text. */
function rawJson(message: Buffer): unknown {
  for (const { number, value } of fieldsOf(message)) {
    if (number !== 1) continue;
    try {
      return JSON.parse(bytesOf(value).toString('utf8'));
    } catch (error) {
      throw badRequest(`an embedded object is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return undefined;
}
