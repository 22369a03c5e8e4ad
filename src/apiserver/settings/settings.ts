import { type AdmissionSettings, readAdmissionSettings } from '../admission/settings.ts';
import { type AuditSettings, readAuditSettings } from '../audit/settings.ts';
import { type AuthenticationSettings, readAuthenticationSettings } from '../authentication/settings.ts';
import { type AuthorizationSettings, readAuthorizationSettings } from '../authorization/settings.ts';
import { type RequestSettings, readRequestSettings } from '../http/settings.ts';
import { type ArgumentProblem, Arguments } from './arguments.ts';

/** What of the API server can be set by kube-apiserver's flags: a part for each room that has some, and a line here. */
export interface ApiServerSettings {
  readonly authentication: AuthenticationSettings;
  readonly authorization: AuthorizationSettings;
  readonly requests: RequestSettings;
  readonly admission: AdmissionSettings;
  readonly audit: AuditSettings;
}

/** Reads `NAME=VALUE` of each argument; `problems` has everything that will not do, names that nobody knows among it. */
export function readApiServerSettings(given: readonly string[]): {
  readonly settings: ApiServerSettings;
  readonly problems: readonly ArgumentProblem[];
} {
  const args = new Arguments(given);
  const settings = {
    authentication: readAuthenticationSettings(args),
    authorization: readAuthorizationSettings(args),
    requests: readRequestSettings(args),
    admission: readAdmissionSettings(args),
    audit: readAuditSettings(args),
  };
  return { settings, problems: args.finish() };
}

/** Nothing was set. */
export const defaultApiServerSettings: ApiServerSettings = readApiServerSettings([]).settings;
