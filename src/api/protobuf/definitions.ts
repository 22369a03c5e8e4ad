/**
 * What the codec needs to know of a type beyond the schema facts: which fields are pointers in Go, and the few types that
 * the published description leaves out.
 *
 * The form of the generated text: a line `@package` opens a package; each following line is a type and its pointer fields.
 */
import { type Definition, type Field, readDefinition } from '../schema/facts.ts';
import { pointersText } from './generated/pointers.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta';
const none: ReadonlySet<string> = new Set();

let pointers: ReadonlyMap<string, string> | undefined;

function readPointers(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let pkg = '';
  for (const line of pointersText.split('\n')) {
    const space = line.indexOf(' ');
    if (line.startsWith('@')) pkg = line.slice(1);
    else found.set(`${pkg}.${line.slice(0, space)}`, line.slice(space + 1));
  }
  return found;
}

/** Names of the fields whose type is no message and that are pointers in Go. */
function pointersOf(definition: string): ReadonlySet<string> {
  pointers ??= readPointers();
  const names = pointers.get(definition);
  return names === undefined ? none : new Set(names.split(' '));
}

/** Whether a field of a type is a pointer: only then is its zero value something else than its absence. */
export function pointerTest(definition: string): (field: Field, isMessage: boolean) => boolean {
  const names = pointersOf(definition);
  // Go structs that are no pointers have a default in the published description, pointers have none.
  return (field, isMessage) => (isMessage ? field.default === undefined : names.has(field.name));
}

/** `PartialObjectMetadata` is answered, not stored, and so not in the published description. */
const partials: Readonly<Record<string, readonly Field[]>> = {
  [`${meta}.v1.PartialObjectMetadata`]: [message('metadata', 1, `${meta}.v1.ObjectMeta`)],
  [`${meta}.v1.PartialObjectMetadataList`]: [
    message('metadata', 1, `${meta}.v1.ListMeta`),
    message('items', 2, `[]${meta}.v1.PartialObjectMetadata`),
  ],
  [`${meta}.v1beta1.PartialObjectMetadata`]: [message('metadata', 1, `${meta}.v1.ObjectMeta`)],
  [`${meta}.v1beta1.PartialObjectMetadataList`]: [
    message('metadata', 2, `${meta}.v1.ListMeta`),
    message('items', 1, `[]${meta}.v1.PartialObjectMetadata`),
  ],
};

function message(name: string, number: number, type: string): Field {
  return { name, numbers: [number], required: false, type, default: {} };
}

export function definitionOf(name: string): Definition | undefined {
  const fields = partials[name];
  return fields ? { name, groupVersionKinds: [], unions: [], fields } : readDefinition(name);
}

/** The name of a partial type, for example of `meta.k8s.io/v1 PartialObjectMetadata`; undefined when it is none. */
export function partialDefinition(apiVersion: string, kind: string): string | undefined {
  const name = `${meta}.${apiVersion.slice('meta.k8s.io/'.length)}.${kind}`;
  return apiVersion.startsWith('meta.k8s.io/') && Object.hasOwn(partials, name) ? name : undefined;
}
