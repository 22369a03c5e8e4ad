import type {
  ClusterTrustBundleProjection,
  PodCertificateProjection,
  VolumeProjection,
} from '../../../schema/generated/types/core-v1.ts';
import { type Errors, each, requiredText } from '../../common.ts';
import { forbidden, invalidValue, required } from '../../field-error.ts';
import { validateLabelSelector } from '../../label-selector.ts';
import { relativePath } from './relative-path.ts';
import { validateDownwardFiles, validateItems } from './volume-files.ts';

const shortestTokenSeconds = 10 * 60;
const keyTypes = ['ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519', 'RSA3072', 'RSA4096'];

/** What a projected volume is made of; no two parts may be one file. */
export function validateProjections(sources: readonly VolumeProjection[] | undefined, path: string): Errors {
  const taken = new Set<string>();
  return each(sources, `${path}.sources`, (source, here) => {
    const errors = validateProjection(source, here);
    eachFile(source, (file) => {
      if (taken.has(file)) errors.push(invalidValue(path, file, 'conflicting duplicate paths'));
      taken.add(file);
    });
    return errors;
  });
}

function eachFile(source: VolumeProjection, visit: (file: string) => void): void {
  const { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source;
  for (const part of [secret, configMap, downwardAPI])
    if (part?.items) for (const { path } of part.items) if (path) visit(path);
  if (serviceAccountToken?.path) visit(serviceAccountToken.path);
  if (clusterTrustBundle?.path) visit(clusterTrustBundle.path);
  if (!podCertificate) return;
  for (const name of ['credentialBundlePath', 'keyPath', 'certificateChainPath'] as const) {
    const file = podCertificate[name];
    if (file) visit(file);
  }
}

const order = [
  'secret',
  'configMap',
  'downwardAPI',
  'serviceAccountToken',
  'clusterTrustBundle',
  'podCertificate',
] as const;

function validateProjection(source: VolumeProjection, path: string): Errors {
  let errors: Errors | undefined;
  for (const name of order) {
    if (source[name] === undefined) continue;
    if (errors) errors.push(forbidden(`${path}.${name}`, 'may not specify more than 1 volume type'));
    else errors = checks[name](source, `${path}.${name}`);
  }
  return errors ?? [required(path, 'must specify a source type')];
}

const checks: Readonly<Record<(typeof order)[number], (source: VolumeProjection, path: string) => Errors>> = {
  secret: ({ secret }, path) => [
    ...requiredText(secret?.name, `${path}.name`),
    ...validateItems(secret?.items, `${path}.items`),
  ],
  configMap: ({ configMap }, path) => [
    ...requiredText(configMap?.name, `${path}.name`),
    ...validateItems(configMap?.items, `${path}.items`),
  ],
  downwardAPI: ({ downwardAPI }, path) => validateDownwardFiles(downwardAPI?.items, path),
  serviceAccountToken: ({ serviceAccountToken: token }, path) => {
    const seconds = token?.expirationSeconds ?? 3600;
    const here = `${path}.expirationSeconds`;
    const errors: Errors = [];
    if (seconds < shortestTokenSeconds)
      errors.push(invalidValue(here, seconds, 'may not specify a duration less than 10 minutes'));
    if (seconds > 2 ** 32)
      errors.push(invalidValue(here, seconds, 'may not specify a duration larger than 2^32 seconds'));
    return [...errors, ...filePath(token?.path, `${path}.path`)];
  },
  clusterTrustBundle: ({ clusterTrustBundle }, path) =>
    clusterTrustBundle ? validateTrustBundle(clusterTrustBundle, path) : [],
  podCertificate: ({ podCertificate }, path) => (podCertificate ? validatePodCertificate(podCertificate, path) : []),
};

function filePath(file: string | undefined, path: string): Errors {
  return file ? relativePath(file, path, true) : [required(path)];
}

function validateTrustBundle(
  { name, signerName, labelSelector, path: file }: ClusterTrustBundleProjection,
  path: string,
): Errors {
  const errors: Errors = [];
  if (name !== undefined && (signerName !== undefined || labelSelector))
    errors.push(invalidValue(path, undefined, 'only one of name and signerName may be used'));
  if (name === '') errors.push(required(`${path}.name`, 'must be a valid object name'));
  if (signerName === '') errors.push(required(`${path}.signerName`, 'must be a valid signer name'));
  if (name === undefined && signerName === undefined)
    errors.push(required(path, 'either name or signerName must be specified'));
  return [
    ...errors,
    ...validateLabelSelector(labelSelector, `${path}.labelSelector`),
    ...filePath(file, `${path}.path`),
  ];
}

function validatePodCertificate(source: PodCertificateProjection, path: string): Errors {
  const {
    signerName,
    keyType,
    maxExpirationSeconds: seconds,
    credentialBundlePath,
    keyPath,
    certificateChainPath,
  } = source;
  const errors = requiredText(signerName, `${path}.signerName`);
  if (!keyTypes.includes(keyType))
    errors.push(invalidValue(`${path}.keyType`, keyType, `must be one of ${keyTypes.join(', ')}`));
  if (seconds !== undefined && (seconds < 3600 || seconds > 91 * 86_400))
    errors.push(
      invalidValue(`${path}.maxExpirationSeconds`, seconds, 'must be between 3600 and 7862400 seconds, inclusive'),
    );
  if (!credentialBundlePath && !keyPath && !certificateChainPath)
    errors.push(required(path, 'specify at least one of credentialBundlePath, keyPath and certificateChainPath'));
  for (const [name, file] of Object.entries({ credentialBundlePath, keyPath, certificateChainPath }))
    if (file) errors.push(...relativePath(file, `${path}.${name}`, true));
  return errors;
}
