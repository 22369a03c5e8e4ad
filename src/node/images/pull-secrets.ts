import type { Secret } from '../../api/schema/generated/types/core-v1.ts';
import type { Input } from '../runtime/codec.ts';
import type { AuthConfig } from '../runtime/generated/cri.ts';

interface DockerAuth {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** Credentials in pull secrets that fit an image, best fit first. Secrets of other types, or damaged ones, give none. */
export function credentialsFor(image: string, secrets: readonly Secret[]): readonly Input<AuthConfig>[] {
  const fits: { readonly length: number; readonly auth: Input<AuthConfig> }[] = [];
  for (const secret of secrets)
    for (const [registry, auth] of Object.entries(authsOf(secret))) {
      const prefix = registry
        .replace(/^https?:\/\//, '')
        .replace(/\/(v[12]\/?)?$/, '')
        .replace(/^(index\.|registry-1\.)?docker\.io$/, 'docker.io');
      if (matches(prefix, image)) fits.push({ length: prefix.length, auth: toAuth(auth, registry) });
    }
  return fits.toSorted((a, b) => b.length - a.length).map(({ auth }) => auth);
}

/** `*.example.com/team` fits `registry.example.com/team/app:1`: globs in the host, a prefix of the path. */
function matches(prefix: string, image: string): boolean {
  const [host = '', ...path] = prefix.split('/');
  const [imageHost = '', ...imagePath] = image.split('/');
  const hostParts = host.split('.');
  const imageParts = imageHost.split('.');
  if (hostParts.length !== imageParts.length) return false;
  const glob = (pattern: string, text: string) =>
    new RegExp(
      `^${pattern
        .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    ).test(text);
  return (
    hostParts.every((part, index) => glob(part, imageParts[index] ?? '')) &&
    path.every((part, index) => part === imagePath[index])
  );
}

function authsOf(secret: Secret): Readonly<Record<string, DockerAuth>> {
  const [key, nested] =
    secret.type === 'kubernetes.io/dockerconfigjson' ? ['.dockerconfigjson', true] : ['.dockercfg', false];
  const text = secret.data?.[key as string];
  if (text === undefined) return {};
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64').toString());
    const auths = nested ? (parsed as { auths?: unknown }).auths : parsed;
    return typeof auths === 'object' && auths !== null ? (auths as Record<string, DockerAuth>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {}; // as upstream: the pull goes on without it and says so itself
    throw error;
  }
}

function toAuth(auth: DockerAuth, serverAddress: string): Input<AuthConfig> {
  const [username = '', ...password] = Buffer.from(auth.auth ?? '', 'base64')
    .toString()
    .split(':');
  return {
    username: auth.username ?? username,
    password: auth.password ?? password.join(':'),
    identityToken: auth.identitytoken ?? '',
    registryToken: auth.registrytoken ?? '',
    serverAddress,
  };
}
