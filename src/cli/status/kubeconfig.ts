import { yaml } from '../../base/yaml.ts';

/** How the current context of a kubeconfig reaches its API server. */
export interface Access {
  readonly server: URL;
  readonly ca?: Buffer;
  readonly certificate?: Buffer;
  readonly key?: Buffer;
  readonly token?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a kubeconfig whose keys stand in the file itself, as the server writes it. Throws Error naming what is missing. */
export function accessOf(kubeconfig: string, path: string): Access {
  const config = fields(yaml().parse(kubeconfig));
  const context = entry(config, 'contexts', text(config['current-context']), 'context', path);
  const cluster = entry(config, 'clusters', text(context['cluster']), 'cluster', path);
  const user = entry(config, 'users', text(context['user']), 'user', path);
  const data = (from: Fields, key: string) =>
    typeof from[key] === 'string' ? { value: Buffer.from(from[key], 'base64') } : undefined;
  const ca = data(cluster, 'certificate-authority-data');
  const certificate = data(user, 'client-certificate-data');
  const key = data(user, 'client-key-data');
  return {
    server: new URL(text(cluster['server'])),
    ...(ca ? { ca: ca.value } : {}),
    ...(certificate ? { certificate: certificate.value } : {}),
    ...(key ? { key: key.value } : {}),
    ...(typeof user['token'] === 'string' ? { token: user['token'] } : {}),
  };
}

function entry(config: Fields, list: string, name: string, key: string, path: string): Fields {
  const all = Array.isArray(config[list]) ? config[list].map(fields) : [];
  const found = all.find((each) => each['name'] === name);
  if (!found) throw new Error(`${path}: ${list} has no entry ${name === '' ? '(none is current)' : name}`);
  return fields(found[key]);
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
