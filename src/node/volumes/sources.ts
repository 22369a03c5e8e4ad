import { join } from 'node:path';
import type {
  ConfigMapProjection,
  DownwardAPIProjection,
  KeyToPath,
  SecretProjection,
  ServiceAccountTokenProjection,
} from '../../api/schema/generated/types/core-v1.ts';
import { readTextIfPresent } from '../../base/files.ts';
import { podField, resourceField } from '../pods/downward.ts';
import { apiIsAway } from '../remembered.ts';
import type { FileContent } from './atomic-files.ts';
import { type VolumeContext, VolumeError } from './volume.ts';

/** Collects the files of config map, secret, downward API and projected volumes. */
export class Files {
  readonly context: VolumeContext;
  readonly defaultMode: number;
  readonly payload = new Map<string, FileContent>();
  /** When a token among the files should be replaced. */
  refreshAtMs: number | undefined;

  constructor(context: VolumeContext, defaultMode: number | undefined) {
    this.context = context;
    this.defaultMode = defaultMode ?? 0o644;
  }

  fail(message: string): VolumeError {
    return new VolumeError(this.context.volume.name, message);
  }

  add(path: string, content: Uint8Array, mode: number | undefined): void {
    if (path.startsWith('/') || path.split('/').includes('..'))
      throw this.fail(`invalid path ${path}: must be relative and without ..`);
    this.payload.set(path, { content, mode: mode ?? this.defaultMode });
  }
}

export async function addConfigMap(files: Files, source: ConfigMapProjection): Promise<void> {
  const namespace = files.context.pod.metadata.namespace ?? '';
  const found = await files.context.objects.configMap(namespace, source.name ?? '');
  if (!found) {
    if (source.optional) return;
    throw files.fail(`configmap "${source.name}" not found`);
  }
  const entries = new Map<string, Uint8Array>();
  for (const [key, text] of Object.entries(found.data ?? {})) entries.set(key, Buffer.from(text));
  for (const [key, text] of Object.entries(found.binaryData ?? {})) entries.set(key, Buffer.from(text, 'base64'));
  addItems(files, entries, source.items, source.optional ?? false, 'configmap');
}

export async function addSecret(files: Files, source: SecretProjection): Promise<void> {
  const namespace = files.context.pod.metadata.namespace ?? '';
  const found = await files.context.objects.secret(namespace, source.name ?? '');
  if (!found) {
    if (source.optional) return;
    throw files.fail(`secret "${source.name}" not found`);
  }
  const entries = new Map(
    Object.entries(found.data ?? {}).map(([key, text]) => [key, Buffer.from(text, 'base64')] as const),
  );
  addItems(files, entries, source.items, source.optional ?? false, 'secret');
}

function addItems(
  files: Files,
  entries: ReadonlyMap<string, Uint8Array>,
  items: readonly KeyToPath[] | undefined,
  optional: boolean,
  what: string,
): void {
  if (!items || items.length === 0) {
    for (const [key, content] of entries) files.add(key, content, undefined);
    return;
  }
  for (const { key, path, mode } of items) {
    const content = entries.get(key);
    if (content) files.add(path, content, mode);
    else if (!optional) throw files.fail(`references non-existent ${what} key: ${key}`);
  }
}

export function addDownward(files: Files, source: DownwardAPIProjection): void {
  const { pod, facts, podIps } = files.context;
  for (const { path, mode, fieldRef, resourceFieldRef } of source.items ?? []) {
    const text = fieldRef
      ? podField(pod, fieldRef.fieldPath, facts, podIps)
      : resourceFieldRef
        ? resourceField(pod, resourceFieldRef, undefined, facts)
        : '';
    files.add(path, Buffer.from(text), mode);
  }
}

/** Tokens are replaced when four fifths of their life are over, and at least once a day; as the kubelet does. */
export function tokenRefreshAt(issuedAtMs: number, expiresAtMs: number): number {
  return Math.min(issuedAtMs + (expiresAtMs - issuedAtMs) * 0.8, issuedAtMs + 24 * 3_600_000);
}

const retryTokenMs = 30_000;

export async function addToken(files: Files, source: ServiceAccountTokenProjection): Promise<void> {
  const { pod, objects, clock, volume, tokens } = files.context;
  const key = `${volume.name}/${source.path}`;
  let current = tokens.get(key);
  if (!current || current.refreshAtMs <= clock.now()) {
    const request = { audience: source.audience, expirationSeconds: source.expirationSeconds ?? 3600 };
    current = await objects.token(pod, request).then(
      ({ token, expiresAtMs }) => ({ token, refreshAtMs: tokenRefreshAt(clock.now(), expiresAtMs) }),
      async (error: unknown) => {
        // A container can be started again without the API, with the token that lies there from before.
        const token = apiIsAway(error)
          ? await readTextIfPresent(join(files.context.memoryFolder, source.path))
          : undefined;
        if (token === undefined) throw error;
        return { token, refreshAtMs: clock.now() + retryTokenMs };
      },
    );
    tokens.set(key, current);
  }
  files.refreshAtMs = Math.min(files.refreshAtMs ?? Number.POSITIVE_INFINITY, current.refreshAtMs);
  const owner = commonUser(files.context);
  const closed = owner !== undefined || pod.spec?.securityContext?.fsGroup !== undefined;
  files.payload.set(source.path, {
    content: Buffer.from(current.token),
    mode: closed ? 0o600 : files.defaultMode,
    ...(owner !== undefined && { uid: owner }),
  });
}

/** The user that all containers run as, if it is the same one. */
function commonUser({ pod }: VolumeContext): number | undefined {
  const shared = pod.spec?.securityContext?.runAsUser;
  const users = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map(
    ({ securityContext }) => securityContext?.runAsUser ?? shared,
  );
  return users.every((user) => user === users[0]) ? users[0] : undefined;
}
