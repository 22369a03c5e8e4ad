import { createHash } from 'node:crypto';
import { tar } from './tar.ts';

/** What an image is made of. Layers are uncompressed tar archives, lowest first. */
export interface ImageContent {
  /** Full name with tag: `docker.io/library/busybox:1`. */
  readonly name: string;
  readonly layers: readonly Uint8Array[];
  readonly config?: {
    readonly Entrypoint?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly Env?: readonly string[];
    readonly User?: string;
    readonly WorkingDir?: string;
    readonly ExposedPorts?: Readonly<Record<string, object>>;
    readonly StopSignal?: string;
  };
  /** Default: this machine's. */
  readonly architecture?: 'amd64' | 'arm64' | 'arm';
}

/** The names that OCI gives to what Node calls the architecture. */
export function machineArchitecture(): 'amd64' | 'arm64' | 'arm' {
  const known = { x64: 'amd64', arm64: 'arm64', arm: 'arm' } as const;
  const name = known[process.arch as keyof typeof known];
  if (!name) throw new Error(`no images for this processor: ${process.arch}; supported are x64, arm64, arm`);
  return name;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function configOf(image: ImageContent): Buffer {
  return Buffer.from(
    JSON.stringify({
      architecture: image.architecture ?? machineArchitecture(),
      os: 'linux',
      created: '1970-01-01T00:00:00Z',
      config: image.config ?? {},
      rootfs: { type: 'layers', diff_ids: image.layers.map((layer) => `sha256:${sha256(layer)}`) },
      history: image.layers.map(() => ({ created: '1970-01-01T00:00:00Z' })),
    }),
  );
}

/** The image as `docker save` writes it: one uncompressed tar. */
export function dockerArchive(image: ImageContent): Buffer {
  const config = configOf(image);
  const layers = image.layers.map((layer) => ({ path: `${sha256(layer)}.tar`, content: layer }));
  const manifest = [
    { Config: `${sha256(config)}.json`, RepoTags: [image.name], Layers: layers.map(({ path }) => path) },
  ];
  return tar([
    { path: `${sha256(config)}.json`, content: config },
    ...layers,
    { path: 'manifest.json', content: Buffer.from(JSON.stringify(manifest)) },
  ]);
}

/** The image as an OCI image layout in one uncompressed tar. */
export function ociArchive(image: ImageContent): Buffer {
  const config = configOf(image);
  const blob = (mediaType: string, content: Uint8Array) => ({
    descriptor: { mediaType, digest: `sha256:${sha256(content)}`, size: content.length },
    entry: { path: `blobs/sha256/${sha256(content)}`, content },
  });
  const prefix = 'application/vnd.oci.image';
  const configBlob = blob(`${prefix}.config.v1+json`, config);
  const layers = image.layers.map((layer) => blob(`${prefix}.layer.v1.tar`, layer));
  const manifest = blob(
    `${prefix}.manifest.v1+json`,
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: `${prefix}.manifest.v1+json`,
        config: configBlob.descriptor,
        layers: layers.map(({ descriptor }) => descriptor),
      }),
    ),
  );
  const annotations = {
    'io.containerd.image.name': image.name,
    'org.opencontainers.image.ref.name': image.name.slice(image.name.lastIndexOf(':') + 1),
  };
  const index = { schemaVersion: 2, manifests: [{ ...manifest.descriptor, annotations }] };
  return tar([
    { path: 'oci-layout', content: Buffer.from('{"imageLayoutVersion":"1.0.0"}') },
    configBlob.entry,
    ...layers.map(({ entry }) => entry),
    manifest.entry,
    { path: 'index.json', content: Buffer.from(JSON.stringify(index)) },
  ]);
}
