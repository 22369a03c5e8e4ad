import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { toError } from '../../base/errors.ts';
import { yaml } from '../../base/yaml.ts';
import { readPodSecurityConfiguration } from './pod-security/configuration.ts';
import type { PolicyDefaults } from './pod-security/labels.ts';
import type { PodSecurityExemptions } from './pod-security/pod-security.ts';

/** What `--admission-control-config-file` says (kubernetes.io/docs/reference/config-api/apiserver-config.v1, AdmissionConfiguration). */
export interface AdmissionConfiguration {
  readonly podSecurity?: {
    readonly defaults: PolicyDefaults;
    readonly exemptions: PodSecurityExemptions;
  };
}

const versions = ['apiserver.config.k8s.io/v1', 'apiserver.k8s.io/v1'];

/** Reads the file and those that it names. Throws Error, which says what in which file will not do. */
export async function loadAdmissionConfiguration(path: string): Promise<AdmissionConfiguration> {
  try {
    const document = await readDocument(path);
    if (document['kind'] !== 'AdmissionConfiguration' || !versions.includes(String(document['apiVersion'])))
      throw new Error(
        `it is ${String(document['apiVersion'])} ${String(document['kind'])}, and must be an AdmissionConfiguration of ${versions[0]}`,
      );
    const plugins = document['plugins'] ?? [];
    if (!Array.isArray(plugins)) throw new Error('plugins must be a list');
    let configuration: AdmissionConfiguration = {};
    for (const plugin of plugins) configuration = { ...configuration, ...(await readPlugin(path, record(plugin))) };
    return configuration;
  } catch (error) {
    throw new Error(`the admission configuration ${path} cannot be used: ${toError(error).message}`, { cause: error });
  }
}

async function readPlugin(file: string, plugin: Json): Promise<AdmissionConfiguration> {
  const { name, path, configuration } = plugin;
  if (name !== 'PodSecurity')
    throw new Error(`the plugin ${String(name)} takes no configuration here; PodSecurity does`);
  const given =
    typeof path === 'string' && path !== '' ? await readDocument(resolve(dirname(file), path)) : record(configuration);
  return { podSecurity: readPodSecurityConfiguration(given) };
}

type Json = Readonly<Record<string, unknown>>;

async function readDocument(path: string): Promise<Json> {
  return record(yaml().parse(await readFile(path, 'utf8'), { maxAliasCount: 100 }));
}

function record(value: unknown): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new Error(`an object is needed, and not ${JSON.stringify(value)}`);
}
