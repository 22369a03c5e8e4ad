import { readFile } from 'node:fs/promises';
import { pauseImage } from '../runtime/containerd-config.ts';
import type { Cri } from '../runtime/cri.ts';
import { dockerArchive } from './archive.ts';
import type { Ctr } from './ctr.ts';
import { tar } from './tar.ts';

/** The image of the process that holds a pod's namespaces: catatonit, which sleeps and reaps. */
export function buildPauseImage(catatonit: Uint8Array): Buffer {
  return dockerArchive({
    name: pauseImage,
    layers: [tar([{ path: 'catatonit', content: catatonit, mode: 0o755 }])],
    config: { Entrypoint: ['/catatonit', '-P'] },
  });
}

/** Imports the pause image unless the runtime has it. */
export async function ensurePauseImage(options: {
  readonly cri: Cri;
  readonly ctr: Ctr;
  readonly catatonitPath: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { cri, ctr, catatonitPath, signal } = options;
  const { image } = await cri.call('ImageStatus', { image: { image: pauseImage } }, { signal });
  if (image) return;
  await ctr.importArchive(buildPauseImage(await readFile(catatonitPath)), signal);
}
