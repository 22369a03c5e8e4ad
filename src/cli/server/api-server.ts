import {
  type ApiServerSettings,
  apiServerFlagNames,
  apiServerSettingsProblems,
  defaultApiServerSettings,
  withApiServerFlag,
} from '../../apiserver/settings/settings.ts';
import type { SettingsReader } from '../flags/reader.ts';
import { readArguments } from './arguments.ts';

const flag = 'kube-apiserver-arg';

/** What was set by kube-apiserver's flags, and by K3s's own that mean the same. */
export function readApiServerArgs(reader: SettingsReader): ApiServerSettings {
  let settings: ApiServerSettings = reader.switch('enable-pprof')
    ? { ...defaultApiServerSettings, profiling: true }
    : defaultApiServerSettings;
  readArguments(reader, flag, {
    names: apiServerFlagNames,
    set(name, value) {
      const next = withApiServerFlag(settings, name, value);
      if (typeof next === 'string') return next;
      settings = next;
      return undefined;
    },
  });
  for (const problem of apiServerSettingsProblems(settings))
    reader.problem(flag, reader.values(flag).join(' '), problem);
  return settings;
}
