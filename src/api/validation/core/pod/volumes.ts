import type { KeyToPath, Volume, VolumeProjection } from '../../../schema/generated/types/core-v1.ts';
import { type Errors, each, oneOf, quantity, requiredFormat, requiredText } from '../../common.ts';
import { duplicate, forbidden, invalidValue, required } from '../../field-error.ts';
import { isDns1123Label, isDns1123Subdomain } from '../../format.ts';
import { validateDownwardSource } from './env.ts';

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];
const modeDetail = 'must be a number between 0 and 0777 (octal), both inclusive';
const shortestTokenSeconds = 10 * 60;

/** The volumes of a pod. */
export function validateVolumes(volumes: readonly Volume[] | undefined, path: string): Errors {
  const seen = new Set<string>();
  return each(volumes, path, (volume, here) => {
    const errors = requiredFormat(volume.name, `${here}.name`, isDns1123Label);
    if (volume.name && seen.has(volume.name)) errors.push(duplicate(`${here}.name`, volume.name));
    seen.add(volume.name);
    return [...errors, ...validateSource(volume, here)];
  });
}

function validateSource(volume: Volume, path: string): Errors {
  const sources = Object.keys(volume).filter((key) => key !== 'name' && volume[key as keyof Volume] !== undefined);
  const [first, ...more] = sources;
  if (first === undefined) return [required(path, 'must specify a volume type')];
  const errors = more.map((name) => forbidden(`${path}.${name}`, 'may not specify more than 1 volume type'));
  const check = sourceChecks[first];
  return check ? [...check(volume, `${path}.${first}`), ...errors] : errors;
}

/** The sources with rules of their own; others need no more than their shape. */
const sourceChecks: Readonly<Record<string, (volume: Volume, path: string) => Errors>> = {
  emptyDir: ({ emptyDir }, path) =>
    emptyDir?.sizeLimit === undefined ? [] : quantity(emptyDir.sizeLimit, `${path}.sizeLimit`),
  hostPath: ({ hostPath }, path) => [
    ...validateHostPath(hostPath?.path, `${path}.path`),
    ...oneOf(hostPath?.type, `${path}.type`, hostPathTypes),
  ],
  configMap: ({ configMap }, path) => [
    ...requiredText(configMap?.name, `${path}.name`),
    ...mode(configMap?.defaultMode, `${path}.defaultMode`),
    ...validateItems(configMap?.items, `${path}.items`),
  ],
  secret: ({ secret }, path) => [
    ...requiredText(secret?.secretName, `${path}.secretName`),
    ...mode(secret?.defaultMode, `${path}.defaultMode`),
    ...validateItems(secret?.items, `${path}.items`),
  ],
  persistentVolumeClaim: ({ persistentVolumeClaim }, path) =>
    requiredText(persistentVolumeClaim?.claimName, `${path}.claimName`),
  nfs: ({ nfs }, path) => [
    ...requiredText(nfs?.server, `${path}.server`),
    ...requiredText(nfs?.path, `${path}.path`),
    ...(nfs?.path && !nfs.path.startsWith('/')
      ? [invalidValue(`${path}.path`, nfs.path, 'must be an absolute path')]
      : []),
  ],
  csi: ({ csi }, path) => requiredFormat(csi?.driver, `${path}.driver`, isDns1123Subdomain),
  downwardAPI: ({ downwardAPI }, path) => [
    ...mode(downwardAPI?.defaultMode, `${path}.defaultMode`),
    ...validateDownwardFiles(downwardAPI?.items, path),
  ],
  projected: ({ projected }, path) => [
    ...mode(projected?.defaultMode, `${path}.defaultMode`),
    ...each(projected?.sources, `${path}.sources`, validateProjection),
  ],
  ephemeral: ({ ephemeral }, path) => (ephemeral?.volumeClaimTemplate ? [] : [required(`${path}.volumeClaimTemplate`)]),
};

/** A path on the node: absolute or not, but without a step up. */
export function validateHostPath(hostPath: string | undefined, path: string): Errors {
  if (!hostPath) return [required(path)];
  return hostPath.split('/').includes('..') ? [invalidValue(path, hostPath, "must not contain '..'")] : [];
}

function mode(value: number | undefined, path: string): Errors {
  return value === undefined || (value >= 0 && value <= 0o777) ? [] : [invalidValue(path, value, modeDetail)];
}

function validateItems(items: readonly KeyToPath[] | undefined, path: string): Errors {
  return each(items, path, (item, here) => [
    ...requiredText(item.key, `${here}.key`),
    ...requiredText(item.path, `${here}.path`),
    ...(item.path ? relativePath(item.path, `${here}.path`, true) : []),
    ...mode(item.mode, `${here}.mode`),
  ]);
}

/** A path inside a volume. `noDotsAhead`: names that start with `..` are the volume writer's own. */
export function relativePath(target: string, path: string, noDotsAhead = false): Errors {
  const errors: Errors = [];
  if (target.startsWith('/')) errors.push(invalidValue(path, target, 'must be a relative path'));
  if (target.split('/').includes('..')) errors.push(invalidValue(path, target, "must not contain '..'"));
  else if (noDotsAhead && target.startsWith('..')) errors.push(invalidValue(path, target, "must not start with '..'"));
  return errors;
}

type DownwardFiles = NonNullable<Volume['downwardAPI']>['items'];

function validateDownwardFiles(items: DownwardFiles, path: string): Errors {
  return each(items, path, (item) => [
    ...requiredText(item.path, `${path}.path`),
    ...(item.path ? relativePath(item.path, `${path}.path`, true) : []),
    ...validateDownwardSource(item, path),
    ...mode(item.mode, `${path}.mode`),
  ]);
}

function validateProjection(source: VolumeProjection, path: string): Errors {
  const { secret, configMap, downwardAPI, serviceAccountToken: token } = source;
  const count = Object.values(source).filter((value) => value !== undefined).length;
  if (count === 0) return [required(path, 'must specify a source type')];
  const errors = count > 1 ? [forbidden(path, 'may not specify more than 1 volume type per source')] : [];
  for (const [name, ref] of [['secret', secret] as const, ['configMap', configMap] as const]) {
    if (!ref) continue;
    errors.push(
      ...requiredText(ref.name, `${path}.${name}.name`),
      ...validateItems(ref.items, `${path}.${name}.items`),
    );
  }
  if (downwardAPI) errors.push(...validateDownwardFiles(downwardAPI.items, `${path}.downwardAPI`));
  if (!token) return errors;
  const here = `${path}.serviceAccountToken`;
  const seconds = token.expirationSeconds;
  if (seconds !== undefined && seconds < shortestTokenSeconds)
    errors.push(invalidValue(`${here}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds !== undefined && seconds > 2 ** 32)
    errors.push(
      invalidValue(`${here}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds'),
    );
  return [
    ...errors,
    ...requiredText(token.path, `${here}.path`),
    ...(token.path ? relativePath(token.path, `${here}.path`, true) : []),
  ];
}
