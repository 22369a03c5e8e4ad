import { randomBytes } from 'node:crypto';
import type { Api, Loose } from './api.ts';
import { untilIs } from './server.ts';

export interface DefinitionOptions {
  readonly group?: string;
  /** In the order of the definition; the first one is stored unless one says so. */
  readonly versions?: readonly Loose[];
  readonly labels?: Loose;
  /** More of the definition's spec. */
  readonly spec?: Loose;
  readonly schema?: Loose;
}

/** A definition with names that nobody else has; it allows everything where no schema is given. */
export function randomDefinition(base: string, options: DefinitionOptions = {}): Loose {
  const suffix = randomBytes(3).toString('hex');
  const { group = `${base}-${suffix}.example.com`, labels, spec, schema } = options;
  const kind = `E2e${base.replace(/[^a-z]/g, '')}${suffix}Crd`;
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const versions = (options.versions ?? [{ name: 'v1' }]).map((version, index) => ({
    served: true,
    storage: index === 0,
    schema: { openAPIV3Schema: schema ?? anything },
    ...version,
  }));
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, ...(labels && { labels }) },
    spec: { group, scope: 'Namespaced', names: { plural, singular, kind, listKind: `${kind}List` }, versions, ...spec },
  };
}

export const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Creates it and waits until its objects are served. */
export async function establish(api: Api, definition: Loose): Promise<Loose> {
  await api.create(definitions, definition);
  const path = `${definitions}/${definition.metadata.name}`;
  const isTrue = ({ status }: Loose, type: string) =>
    status?.conditions?.some((condition: Loose) => condition.type === type && condition.status === 'True');
  const established = await untilIs(api, path, (object) => isTrue(object, 'Established'));
  const { group, versions, names, scope } = definition.spec;
  const served = versions.find((version: Loose) => version.served);
  const within = scope === 'Namespaced' ? '/namespaces/default' : '';
  await untilIs(api, `/apis/${group}/${served.name}${within}/${names.plural}`, Boolean);
  return established;
}

/** Where the objects of a definition are. */
export function objectsOf(
  definition: Loose,
  namespace = 'default',
  version = definition.spec.versions[0].name,
): string {
  const { group, names, scope } = definition.spec;
  return `/apis/${group}/${version}${scope === 'Namespaced' ? `/namespaces/${namespace}` : ''}/${names.plural}`;
}

/** A new object of a definition. */
export function objectOf(
  definition: Loose,
  name: string,
  content: Loose = {},
  version = definition.spec.versions[0].name,
): Loose {
  const { group, names } = definition.spec;
  const { metadata, ...rest } = content;
  return { apiVersion: `${group}/${version}`, kind: names.kind, metadata: { name, ...metadata }, ...rest };
}
