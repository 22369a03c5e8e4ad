import { isJson, type Json, own } from '../patch/record.ts';
import type { Schema } from '../schema/schema.ts';
import { maxAnnotationsBytes } from '../validation/object-meta.ts';
import { compareObjects } from './compare.ts';
import { emptySet, type FieldTree, subtractSets } from './field-set.ts';
import { setOfObject } from './object-set.ts';

/** Where `kubectl apply` without `--server-side` keeps what it applied. */
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
/** Only this manager moves over from client-side apply by itself. */
export const kubectlManager = 'kubectl';

function annotationsOf(object: Json): Json {
  const metadata = own(object, 'metadata');
  const annotations = isJson(metadata) ? own(metadata, 'annotations') : undefined;
  return isJson(annotations) ? annotations : {};
}

/** The fields that client-side apply set and that still have its values: kubectl may take those over without force. */
export function takenOverFields(schema: Schema, live: Json): FieldTree {
  const text = own(annotationsOf(live), lastAppliedAnnotation);
  const applied = typeof text === 'string' ? parseObject(text) : undefined;
  if (!applied) return emptySet;
  const { added, modified, removed } = compareObjects(schema, live, applied);
  return [added, modified, removed].reduce(subtractSets, setOfObject(schema, applied));
}

/** The annotation is the client's: one that is no JSON allows nothing. */
function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Keeps the annotation, where there is one, in step with what kubectl applies on the server's side. */
export function updateLastApplied(object: Json, applied: Json): Json {
  const annotations = annotationsOf(object);
  if (own(annotations, lastAppliedAnnotation) === undefined) return object;
  const text = `${JSON.stringify(withoutAnnotation(applied))}\n`;
  const value = Buffer.byteLength(text) > maxAnnotationsBytes ? '' : text;
  if (annotations[lastAppliedAnnotation] === value) return object;
  const metadata = { ...(object['metadata'] as Json), annotations: { ...annotations, [lastAppliedAnnotation]: value } };
  return { ...object, metadata };
}

function withoutAnnotation(applied: Json): Json {
  const annotations = annotationsOf(applied);
  if (!Object.hasOwn(annotations, lastAppliedAnnotation)) return applied;
  const { [lastAppliedAnnotation]: _, ...rest } = annotations;
  return { ...applied, metadata: { ...(applied['metadata'] as Json), annotations: rest } };
}
