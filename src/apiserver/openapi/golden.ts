/** For tests: how one document differs from another, apart from prose and from the order of what has none. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The published API description; beside the work tree where the project is developed. */
const folder = process.env['K3TS_REFERENCE'] ?? '../shared/reference/kubernetes-1.36';

export const noReference = existsSync(folder) ? false : 'the published API description is not here';

export function readReference(file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

/** One line for each difference: `path: theirs → ours`. */
export function differences(theirs: unknown, ours: unknown, path = ''): string[] {
  if (Array.isArray(theirs) && Array.isArray(ours)) return listDifferences(theirs, ours, path);
  if (isObject(theirs) && isObject(ours)) {
    if (isReference(theirs) && isReference(ours)) return differences(referenceOf(theirs), referenceOf(ours), path);
    const keys = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
    return [...keys]
      .filter((key) => key !== 'description' || typeof (theirs[key] ?? ours[key]) !== 'string')
      .flatMap((key) => differences(theirs[key], ours[key], `${path}/${key}`));
  }
  const [before, after] = [JSON.stringify(theirs), JSON.stringify(ours)];
  return before === after ? [] : [`${path}: ${short(before)} → ${short(after)}`];
}

/** Version 3 wraps a reference in `allOf` where a description stands beside it; without the prose it need not. */
function isReference(value: Record<string, unknown>): boolean {
  return Object.keys(value).every((key) => key === 'description' || key === '$ref' || key === 'allOf');
}

function referenceOf(value: Record<string, unknown>): unknown {
  const [only] = Array.isArray(value['allOf']) ? value['allOf'] : [value];
  return isObject(only) ? only['$ref'] : only;
}

/** Lists here are sets: of required fields, parameters, media types. */
function listDifferences(theirs: readonly unknown[], ours: readonly unknown[], path: string): string[] {
  const byName = (list: readonly unknown[]) =>
    new Map(list.map((item) => [isObject(item) ? nameOf(item) : JSON.stringify(item), item]));
  const [before, after] = [byName(theirs), byName(ours)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) =>
    differences(before.get(key), after.get(key), `${path}[${key}]`),
  );
}

function nameOf(item: Record<string, unknown>): string {
  return item['name'] === undefined
    ? JSON.stringify(Object.entries(item).sort())
    : `${String(item['name'])} ${String(item['in'])}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function short(text: string | undefined): string {
  if (text === undefined) return 'none';
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
