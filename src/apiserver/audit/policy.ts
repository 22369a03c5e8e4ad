import { readFile } from 'node:fs/promises';
import { toError } from '../../base/errors.ts';
import { yaml } from '../../base/yaml.ts';

export const levels = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type Level = (typeof levels)[number];
export const stages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type Stage = (typeof stages)[number];

/** `audit.k8s.io/v1` Policy: the first rule that matches decides. */
export interface Policy {
  readonly rules: readonly Rule[];
  readonly omitStages: readonly Stage[];
  readonly omitManagedFields: boolean;
}

/** A list that is empty says nothing. */
export interface Rule {
  readonly level: Level;
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly verbs: readonly string[];
  readonly resources: readonly GroupResources[];
  readonly namespaces: readonly string[];
  readonly nonResourceURLs: readonly string[];
  readonly omitStages: readonly Stage[];
  readonly omitManagedFields?: boolean;
}

export interface GroupResources {
  readonly group: string;
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}

/** Throws Error with the file's name and everything that is wrong with it. */
export async function loadPolicy(path: string): Promise<Policy> {
  try {
    return readPolicy(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`cannot use the audit policy ${path}: ${toError(error).message}`, { cause: error });
  }
}

/** Throws Error with everything that is wrong. */
export function readPolicy(text: string): Policy {
  const reader = new Reader();
  const policy = reader.fields('', yaml().parse(text), [
    ...['apiVersion', 'kind', 'metadata', 'rules', 'omitStages', 'omitManagedFields'],
  ]);
  if (policy['apiVersion'] !== 'audit.k8s.io/v1' || policy['kind'] !== 'Policy')
    reader.problem(
      '',
      `must be a Policy of audit.k8s.io/v1, not ${String(policy['kind'])} of ${String(policy['apiVersion'])}`,
    );
  const rules = policy['rules'];
  if (!Array.isArray(rules) || rules.length === 0) reader.problem('rules', 'must have at least one rule');
  const read = {
    rules: Array.isArray(rules) ? rules.map((rule, index) => readRule(reader, `rules[${index}]`, rule)) : [],
    omitStages: reader.stages('omitStages', policy['omitStages']),
    omitManagedFields: reader.boolean('omitManagedFields', policy['omitManagedFields']) ?? false,
  };
  if (reader.problems.length > 0) throw new Error(reader.problems.join('; '));
  return read;
}

function readRule(reader: Reader, path: string, value: unknown): Rule {
  const lists = ['users', 'userGroups', 'verbs', 'namespaces', 'nonResourceURLs'] as const;
  const rule = reader.fields(path, value, ['level', ...lists, 'resources', 'omitStages', 'omitManagedFields']);
  const level = levels.find((known) => known === rule['level']);
  if (!level) reader.problem(`${path}.level`, `${JSON.stringify(rule['level'])} must be one of ${levels.join(', ')}`);
  const [users, userGroups, verbs, namespaces, nonResourceURLs] = lists.map((name) =>
    reader.texts(`${path}.${name}`, rule[name]),
  ) as [string[], string[], string[], string[], string[]];
  const resources = reader
    .list(`${path}.resources`, rule['resources'])
    .map((one, index) => readResources(reader, `${path}.resources[${index}]`, one));
  if (nonResourceURLs.length > 0 && (resources.length > 0 || namespaces.length > 0))
    reader.problem(`${path}.nonResourceURLs`, 'cannot stand beside resources or namespaces');
  for (const url of nonResourceURLs) {
    if (url !== '*' && !url.startsWith('/')) reader.problem(`${path}.nonResourceURLs`, `${url} must begin with /`);
    if (url.slice(0, -1).includes('*'))
      reader.problem(`${path}.nonResourceURLs`, `${url}: * may only stand at the end`);
  }
  const omitManagedFields = reader.boolean(`${path}.omitManagedFields`, rule['omitManagedFields']);
  return {
    ...{ level: level ?? 'None', users, userGroups, verbs, resources, namespaces, nonResourceURLs },
    omitStages: reader.stages(`${path}.omitStages`, rule['omitStages']),
    ...(omitManagedFields !== undefined && { omitManagedFields }),
  };
}

function readResources(reader: Reader, path: string, value: unknown): GroupResources {
  const fields = reader.fields(path, value, ['group', 'resources', 'resourceNames']);
  const group = fields['group'] ?? '';
  if (typeof group !== 'string' || group.includes('/'))
    reader.problem(`${path}.group`, `${JSON.stringify(group)} must be the name of an API group, without a version`);
  const resources = reader.texts(`${path}.resources`, fields['resources']);
  const resourceNames = reader.texts(`${path}.resourceNames`, fields['resourceNames']);
  if (resourceNames.length > 0 && resources.length === 0)
    reader.problem(`${path}.resourceNames`, 'needs resources beside it');
  return { group: String(group), resources, resourceNames };
}

/** Takes values of unknown shape apart and gathers what is wrong. */
class Reader {
  readonly problems: string[] = [];

  problem(path: string, why: string): void {
    this.problems.push(path === '' ? why : `${path}: ${why}`);
  }

  fields(path: string, value: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.problem(path, 'must be an object');
      return {};
    }
    for (const name of Object.keys(value)) if (!known.includes(name)) this.problem(path, `unknown field ${name}`);
    return value as Record<string, unknown>;
  }

  list(path: string, value: unknown): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.problem(path, 'must be a list');
    return [];
  }

  texts(path: string, value: unknown): string[] {
    return this.list(path, value).flatMap((one) => {
      if (typeof one === 'string') return [one];
      this.problem(path, `${JSON.stringify(one)} must be a text`);
      return [];
    });
  }

  stages(path: string, value: unknown): Stage[] {
    return this.texts(path, value).flatMap((text) => {
      const stage = stages.find((known) => known === text);
      if (!stage) this.problem(path, `${text} must be one of ${stages.join(', ')}`);
      return stage ? [stage] : [];
    });
  }

  boolean(path: string, value: unknown): boolean | undefined {
    if (value === undefined || typeof value === 'boolean') return value;
    this.problem(path, 'must be true or false');
    return undefined;
  }
}
