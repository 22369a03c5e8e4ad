/** A definition's versions as kinds like any other. */
import { type Kind, kind, type SelectableField, type Subresource } from '../kind.ts';
import { type Draft, draftOf, type KubeObject } from '../object.ts';
import { checkBody } from '../schema/decode.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionVersion,
} from '../schema/generated/types/apiextensions-v1.ts';
import type { Schema } from '../schema/schema.ts';
import type { FieldError } from '../status.ts';
import { readUpdateVerbs } from '../subresources.ts';
import { customColumns } from './custom-columns.ts';
import { fillCustom } from './fill-custom.ts';
import { parseJsonPath } from './json-path.ts';
import { publishedSchema } from './published-schema.ts';
import { schemaOfVersion } from './structural.ts';
import { comparePriority } from './version-priority.ts';

/** What must hold for objects of one version. */
export interface ObjectRules {
  create(object: KubeObject): readonly FieldError[];
  update(object: KubeObject, old: KubeObject): readonly FieldError[];
}

export interface CustomKinds {
  /** Where objects lie; served only when it is in `served`, too. */
  readonly stored: Kind;
  /** The newest version first. */
  readonly served: readonly Kind[];
}

/** Objects of other versions in this one, in order. Rejects with ApiError. */
export type ConvertCustom = (
  objects: readonly KubeObject[],
  desiredAPIVersion: string,
) => Promise<readonly KubeObject[]>;

export interface CustomKindsOptions {
  /** The rules of each version. */
  readonly rulesOf: (version: CustomResourceDefinitionVersion) => ObjectRules;
  /** Absent: versions differ in nothing but their name. */
  readonly convert?: ConvertCustom | undefined;
  /** `Kind.shape` of all versions. Default: one of its own. */
  readonly shape?: object | undefined;
}

/** The kinds that a definition with these names makes. */
export function customKinds(
  definition: CustomResourceDefinition,
  names: CustomResourceDefinitionNames,
  { rulesOf, convert, shape = {} }: CustomKindsOptions,
): CustomKinds {
  const { group, versions } = definition.spec;
  const schemas = new Map(
    versions.map((version) => [`${group}/${version.name}`, schemaOfVersion(version.schema?.openAPIV3Schema)]),
  );
  const storage = versions.find((version) => version.storage) ?? versions[0];
  if (!storage) throw new Error(`the definition ${definition.metadata.name} has no version`);
  const all: Kind[] = [];
  const made = (version: CustomResourceDefinitionVersion, stored?: Kind) =>
    customKind({ definition, names, version, rules: rulesOf(version), schemas, convert, all, shape }, stored);
  const stored = made(storage);
  all.push(...versions.map((one) => (one === storage ? stored : made(one, stored))));
  const served = all.filter((_, at) => versions[at]?.served);
  return { stored, served: served.sort((a, b) => comparePriority(a.version, b.version)) };
}

interface Parts {
  readonly definition: CustomResourceDefinition;
  readonly names: CustomResourceDefinitionNames;
  readonly version: CustomResourceDefinitionVersion;
  readonly rules: ObjectRules;
  /** Of all versions, by `apiVersion`. */
  readonly schemas: ReadonlyMap<string, Schema>;
  readonly convert: ConvertCustom | undefined;
  readonly all: readonly Kind[];
  readonly shape: object;
}

function customKind(
  { definition, names, version, rules, schemas, convert, all, shape }: Parts,
  stored: Kind | undefined,
): Kind {
  const { group, scope } = definition.spec;
  const apiVersion = `${group}/${version.name}`;
  const schema = schemas.get(apiVersion) ?? schemaOfVersion(undefined);
  const whatIs = `${apiVersion} ${names.kind}`;
  const { metadata } = definition;
  return kind<KubeObject>({
    group,
    version: version.name,
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    scope: scope as Kind['scope'],
    schema: () => schema,
    shape,
    publishedSchema: (openApi) => publishedSchema(version.schema?.openAPIV3Schema, openApi),
    generation: true,
    conditionalUpdate: true,
    subresources: subresourcesOf(version, rules),
    columns: customColumns(version.additionalPrinterColumns),
    selectableFields: selectableFieldsOf(version),
    defaults: (object) => fillCustom(schema, object),
    readStored(object) {
      const before = JSON.stringify(object);
      refresh(schemas.get(object.apiVersion ?? '') ?? schema, object);
      if (!convert && object.apiVersion !== apiVersion) {
        object.apiVersion = apiVersion;
        checkBody(schema, object, { custom: true });
      }
      return JSON.stringify(object) !== before;
    },
    validateCreate: rules.create,
    validateUpdate: rules.update,
    ...(metadata.deletionTimestamp && {
      refusesCreate: `create not allowed while custom resource definition is terminating`,
    }),
    ...(version.deprecated && { deprecation: version.deprecationWarning ?? `${whatIs} is deprecated` }),
    ...(convert && {
      versions: () => all,
      convert: async (objects) =>
        (await convert(objects, apiVersion)).map((object) => ({ ...presented(schema, object), apiVersion })),
    }),
    ...(stored && {
      storedAs: {
        kind: () => stored,
        ownRules: true,
        toStored: (object) => presented(stored.schema(), object),
        fromStored: (object) => presented(schema, object),
      },
    }),
  });
}

/** An object of another version: what this version's schema does not know goes. As upstream, no defaults come. */
function presented(schema: Schema, { apiVersion, kind: name, metadata, ...rest }: KubeObject): KubeObject {
  const draft = draftOf(rest);
  checkBody(schema, draft, { custom: true });
  // Metadata is shared as it is: field tracking knows managedFields by identity.
  return { kind: name, apiVersion, metadata, ...draft };
}

/** What was stored follows the present schema of the version that it was stored in. */
function refresh(schema: Schema, object: Draft<KubeObject>): void {
  checkBody(schema, object, { custom: true });
  fillCustom(schema, object);
}

function subresourcesOf({ subresources }: CustomResourceDefinitionVersion, rules: ObjectRules): Kind['subresources'] {
  const all: Record<string, Subresource> = {};
  if (subresources?.status) all['status'] = { verbs: readUpdateVerbs, validateUpdate: rules.update };
  const { scale } = subresources ?? {};
  if (scale)
    all['scale'] = {
      verbs: readUpdateVerbs,
      kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      scale: {
        specReplicas: scale.specReplicasPath,
        statusReplicas: scale.statusReplicasPath,
        ...(scale.labelSelectorPath && { selector: scale.labelSelectorPath }),
      },
      validateUpdate: rules.update,
    };
  return all;
}

function selectableFieldsOf({ selectableFields = [] }: CustomResourceDefinitionVersion): Kind['selectableFields'] {
  return Object.fromEntries(
    selectableFields.map(({ jsonPath }): [string, SelectableField] => {
      const path = parseJsonPath(jsonPath);
      const value = (object: KubeObject) => {
        const [found] = path.find(object);
        return found === undefined || found === null ? '' : String(found);
      };
      return [jsonPath.replace(/^\./, ''), { value }];
    }),
  );
}
