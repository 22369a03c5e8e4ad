import type {
  CustomResourceDefinition,
  CustomResourceDefinitionSpec,
} from '../../schema/generated/types/apiextensions-v1.ts';
import { duplicates, type Errors, each, immutable, optionalFormat, requiredFormat, requiredOneOf } from '../common.ts';
import { invalidFormat, invalidValue, required } from '../field-error.ts';
import { isDns1035Label, isDns1123Subdomain } from '../format.ts';
import { conversionCaFault } from './ca-bundle.ts';
import { validateConversion } from './conversion.ts';
import { approvalAnnotation, isProtectedGroup } from './protected-group.ts';
import { validateVersionContents } from './versions.ts';

/** Names, scope, versions and schemas of a definition. Expressions and patterns in them are checked where they are compiled. */
export function validateCustomResourceDefinition({ metadata, spec }: CustomResourceDefinition): Errors {
  const { group, names, versions = [] } = spec;
  const wanted = `${names.plural}.${group}`;
  const errors: Errors = [];
  if (metadata.name !== wanted)
    errors.push(invalidValue('metadata.name', metadata.name ?? '', 'must be spec.names.plural+"."+spec.group'));
  errors.push(...requiredFormat(group, 'spec.group', isDns1123Subdomain));
  if (group && !group.includes('.'))
    errors.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'));
  errors.push(...requiredOneOf(spec.scope, 'spec.scope', ['Cluster', 'Namespaced']), ...validateVersions(spec));
  if (spec.preserveUnknownFields === true)
    errors.push(
      invalidValue(
        'spec.preserveUnknownFields',
        true,
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ),
    );
  return [
    ...errors,
    ...validateNames(spec),
    ...validateVersionContents(spec),
    ...validateConversion(spec.conversion),
    ...duplicates(
      versions,
      ({ name }) => name,
      (at) => `spec.versions[${at}].name`,
    ),
  ];
}

function validateVersions({ versions = [] }: CustomResourceDefinitionSpec): Errors {
  const errors = each(versions, 'spec.versions', ({ name, schema }, here) => [
    ...invalidFormat(`${here}.name`, name, isDns1035Label(name)),
    ...(schema?.openAPIV3Schema ? [] : [required(`${here}.schema.openAPIV3Schema`, 'schemas are required')]),
  ]);
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.push(
      invalidValue(
        'spec.versions',
        versions.map(({ name }) => name),
        'must have exactly one version marked as storage version',
      ),
    );
  if (!versions.some(({ served }) => served))
    errors.push(
      invalidValue(
        'spec.versions',
        versions.map(({ name }) => name),
        'must have at least one version marked as served',
      ),
    );
  return errors;
}

function validateNames({ names }: CustomResourceDefinitionSpec): Errors {
  const errors = [
    ...requiredFormat(names.plural, 'spec.names.plural', isDns1035Label),
    ...optionalFormat(names.singular, 'spec.names.singular', isDns1035Label),
    ...requiredFormat(names.kind?.toLowerCase(), 'spec.names.kind', isDns1035Label),
    ...requiredFormat((names.listKind ?? `${names.kind}List`).toLowerCase(), 'spec.names.listKind', isDns1035Label),
    ...each(names.shortNames, 'spec.names.shortNames', (name, here) => invalidFormat(here, name, isDns1035Label(name))),
    ...each(names.categories, 'spec.names.categories', (name, here) => invalidFormat(here, name, isDns1035Label(name))),
  ];
  if (names.listKind && names.listKind === names.kind)
    errors.push(invalidValue('spec.names.listKind', names.listKind, 'kind and listKind may not be the same'));
  return errors;
}

/** What a new definition must have, too. */
export function validateNewDefinition(definition: CustomResourceDefinition): Errors {
  const { metadata, spec } = definition;
  const errors = validateCustomResourceDefinition(definition);
  if (isProtectedGroup(spec.group ?? '') && !metadata.annotations?.[approvalAnnotation])
    errors.push(
      required(
        `metadata.annotations[${approvalAnnotation}]`,
        `protected groups must have approval annotation "${approvalAnnotation}", see https://github.com/kubernetes/enhancements/pull/1111`,
      ),
    );
  return errors;
}

/** Group, scope and kind stay once instances can exist, and a webhook that could be trusted can be. */
export function validateCustomResourceDefinitionUpdate(
  { spec, status }: CustomResourceDefinition,
  old: CustomResourceDefinition,
): Errors {
  const isEstablished = old.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
  return [
    ...immutable(spec.group, old.spec.group, 'spec.group'),
    ...immutable(spec.names.plural, old.spec.names.plural, 'spec.names.plural'),
    ...(isEstablished ? immutable(spec.scope, old.spec.scope, 'spec.scope') : []),
    ...(isEstablished ? immutable(spec.names.kind, old.spec.names.kind, 'spec.names.kind') : []),
    ...(isEstablished ? caBundleErrors(spec, old.spec) : []),
    ...validateStoredVersions(spec, status),
  ];
}

function caBundleErrors({ conversion }: CustomResourceDefinitionSpec, old: CustomResourceDefinitionSpec): Errors {
  const why = conversion?.strategy === 'Webhook' ? conversionCaFault(conversion) : undefined;
  if (why === undefined || conversionCaFault(old.conversion) !== undefined) return [];
  const { caBundle } = conversion?.webhook?.clientConfig ?? {};
  return [invalidValue('spec.conversion.webhookClientConfig.caBundle', caBundle, why)];
}

const stillStored =
  'missing from spec.versions; version was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in that version and removes it from status.storedVersions';

/** What may lie in the datastore has to be known. Holds for updates of the definition and of its status. */
export function validateStoredVersions(
  { versions }: CustomResourceDefinitionSpec,
  status: CustomResourceDefinition['status'],
): Errors {
  const field = 'status.storedVersions';
  const stored = status?.storedVersions ?? [];
  if (stored.length === 0) return [invalidValue(field, stored, 'must have at least one stored version')];
  const missing = versions.filter(({ name, storage }) => storage && !stored.includes(name));
  return [
    ...missing.map(({ name }) => invalidValue(field, stored, `must have the storage version ${name}`)),
    ...stored.flatMap((name, at) =>
      versions.some((version) => version.name === name) ? [] : [invalidValue(`${field}[${at}]`, name, stillStored)],
    ),
  ];
}
