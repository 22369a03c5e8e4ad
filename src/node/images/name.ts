const reference =
  /^(?:(?<host>[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d+)?|\[[0-9a-fA-F:]+\](?::\d+)?)\/)?(?<path>[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/**
 * The full name of an image: with registry, `library/` and tag where they were left out. Undefined: not a name.
 * Source: the distribution project's reference grammar.
 */
export function normalizeImageName(name: string): string | undefined {
  const groups = reference.exec(name)?.groups;
  if (!groups) return undefined;
  let { host, path = '' } = groups;
  // The first part is a host only when it looks like one.
  if (host !== undefined && !/[.:]/.test(host) && host !== 'localhost') {
    if (host !== host.toLowerCase()) return undefined;
    path = `${host}/${path}`;
    host = undefined;
  }
  if (host === undefined || host === 'index.docker.io') host = 'docker.io';
  if (host === 'docker.io' && !path.includes('/')) path = `library/${path}`;
  const { tag, digest } = groups;
  if (digest) return `${host}/${path}${tag ? `:${tag}` : ''}@${digest}`;
  return `${host}/${path}:${tag ?? 'latest'}`;
}
