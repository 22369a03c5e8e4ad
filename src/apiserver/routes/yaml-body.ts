import { yamlFailure } from '../../api/schema/decode-errors.ts';
import { hasEveryField } from '../../api/schema/duplicates.ts';
import { parseJson } from '../../api/schema/exact-json.ts';
import { ApiError, badRequest } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';
import { yaml } from '../../base/yaml.ts';
import type { RequestContext } from '../contract.ts';

/** A YAML bomb is refused before it is unfolded. */
const mostYamlAliases = 100;
/** Reading YAML takes a second for each megabyte, and nobody else gets a turn. */
const mostYamlChars = 1024 * 1024;

export interface YamlBody {
  /** The same as JSON. */
  readonly json: string;
  /** Keys that stand twice in a map, worded as upstream; the last one counts. */
  readonly duplicates: readonly string[];
}

/** One YAML document, as far as JSON can say it. Throws ApiError `BadRequest`, also for an anchor that contains itself. */
export function readYaml(text: string): YamlBody {
  if (plainJson(text) !== undefined) return { json: text, duplicates: [] };
  if (text.length > mostYamlChars)
    throw new ApiError(
      'RequestEntityTooLarge',
      `Request entity too large: limit is ${mostYamlChars} for YAML; send JSON`,
    );
  const { isScalar, LineCounter, parseDocument, visit } = yaml();
  const lines = new LineCounter();
  const refused = (why: string) => badRequest(`error converting YAML to JSON: ${why}`);
  // Pretty errors take longer the more of them there are, squared.
  const quietly = { prettyErrors: false, logLevel: 'error' } as const;
  const document = parseDocument(text, { uniqueKeys: false, lineCounter: lines, intAsBigInt: true, ...quietly });
  const [first] = document.errors;
  if (first) throw refused(`yaml: line ${lines.linePos(first.pos[0]).line}: ${first.message}`);
  const duplicates: string[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value))
          duplicates.push(
            `line ${lines.linePos(key.range?.[0] ?? 0).line}: key ${JSON.stringify(key.value)} already set in map`,
          );
        seen.add(key.value);
      }
    },
  });
  try {
    return { json: JSON.stringify(document.toJS({ maxAliasCount: mostYamlAliases }) ?? null, refuseNan), duplicates };
  } catch (error) {
    throw refused(toError(error).message);
  }
}

/** Most of what is sent as YAML is JSON, which is read twenty times faster; with a key that stands twice it is left to YAML's reader. */
function plainJson(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    const value = parseJson(text);
    return hasEveryField(text, value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined; // YAML's reader says what is wrong
    throw error;
  }
}

function refuseNan(_key: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  throw new Error(`json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`);
}

/** A YAML value that is no whole object, such as what is applied. Throws ApiError `BadRequest`. */
export function yamlValue(text: string, { fieldValidation, warn }: Pick<RequestContext, 'fieldValidation' | 'warn'>) {
  const plain = plainJson(text);
  if (plain !== undefined) return plain;
  const { json, duplicates } = readYaml(text);
  if (duplicates.length > 0 && fieldValidation === 'Strict')
    throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${yamlFailure(duplicates)}`);
  if (fieldValidation === 'Warn') for (const duplicate of duplicates) warn(duplicate);
  return parseJson(json);
}
