import { createHash } from 'node:crypto';
import { resolve } from 'node:path';

export const defaultDataDir = '/var/lib/k3ts';

/**
 * Six hexadecimal digits that tell this data directory's kernel objects (links, nftables tables, cgroups, network
 * namespaces) from those of other servers on the machine; '' for the default directory, whose names are plain.
 */
export function instanceId(dataDir: string): string {
  const path = resolve(dataDir);
  return path === defaultDataDir ? '' : createHash('sha256').update(path).digest('hex').slice(0, 6);
}

/** `base`, or `base-<id>` for a data directory other than the default. A link's name must stay within 15 characters. */
export function instanceName(base: string, dataDir: string): string {
  const id = instanceId(dataDir);
  return id === '' ? base : `${base}-${id}`;
}
