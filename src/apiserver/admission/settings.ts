import type { Arguments } from '../settings/arguments.ts';
import { optionalPlugins } from './optional.ts';

/** What of admission kube-apiserver's flags set. */
export interface AdmissionSettings {
  /** Plugins that are off unless they are asked for. */
  readonly enable: readonly string[];
  /** Plugins that are on unless they are not wanted. */
  readonly disable: readonly string[];
  /** Path of an AdmissionConfiguration. */
  readonly configFile?: string;
}

/** On by default, here as upstream. */
const defaultPlugins = [
  ...['NamespaceLifecycle', 'LimitRanger', 'ServiceAccount', 'NodeRestriction', 'TaintNodesByCondition', 'PodSecurity'],
  ...['Priority', 'DefaultTolerationSeconds', 'DefaultStorageClass', 'StorageObjectInUseProtection'],
  ...['PersistentVolumeClaimResize', 'RuntimeClass', 'CertificateApproval', 'CertificateSigning'],
  ...['CertificateSubjectRestriction', 'DefaultIngressClass', 'PodTopologyLabels', 'MutatingAdmissionPolicy'],
  ...['MutatingAdmissionWebhook', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionWebhook', 'ResourceQuota'],
];

/** Those of upstream that are not here: whoever relies on one must know. */
const missing = new Set([
  ...['NamespaceAutoProvision', 'NamespaceExists', 'LimitPodHardAntiAffinityTopology', 'ImagePolicyWebhook'],
  ...['PodNodeSelector', 'PodTolerationRestriction', 'EventRateLimit', 'OwnerReferencesPermissionEnforcement'],
  ...['ClusterTrustBundleAttest', 'NodeDeclaredFeatureValidator', 'AlwaysAdmit', 'AlwaysDeny'],
]);

export function readAdmissionSettings(args: Arguments): AdmissionSettings {
  const known = [...defaultPlugins, ...Object.keys(optionalPlugins)];
  const read = (flag: string) => {
    const names = args.list(flag) ?? [];
    for (const name of names)
      if (!known.includes(name)) {
        const why = missing.has(name) ? `the plugin ${name} is not supported` : `there is no plugin ${name}`;
        args.problem(flag, name, `${why}; known are ${known.join(', ')}`);
      }
    return [...new Set(names)];
  };
  const enable = read('enable-admission-plugins');
  const disable = read('disable-admission-plugins');
  for (const name of enable)
    if (disable.includes(name))
      args.problem('disable-admission-plugins', name, 'is in enable-admission-plugins as well; decide for one');
  const configFile = args.text('admission-control-config-file');
  return { enable, disable, ...(configFile && { configFile }) };
}
