import { reviewVersion } from '../authentication/settings.ts';
import type { Arguments } from '../settings/arguments.ts';

export const authorizationModes = ['Node', 'RBAC', 'Webhook', 'AlwaysAllow', 'AlwaysDeny'] as const;
export type AuthorizationMode = (typeof authorizationModes)[number];

export interface AuthorizationWebhookFlags {
  readonly configFile: string;
  readonly version: 'v1' | 'v1beta1';
  readonly authorizedTtlMs: number;
  readonly unauthorizedTtlMs: number;
}

export interface AuthorizationSettings {
  /** In the order in which they are asked; each once. */
  readonly modes: readonly AuthorizationMode[];
  /** Of the mode `Webhook`. */
  readonly webhook?: AuthorizationWebhookFlags;
  /** Path of an AuthorizationConfiguration, in place of modes and webhook. */
  readonly configFile?: string;
}

const defaultModes: readonly AuthorizationMode[] = ['Node', 'RBAC'];

export function readAuthorizationSettings(args: Arguments): AuthorizationSettings {
  const given = args.list('authorization-mode');
  const configFile = args.text('authorization-config');
  const webhook = readWebhook(args);
  const modes: AuthorizationMode[] = [];
  for (const name of given ?? defaultModes) {
    const mode = authorizationModes.find((known) => known === name);
    if (!mode) args.problem('authorization-mode', name, whyNot(name));
    else if (modes.includes(mode)) args.problem('authorization-mode', name, 'must not be there twice');
    else modes.push(mode);
  }
  if (configFile && (given || webhook))
    args.problem('authorization-config', configFile, 'cannot be used together with authorization-mode or its webhook');
  if (modes.includes('Webhook') !== (webhook !== undefined) && !configFile)
    args.problem(
      'authorization-mode',
      modes.join(','),
      'the mode Webhook and authorization-webhook-config-file must be given together',
    );
  return { modes, ...(webhook && { webhook }), ...(configFile && { configFile }) };
}

function whyNot(name: string): string {
  const known = `must be some of ${authorizationModes.join(', ')}`;
  return name === 'ABAC' ? `ABAC with its policy file is not supported; ${known}` : known;
}

function readWebhook(args: Arguments): AuthorizationWebhookFlags | undefined {
  const configFile = args.text('authorization-webhook-config-file');
  const version = args.one('authorization-webhook-version', reviewVersion, 'must be v1 or v1beta1') ?? 'v1';
  const authorizedTtlMs = args.durationMs('authorization-webhook-cache-authorized-ttl') ?? 300_000;
  const unauthorizedTtlMs = args.durationMs('authorization-webhook-cache-unauthorized-ttl') ?? 30_000;
  return configFile === undefined ? undefined : { configFile, version, authorizedTtlMs, unauthorizedTtlMs };
}
