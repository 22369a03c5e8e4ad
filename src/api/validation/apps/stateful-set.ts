import { jsonEqual } from '../../patch/record.ts';
import type { StatefulSet, StatefulSetSpec } from '../../schema/generated/types/apps-v1.ts';
import type { Volume } from '../../schema/generated/types/core-v1.ts';
import { atMostAll, countOrPercent, type Errors, notNegative, optionalFormat, requiredOneOf } from '../common.ts';
import { asGoStruct, forbidden, invalidValue, required } from '../field-error.ts';
import { isDns1123Subdomain } from '../format.ts';
import { validateSelectorAndTemplate } from './workload.ts';

/** A stateful set, after defaulting. */
export function validateStatefulSet({ spec }: StatefulSet): Errors {
  if (!spec) return [required('spec.selector'), required('spec.template.spec.containers')];
  const errors: Errors = [];
  const { podManagementPolicy: policy, persistentVolumeClaimRetentionPolicy: retention } = spec;
  if (!policy) errors.push(required('spec.podManagementPolicy'));
  else if (policy !== 'OrderedReady' && policy !== 'Parallel')
    errors.push(invalidValue('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  errors.push(...validateStrategy(spec, 'spec.updateStrategy'));
  if (retention) {
    const here = 'spec.persistentVolumeClaimRetentionPolicy';
    errors.push(...requiredOneOf(retention.whenDeleted, `${here}.whenDeleted`, ['Retain', 'Delete']));
    errors.push(...requiredOneOf(retention.whenScaled, `${here}.whenScaled`, ['Retain', 'Delete']));
  }
  return [
    ...errors,
    ...notNegative(spec.replicas, 'spec.replicas'),
    ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...notNegative(spec.ordinals?.start, 'spec.ordinals.start'),
    ...notNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
    ...optionalFormat(spec.serviceName, 'spec.serviceName', isDns1123Subdomain),
    ...validateSelectorAndTemplate(spec, { kind: 'statefulset', title: 'StatefulSet' }, claimedVolumes(spec)),
  ];
}

/** The volumes that a member gets from the set's claims, which its containers mount as they mount the template's. */
function claimedVolumes({ volumeClaimTemplates = [] }: StatefulSetSpec): readonly Volume[] {
  return volumeClaimTemplates.map(({ metadata: { name = '' } = {} }) => ({
    name,
    persistentVolumeClaim: { claimName: name },
  }));
}

function validateStrategy({ updateStrategy = {} }: StatefulSetSpec, path: string): Errors {
  const { type, rollingUpdate } = updateStrategy;
  if (!type) return [required(path)];
  if (type === 'OnDelete')
    return rollingUpdate
      ? [
          invalidValue(
            `${path}.rollingUpdate`,
            asGoStruct(rollingUpdate, { Partition: null, MaxUnavailable: null }),
            "only allowed for updateStrategy 'RollingUpdate'",
          ),
        ]
      : [];
  if (type !== 'RollingUpdate')
    return [
      invalidValue(
        path,
        asGoStruct(updateStrategy, { Type: '', RollingUpdate: null }),
        "must be 'RollingUpdate' or 'OnDelete'",
      ),
    ];
  const { partition, maxUnavailable } = rollingUpdate ?? {};
  const here = `${path}.rollingUpdate`;
  const errors = [
    ...notNegative(partition, `${here}.partition`),
    ...countOrPercent(maxUnavailable, `${here}.maxUnavailable`),
    ...atMostAll(maxUnavailable, `${here}.maxUnavailable`),
  ];
  if (maxUnavailable === 0 || maxUnavailable === '0%')
    errors.push(invalidValue(`${here}.maxUnavailable`, maxUnavailable, 'cannot be 0'));
  return errors;
}

const updatable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

export function validateStatefulSetUpdate({ spec }: StatefulSet, old: StatefulSet): Errors {
  if (!spec || !old.spec) return [];
  const fixed = (from: StatefulSetSpec) =>
    Object.fromEntries(Object.entries(from).filter(([key]) => !(updatable as readonly string[]).includes(key)));
  if (jsonEqual(fixed(spec), fixed(old.spec))) return [];
  return [
    forbidden(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ),
  ];
}
