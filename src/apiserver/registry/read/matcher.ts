import type { Kind } from '../../../api/kind.ts';
import type { KubeObject } from '../../../api/object.ts';
import { parseFieldSelector } from '../../../api/selectors/field-selector.ts';
import { parseLabelSelector } from '../../../api/selectors/label-selector.ts';
import { SelectorError } from '../../../api/selectors/label-text.ts';
import { badRequest } from '../../../api/status.ts';
import type { Entry } from '../../contract.ts';

export interface Selection {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** A compiled selection of the objects of one kind. */
export interface Matcher {
  /** '' for all namespaces. */
  readonly namespace: string;
  /** The one name that can match, if the field selector pins it. */
  readonly name: string | undefined;
  /** Whether labels or fields are looked at; if not, only the key counts. */
  readonly selective: boolean;
  matches(entry: Entry): boolean;
}

/** Errors: BadRequest for selectors that cannot be read, or fields that the kind does not select by. */
export function matcherOf(kind: Kind, selection: Selection): Matcher {
  const labels = readSelector(() => parseLabelSelector(selection.labelSelector ?? ''));
  const fields = readSelector(() => parseFieldSelector(selection.fieldSelector ?? ''));
  for (const { field } of fields.requirements) {
    if (field === 'metadata.name' || (field === 'metadata.namespace' && kind.scope === 'Namespaced')) continue;
    if (Object.hasOwn(kind.selectableFields, field)) continue;
    throw badRequest(unsupported(kind, field));
  }
  const textOf = (object: KubeObject) => (field: string) => {
    if (field === 'metadata.name') return object.metadata.name ?? '';
    if (field === 'metadata.namespace') return object.metadata.namespace ?? '';
    return kind.selectableFields[field]?.value(object) ?? '';
  };
  return {
    namespace: selection.namespace ?? '',
    name: fields.exactValue('metadata.name'),
    selective: !labels.matchesAll || !fields.matchesAll,
    matches: ({ object }) =>
      (labels.matchesAll || labels.matches(object.metadata.labels ?? {})) &&
      (fields.matchesAll || fields.matches(textOf(object))),
  };
}

function readSelector<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}

/** Whether a key lies in the selection's namespace, and has its pinned name; says no without parsing anything. */
export function keyMatches(matcher: Matcher, key: string): boolean {
  const slash = key.indexOf('/');
  if (matcher.namespace !== '' && (slash !== matcher.namespace.length || !key.startsWith(matcher.namespace)))
    return false;
  return matcher.name === undefined || key.slice(slash + 1) === matcher.name;
}

/** Kinds that can be selected by nothing but what every object has say which fields that are. */
function unsupported(kind: Kind, field: string): string {
  const isCustom = kind.schema().name === undefined;
  if (isCustom || Object.keys(kind.selectableFields).length > 0) return `field label not supported: ${field}`;
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}
