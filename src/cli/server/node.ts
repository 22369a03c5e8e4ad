import { mayNodeSetLabel } from '../../api/core/node-labels.ts';
import { isDns1123Subdomain, isLabelValue, isQualifiedName } from '../../api/validation/format.ts';
import { defaultNodeSettings, type NodeSettings, nodeSettingNames, withKubeletFlag } from '../../node/settings.ts';
import { type NodeTaint, taintEffects } from '../../options.ts';
import type { SettingsReader } from '../flags/reader.ts';

export function readNodeName(reader: SettingsReader, hostname: string): string {
  const name = reader.text('node-name') ?? hostname.toLowerCase();
  const [complaint] = isDns1123Subdomain(name);
  if (complaint) reader.problem('node-name', name, complaint);
  return name;
}

/** `key=value` each; a later one of the same key counts. */
export function readNodeLabels(reader: SettingsReader): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const text of reader.values('node-label')) {
    const [key = '', value = '', ...more] = text.split('=');
    const complaint =
      (text.includes('=') && more.length === 0 ? undefined : 'must be KEY=VALUE') ??
      isQualifiedName(key)[0] ??
      isLabelValue(value)[0] ??
      reserved(key);
    if (complaint) reader.problem('node-label', text, complaint);
    else labels[key] = value;
  }
  return labels;
}

function reserved(key: string): string | undefined {
  if (mayNodeSetLabel(key)) return undefined;
  const domain = key.slice(0, key.indexOf('/'));
  return `a node must not give itself labels of ${domain}; use one of node.kubernetes.io/, or label the node with kubectl`;
}

/** `key=value:effect` or `key:effect` each. */
export function readNodeTaints(reader: SettingsReader): NodeTaint[] {
  const taints: NodeTaint[] = [];
  for (const text of reader.values('node-taint')) {
    const match = /^([^=:]+)(?:=([^=:]*))?:([^:]+)$/.exec(text);
    const [, key = '', value = '', effectText = ''] = match ?? [];
    const effect = taintEffects.find((known) => known === effectText);
    const complaint = match
      ? (isQualifiedName(key)[0] ?? isLabelValue(value)[0])
      : 'must be KEY=VALUE:EFFECT or KEY:EFFECT';
    if (complaint) reader.problem('node-taint', text, complaint);
    else if (!effect) reader.problem('node-taint', text, `the effect must be one of ${taintEffects.join(', ')}`);
    else if (taints.some((other) => other.key === key && other.effect === effect))
      reader.problem('node-taint', text, `there is a taint of key ${key} and effect ${effect} already`);
    else taints.push({ key, value, effect });
  }
  return taints;
}

/** `name=value` each; leading dashes, as on kubelet's command line, are taken off. */
export function readKubeletArgs(reader: SettingsReader): NodeSettings {
  let settings = defaultNodeSettings;
  for (const text of reader.values('kubelet-arg')) {
    const [, name, value] = /^-{0,2}([^=]+)=([\s\S]*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      reader.problem('kubelet-arg', text, `must be NAME=VALUE, with one of ${nodeSettingNames.join(', ')}`);
      continue;
    }
    const next = withKubeletFlag(settings, name, value);
    if (typeof next === 'string') reader.problem('kubelet-arg', text, next);
    else settings = next;
  }
  return settings;
}
