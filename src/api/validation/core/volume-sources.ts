import type { PersistentVolumeSpec, Volume } from '../../schema/generated/types/core-v1.ts';
import { type Errors, oneOf, requiredText } from '../common.ts';
import { invalidValue, required } from '../field-error.ts';
import { driverName } from '../storage/driver-name.ts';

/** Sources of storage that pods and persistent volumes name alike. */
type Sources = Pick<PersistentVolumeSpec & Volume, keyof PersistentVolumeSpec & keyof Volume>;
type Check<T> = (source: T, path: string) => Errors;

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
const shortDetail = 'must be between 0 and 255, inclusive';

/** A path on the node: absolute or not, but without a step up. */
export function validateHostPath(hostPath: string | undefined, path: string): Errors {
  return hostPath ? withoutBacksteps(hostPath, path) : [required(path)];
}

export function withoutBacksteps(target: string, path: string): Errors {
  return target.split('/').includes('..') ? [invalidValue(path, target, "must not contain '..'")] : [];
}

/** Fields of a source that must not be empty. */
function needs<T extends object>(...names: readonly (keyof T & string)[]): Check<T> {
  return (source, path) =>
    names.flatMap((name) => {
      const value: unknown = source[name];
      return !value || (Array.isArray(value) && value.length === 0) ? [required(`${path}.${name}`)] : [];
    });
}

function short(value: number | undefined, path: string): Errors {
  return value !== undefined && (value < 0 || value > 255) ? [invalidValue(path, value, shortDetail)] : [];
}

const iqn =
  /^(iqn\.\d{4}-(0[1-9]|1[0-2])\.[a-z0-9.-]+(:[^,;*&$|\s]+)?|eui\.[0-9A-Fa-f]{16}|naa\.([0-9A-Fa-f]{16}|[0-9A-Fa-f]{32}))$/;

const validateIscsi: Check<NonNullable<Sources['iscsi']>> = (source, path) => {
  const errors = needs<typeof source>('targetPortal')(source, path);
  const here = `${path}.iqn`;
  if (!source.iqn) errors.push(required(here));
  else if (!/^(iqn|eui|naa)/.test(source.iqn))
    errors.push(invalidValue(here, source.iqn, 'must be valid format starting with iqn, eui, or naa'));
  else if (source.iqn.length > 1024 || !iqn.test(source.iqn))
    errors.push(invalidValue(here, source.iqn, 'must be valid format'));
  errors.push(...short(source.lun, `${path}.lun`));
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !source.secretRef)
    errors.push(required(`${path}.secretRef`));
  return errors;
};

const validateFibreChannel: Check<NonNullable<Sources['fc']>> = ({ targetWWNs = [], wwids = [], lun }, path) => {
  const here = `${path}.targetWWNs`;
  if (targetWWNs.length === 0 && wwids.length === 0)
    return [required(here, 'must specify either targetWWNs or wwids, but not both')];
  if (targetWWNs.length > 0 && wwids.length > 0)
    return [invalidValue(here, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously')];
  if (targetWWNs.length === 0) return [];
  return lun === undefined
    ? [required(`${path}.lun`, 'lun is required if targetWWNs is specified')]
    : short(lun, `${path}.lun`);
};

const validateFlocker: Check<NonNullable<Sources['flocker']>> = ({ datasetName = '', datasetUUID = '' }, path) => {
  if (!datasetName && !datasetUUID) return [required(path, 'one of datasetName and datasetUUID is required')];
  const errors: Errors = [];
  if (datasetName && datasetUUID)
    errors.push(invalidValue(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  if (datasetName.includes('/')) errors.push(invalidValue(`${path}.datasetName`, datasetName, "must not contain '/'"));
  return errors;
};

const validateQuobyte: Check<NonNullable<Sources['quobyte']>> = ({ registry, volume }, path) => {
  const errors: Errors = [];
  if (!registry)
    errors.push(required(`${path}.registry`, 'must be a host:port pair or multiple pairs separated by commas'));
  else if (!registry.split(',').every((pair) => /^[^:]*:[^:]*$|^\[[^\]]*\]:[^:]*$/.test(pair)))
    errors.push(
      invalidValue(`${path}.registry`, registry, 'must be a host:port pair or multiple pairs separated by commas'),
    );
  return volume ? errors : [...errors, required(`${path}.volume`)];
};

/** In upstream's order, which decides which of several sources is the one that is checked. */
export const sharedSources: { readonly [Name in keyof Sources]-?: Check<NonNullable<Sources[Name]>> } = {
  hostPath: ({ path: target, type }, path) => [
    ...validateHostPath(target, `${path}.path`),
    ...oneOf(type, `${path}.type`, hostPathTypes),
  ],
  gcePersistentDisk: (source, path) => [
    ...needs<typeof source>('pdName')(source, path),
    ...short(source.partition, `${path}.partition`),
  ],
  awsElasticBlockStore: (source, path) => [
    ...needs<typeof source>('volumeID')(source, path),
    ...short(source.partition, `${path}.partition`),
  ],
  nfs: (source, path) => [
    ...needs<typeof source>('server', 'path')(source, path),
    ...(source.path && !source.path.startsWith('/')
      ? [invalidValue(`${path}.path`, source.path, 'must be an absolute path')]
      : []),
  ],
  iscsi: validateIscsi,
  glusterfs: needs('endpoints', 'path'),
  flocker: validateFlocker,
  rbd: needs('monitors', 'image'),
  cinder: needs('volumeID'),
  cephfs: needs('monitors'),
  quobyte: validateQuobyte,
  fc: validateFibreChannel,
  flexVolume: needs('driver'),
  azureFile: needs('secretName', 'shareName'),
  vsphereVolume: needs('volumePath'),
  photonPersistentDisk: needs('pdID'),
  portworxVolume: needs('volumeID'),
  azureDisk: (source, path) => [
    ...needs<typeof source>('diskName', 'diskURI')(source, path),
    ...oneOf(source.cachingMode, `${path}.cachingMode`, ['None', 'ReadOnly', 'ReadWrite']),
    ...oneOf(source.kind, `${path}.kind`, ['Dedicated', 'Managed', 'Shared']),
  ],
  storageos: (source, path) => requiredText(source.volumeName, `${path}.volumeName`),
  scaleIO: needs('gateway', 'system', 'volumeName'),
  csi: ({ driver }, path) => driverName(driver, `${path}.driver`),
};
