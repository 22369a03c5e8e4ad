import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { toError } from '../../base/errors.ts';
import { yaml } from '../../base/yaml.ts';

/** Where a kubeconfig's current context leads, and with what one comes there. */
export interface KubeconfigTarget {
  readonly url: URL;
  /** PEM. */
  readonly ca?: string;
  readonly serverName?: string;
  readonly insecure: boolean;
  readonly certificate?: string;
  readonly key?: string;
  /** Of the `Authorization` header; asked for each request, as files are renewed. */
  authorization(): Promise<string | undefined>;
}

type Entry = Readonly<Record<string, unknown>>;

/**
 * Reads a kubeconfig as the webhooks for tokens and authorization have it: `clusters` is the webhook, `users` the API
 * server. Throws Error with the file's name, for ways to log in that are not supported as well.
 */
export async function readKubeconfig(path: string): Promise<KubeconfigTarget> {
  try {
    return await targetOf(path);
  } catch (error) {
    throw new Error(`cannot use the kubeconfig ${path}: ${toError(error).message}`, { cause: error });
  }
}

async function targetOf(path: string): Promise<KubeconfigTarget> {
  const config = entryOf(yaml().parse(await readFile(path, 'utf8')));
  const at = (file: string) => (isAbsolute(file) ? file : join(dirname(path), file));
  const context = named(config, 'contexts', text(config, 'current-context') ?? '', 'context');
  const cluster = named(config, 'clusters', text(context, 'cluster') ?? '', 'cluster');
  const userName = text(context, 'user');
  const user = userName ? named(config, 'users', userName, 'user') : {};
  for (const way of ['exec', 'auth-provider', 'as'])
    if (user[way] !== undefined) throw new Error(`the user ${userName}: ${way} is not supported`);
  for (const way of ['proxy-url']) if (cluster[way] !== undefined) throw new Error(`${way} is not supported`);
  const file = async (from: Entry, name: string): Promise<string | undefined> => {
    const data = text(from, `${name}-data`);
    if (data) return Buffer.from(data, 'base64').toString();
    const named = text(from, name);
    return named && readFile(at(named), 'utf8');
  };
  const server = text(cluster, 'server') ?? '';
  if (!URL.canParse(server) || new URL(server).protocol !== 'https:')
    throw new Error(`server: ${JSON.stringify(server)} must be a URL with https`);
  const [ca, certificate, key] = await Promise.all([
    file(cluster, 'certificate-authority'),
    file(user, 'client-certificate'),
    file(user, 'client-key'),
  ]);
  const serverName = text(cluster, 'tls-server-name');
  return {
    url: new URL(server),
    insecure: cluster['insecure-skip-tls-verify'] === true,
    authorization: authorizationOf(user, at),
    ...(ca && { ca }),
    ...(serverName && { serverName }),
    ...(certificate && { certificate }),
    ...(key && { key }),
  };
}

function authorizationOf(user: Entry, at: (file: string) => string): KubeconfigTarget['authorization'] {
  const [token, tokenFile] = [text(user, 'token'), text(user, 'tokenFile')];
  const [username, password = ''] = [text(user, 'username'), text(user, 'password')];
  return async () => {
    if (tokenFile) return `Bearer ${(await readFile(at(tokenFile), 'utf8')).trim()}`;
    if (token) return `Bearer ${token}`;
    return username && `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  };
}

function named(config: Entry, list: string, name: string, key: string): Entry {
  const all = Array.isArray(config[list]) ? config[list].map(entryOf) : [];
  const found = all.find((each) => each['name'] === name);
  if (!found) throw new Error(`${list} has no entry ${name === '' ? 'that is current' : JSON.stringify(name)}`);
  return entryOf(found[key]);
}

function entryOf(value: unknown): Entry {
  return typeof value === 'object' && value !== null ? (value as Entry) : {};
}

function text(entry: Entry, name: string): string | undefined {
  const value = entry[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
