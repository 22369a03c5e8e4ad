import type { Volume, VolumeProjection } from '../../schema/generated/types/core-v1.ts';
import { quote } from '../field-error.ts';
import { claimSpecWarnings } from './quantities.ts';

/** Sources whose drivers are gone. */
export const deprecatedSources: Readonly<Record<string, string>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
};

/** Old drivers, fractions of bytes, and files of a token's name. */
export function volumeWarnings(volumes: readonly Volume[], path: string): string[] {
  const warnings: string[] = [];
  const tokens = new Set<string>();
  volumes.forEach((volume, at) => {
    for (const source in volume)
      if (Object.hasOwn(deprecatedSources, source))
        warnings.push(`${path}[${at}].${source === 'storageos' ? 'storageOS' : source}: ${deprecatedSources[source]}`);
    const template = volume.ephemeral?.volumeClaimTemplate;
    if (template)
      warnings.push(...claimSpecWarnings(template.spec, `${path}[${at}].ephemeral.volumeClaimTemplate.spec`));
    for (const { serviceAccountToken } of volume.projected?.sources ?? [])
      if (serviceAccountToken) tokens.add(serviceAccountToken.path);
  });
  if (tokens.size > 0)
    volumes.forEach(({ projected }, at) => {
      for (const source of projected?.sources ?? [])
        for (const [place, file] of filesOf(source))
          if (tokens.has(file))
            warnings.push(
              `${path}[${at}].projected.sources.${place}: has duplicated path with ServiceAccountToken ${quote(file)}`,
            );
    });
  return warnings;
}

/** Files of a part of a projected volume, but for tokens, with upstream's names for their places. */
function filesOf({
  configMap,
  secret,
  downwardAPI,
  clusterTrustBundle,
}: VolumeProjection): (readonly [string, string])[] {
  const files: (readonly [string, string])[] = [];
  for (const [name, part] of [
    ['configMap', configMap],
    ['secrets', secret],
    ['downwardAPI', downwardAPI],
  ] as const)
    part?.items?.forEach((item, at) => {
      files.push([`${name}[${at}]`, item.path]);
    });
  if (clusterTrustBundle) files.push(['ClusterTrustBundle', clusterTrustBundle.path]);
  return files;
}
