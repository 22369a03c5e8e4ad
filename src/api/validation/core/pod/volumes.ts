import type { Volume } from '../../../schema/generated/types/core-v1.ts';
import { type Errors, each, oneOf, quantity, requiredFormat, requiredText } from '../../common.ts';
import { duplicate, forbidden, required } from '../../field-error.ts';
import { isDns1123Label } from '../../format.ts';
import { validateAnnotations, validateLabels } from '../../object-meta.ts';
import { driverName } from '../../storage/driver-name.ts';
import { validateClaimSpec } from '../persistent-volume-claim.ts';
import { sharedSources } from '../volume-sources.ts';
import { validateProjections } from './projections.ts';
import { relativePath } from './relative-path.ts';
import { mode, validateDownwardFiles, validateItems } from './volume-files.ts';

/** The volumes of a pod. */
export function validateVolumes(volumes: readonly Volume[] | undefined, path: string): Errors {
  const seen = new Set<string>();
  return each(volumes, path, (volume, here) => {
    const errors = validateSource(volume, here);
    const named = requiredFormat(volume.name, `${here}.name`, isDns1123Label);
    errors.push(...named);
    if (named.length > 0) return errors;
    if (seen.has(volume.name)) errors.push(duplicate(`${here}.name`, volume.name));
    seen.add(volume.name);
    return errors;
  });
}

type SourceName = Exclude<keyof Volume, 'name'>;
type SourceCheck = (volume: Volume, path: string) => Errors;

function validateSource(volume: Volume, path: string): Errors {
  const present: SourceName[] = [];
  for (const name in volume)
    if (name !== 'name' && volume[name as SourceName] !== undefined) present.push(name as SourceName);
  if (present.length > 1) present.sort((left, right) => sourceOrder.indexOf(left) - sourceOrder.indexOf(right));
  const [first, ...more] = present;
  if (first === undefined) return [required(path, 'must specify a volume type')];
  const errors = sourceChecks[first]?.(volume, `${path}.${first}`) ?? [];
  for (const name of more) errors.push(forbidden(`${path}.${name}`, 'may not specify more than 1 volume type'));
  return errors;
}

const shared = Object.fromEntries(
  Object.entries(sharedSources).map(([name, check]) => [
    name,
    ((volume, path) =>
      (check as (source: unknown, path: string) => Errors)(volume[name as SourceName], path)) satisfies SourceCheck,
  ]),
) as Record<string, SourceCheck>;

/** What each source needs; in upstream's order, by which the first of several is the one that counts. */
const sourceChecks: Readonly<Record<string, SourceCheck>> = {
  emptyDir: ({ emptyDir }, path) =>
    emptyDir?.sizeLimit === undefined ? [] : quantity(emptyDir.sizeLimit, `${path}.sizeLimit`),
  ...shared,
  gitRepo: ({ gitRepo }, path) => [
    ...requiredText(gitRepo?.repository, `${path}.repository`),
    ...(gitRepo?.directory ? relativePath(gitRepo.directory, `${path}.directory`, true) : []),
  ],
  secret: ({ secret }, path) => [
    ...requiredText(secret?.secretName, `${path}.secretName`),
    ...mode(secret?.defaultMode, `${path}.defaultMode`),
    ...validateItems(secret?.items, `${path}.items`),
  ],
  persistentVolumeClaim: ({ persistentVolumeClaim }, path) =>
    requiredText(persistentVolumeClaim?.claimName, `${path}.claimName`),
  downwardAPI: ({ downwardAPI }, path) => [
    ...mode(downwardAPI?.defaultMode, `${path}.defaultMode`),
    ...validateDownwardFiles(downwardAPI?.items, path),
  ],
  configMap: ({ configMap }, path) => [
    ...requiredText(configMap?.name, `${path}.name`),
    ...mode(configMap?.defaultMode, `${path}.defaultMode`),
    ...validateItems(configMap?.items, `${path}.items`),
  ],
  projected: ({ projected }, path) => [
    ...mode(projected?.defaultMode, `${path}.defaultMode`),
    ...validateProjections(projected?.sources, path),
  ],
  csi: ({ csi }, path) => [
    ...driverName(csi?.driver, `${path}.driver`),
    ...(csi?.nodePublishSecretRef
      ? requiredText(csi.nodePublishSecretRef.name, `${path}.nodePublishSecretRef.name`)
      : []),
  ],
  ephemeral: ({ ephemeral }, path) => {
    const here = `${path}.volumeClaimTemplate`;
    const template = ephemeral?.volumeClaimTemplate;
    if (!template) return [required(here)];
    return [
      ...validateLabels(template.metadata?.labels, `${here}.metadata.labels`),
      ...validateAnnotations(template.metadata?.annotations, `${here}.metadata.annotations`),
      ...validateClaimSpec(template.spec ?? {}, `${here}.spec`),
    ];
  },
  image: ({ image }, path) => [
    ...requiredText(image?.reference, `${path}.reference`),
    ...oneOf(image?.pullPolicy, `${path}.pullPolicy`, ['Always', 'IfNotPresent', 'Never']),
  ],
};
const sourceOrder = Object.keys(sourceChecks);
