import { writeFilesAtomically } from './atomic-files.ts';
import { addConfigMap, addDownward, addSecret, addToken, Files } from './sources.ts';
import type { PreparedVolume, VolumeContext, VolumeKind } from './volume.ts';

type Collect = (files: Files) => Promise<void> | void;

/** A volume whose files come from the API: written at once, written again when their sources change. */
async function prepareFiles(
  context: VolumeContext,
  options: { readonly path: string; readonly defaultMode: number | undefined; readonly collect: Collect },
): Promise<PreparedVolume> {
  const write = async (now: VolumeContext) => {
    const files = new Files(now, options.defaultMode);
    await options.collect(files);
    await writeFilesAtomically(options.path, files.payload, { gid: now.pod.spec?.securityContext?.fsGroup });
    return files.refreshAtMs;
  };
  const refreshAtMs = await write(context);
  return { path: options.path, readOnly: true, refresh: write, ...(refreshAtMs !== undefined && { refreshAtMs }) };
}

export const configMapVolume: VolumeKind = {
  source: 'configMap',
  prepare(context) {
    const source = context.volume.configMap ?? {};
    return prepareFiles(context, {
      path: context.folder,
      defaultMode: source.defaultMode,
      collect: (files) => addConfigMap(files, source),
    });
  },
};

export const secretVolume: VolumeKind = {
  source: 'secret',
  prepare(context) {
    const { secretName, defaultMode, ...source } = context.volume.secret ?? {};
    return prepareFiles(context, {
      path: context.memoryFolder,
      defaultMode,
      collect: (files) => addSecret(files, { ...source, ...(secretName !== undefined && { name: secretName }) }),
    });
  },
};

export const downwardVolume: VolumeKind = {
  source: 'downwardAPI',
  prepare(context) {
    const source = context.volume.downwardAPI ?? {};
    return prepareFiles(context, {
      path: context.memoryFolder,
      defaultMode: source.defaultMode,
      collect: (files) => addDownward(files, source),
    });
  },
};

export const projectedVolume: VolumeKind = {
  source: 'projected',
  prepare(context) {
    const { sources = [], defaultMode } = context.volume.projected ?? {};
    const collect: Collect = async (files) => {
      for (const source of sources) {
        if (source.configMap) await addConfigMap(files, source.configMap);
        if (source.secret) await addSecret(files, source.secret);
        if (source.downwardAPI) addDownward(files, source.downwardAPI);
        if (source.serviceAccountToken) await addToken(files, source.serviceAccountToken);
        if (source.clusterTrustBundle)
          throw files.fail('projected clusterTrustBundle sources are not supported by this node');
        if (source.podCertificate) throw files.fail('projected podCertificate sources are not supported by this node');
      }
    };
    return prepareFiles(context, { path: context.memoryFolder, defaultMode, collect });
  },
};
