import type {
  Container,
  EnvVar,
  EnvVarSource,
  FileKeySelector,
  ObjectFieldSelector,
  ResourceFieldSelector,
} from '../../../schema/generated/types/core-v1.ts';
import { type Errors, each, requiredFormat, requiredText } from '../../common.ts';
import { invalidFormat, invalidValue, notSupported, required } from '../../field-error.ts';
import { isConfigMapKey, isDns1123Label, isDns1123Subdomain, isEnvVarName, isQualifiedName } from '../../format.ts';
import { relativePath } from './relative-path.ts';

const envFieldPaths = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const volumeFieldPaths = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
/** Fields that have a name, though not every place may show them. */
const knownFieldPaths: ReadonlySet<string> = new Set([
  ...envFieldPaths,
  ...volumeFieldPaths,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);
const envResources = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const sourceNames = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const;

/** A container's `env` and `envFrom`. */
export function validateEnvironment({ env, envFrom }: Pick<Container, 'env' | 'envFrom'>, path: string): Errors {
  return [
    ...each(env, `${path}.env`, validateVariable),
    ...each(envFrom, `${path}.envFrom`, ({ prefix, configMapRef, secretRef }, here) => {
      const errors = prefix ? invalidFormat(`${here}.prefix`, prefix, isEnvVarName(prefix)) : [];
      if (configMapRef)
        errors.push(...requiredFormat(configMapRef.name, `${here}.configMapRef.name`, isDns1123Subdomain));
      if (secretRef) errors.push(...requiredFormat(secretRef.name, `${here}.secretRef.name`, isDns1123Subdomain));
      if (!configMapRef && !secretRef)
        errors.push(invalidValue(here, '', 'must specify one of: `configMapRef` or `secretRef`'));
      if (configMapRef && secretRef)
        errors.push(invalidValue(here, '', 'may not have more than one field specified at a time'));
      return errors;
    }),
  ];
}

function validateVariable({ name, value, valueFrom }: EnvVar, path: string): Errors {
  const errors = requiredFormat(name, `${path}.name`, isEnvVarName);
  if (valueFrom) errors.push(...validateSource(valueFrom, value, `${path}.valueFrom`));
  return errors;
}

function validateSource(source: EnvVarSource, value: string | undefined, path: string): Errors {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source;
  const errors: Errors = [];
  if (fieldRef) errors.push(...validateFieldRef(fieldRef, `${path}.fieldRef`, envFieldPaths));
  if (resourceFieldRef) errors.push(...validateResourceFieldRef(resourceFieldRef, `${path}.resourceFieldRef`, false));
  for (const [name, ref] of [['configMapKeyRef', configMapKeyRef] as const, ['secretKeyRef', secretKeyRef] as const]) {
    if (!ref) continue;
    errors.push(...requiredFormat(ref.name, `${path}.${name}.name`, isDns1123Subdomain));
    errors.push(...requiredFormat(ref.key, `${path}.${name}.key`, isConfigMapKey));
  }
  if (source.fileKeyRef) errors.push(...validateFileKeyRef(source.fileKeyRef, `${path}.fileKeyRef`));
  const count = sourceNames.filter((name) => source[name] !== undefined).length;
  if (count === 0)
    errors.push(
      invalidValue(
        path,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      ),
    );
  else if (value) errors.push(invalidValue(path, '', 'may not be specified when `value` is not empty'));
  if (count > 1) errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
  return errors;
}

function validateFileKeyRef({ volumeName, path: file, key }: FileKeySelector, path: string): Errors {
  return [
    ...requiredFormat(volumeName, `${path}.volumeName`, isDns1123Label),
    ...(file ? relativePath(file, `${path}.path`, true) : [required(`${path}.path`)]),
    ...requiredFormat(key, `${path}.key`, isEnvVarName),
  ];
}

function validateFieldRef(
  { apiVersion, fieldPath }: ObjectFieldSelector,
  path: string,
  allowed: readonly string[],
): Errors {
  if (!apiVersion) return [required(`${path}.apiVersion`)];
  if (!fieldPath) return [required(`${path}.fieldPath`)];
  const subscript = /^(metadata\.(?:annotations|labels))\['(.*)'\]$/s.exec(fieldPath);
  if (subscript) {
    const key = subscript[2] ?? '';
    return invalidFormat(path, key, isQualifiedName(subscript[1] === 'metadata.annotations' ? key.toLowerCase() : key));
  }
  if (allowed.includes(fieldPath)) return [];
  if (knownFieldPaths.has(fieldPath)) return [notSupported(`${path}.fieldPath`, fieldPath, allowed)];
  const detail = `error converting fieldPath: field label not supported: ${fieldPath}`;
  return [invalidValue(`${path}.fieldPath`, fieldPath, detail)];
}

function validateResourceFieldRef(
  { containerName, resource }: ResourceFieldSelector,
  path: string,
  inVolume: boolean,
): Errors {
  if (inVolume && !containerName) return [required(`${path}.containerName`)];
  const errors = requiredText(resource, `${path}.resource`);
  if (resource && !envResources.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource))
    errors.push(notSupported(`${path}.resource`, resource, envResources));
  return errors;
}

/** What a file of a downward API volume shows. */
export function validateDownwardSource(
  { fieldRef, resourceFieldRef }: Pick<EnvVarSource, 'fieldRef' | 'resourceFieldRef'>,
  path: string,
): Errors {
  if (fieldRef) {
    const errors = validateFieldRef(fieldRef, `${path}.fieldRef`, volumeFieldPaths);
    if (resourceFieldRef)
      errors.push(invalidValue(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    return errors;
  }
  if (resourceFieldRef) return validateResourceFieldRef(resourceFieldRef, `${path}.resourceFieldRef`, true);
  return [required(path, 'one of fieldRef and resourceFieldRef is required')];
}
