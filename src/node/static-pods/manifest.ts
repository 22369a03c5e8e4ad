import { createHash } from 'node:crypto';
import { mirrorPodAnnotation } from '../../api/core/mirror-pod.ts';
import { pod as podKind } from '../../api/core/pod.ts';
import { podReferences } from '../../api/core/pod-references.ts';
import type { Draft } from '../../api/object.ts';
import { checkBody } from '../../api/schema/decode.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { describeError } from '../../base/log.ts';
import { yaml } from '../../base/yaml.ts';

export const annotations = {
  source: 'kubernetes.io/config.source',
  hash: 'kubernetes.io/config.hash',
  mirror: mirrorPodAnnotation,
} as const;

/** Why a file is no static pod. */
export class ManifestError extends Error {}

const mostAliases = 100;

/**
 * The pod of a manifest file, YAML or JSON, as this node runs it: `<name>-<node>`, with a uid that follows from the
 * content. Throws ManifestError. Pure. Source: "Create static Pods".
 */
export function staticPod(text: string, { file, nodeName }: { file: string; nodeName: string }): Pod {
  const value = parsed(text);
  if (!isRecord(value) || value['apiVersion'] !== 'v1' || value['kind'] !== 'Pod')
    throw new ManifestError('must be one object of apiVersion v1 and kind Pod');
  checkForm(value);
  const given = value as unknown as Draft<Pod>; // its form is checked above
  if (!given.metadata?.name) throw new ManifestError('metadata.name: must be given');
  const uid = uidOf(`${nodeName}\n${file}\n${JSON.stringify(given)}`);
  const pod: Draft<Pod> = {
    ...given,
    metadata: {
      ...given.metadata,
      name: `${given.metadata.name}-${nodeName}`,
      namespace: given.metadata.namespace ?? 'default',
      uid,
      annotations: { ...given.metadata.annotations, [annotations.source]: 'file', [annotations.hash]: uid },
    },
    spec: {
      ...(given.spec ?? { containers: [] }),
      nodeName,
      tolerations: [...(given.spec?.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }],
    },
  };
  podKind.defaults?.(pod);
  const [invalid] = podKind.validate?.(pod as Pod) ?? [];
  if (invalid) throw new ManifestError(`${invalid.field}: ${invalid.message}`);
  const [reference] = podReferences(pod as Pod);
  if (reference)
    throw new ManifestError(
      `static pods may not name other objects; this one names ${reference.plural} "${reference.name}"`,
    );
  return pod as Pod;
}

function checkForm(value: unknown): void {
  let problems: readonly string[];
  try {
    problems = checkBody(podKind.schema(), value);
  } catch (error) {
    throw new ManifestError(describeError(error));
  }
  if (problems.length > 0) throw new ManifestError(problems.join('; '));
}

function parsed(text: string): unknown {
  try {
    return yaml().parse(text, { maxAliasCount: mostAliases });
  } catch (error) {
    throw new ManifestError(`not YAML: ${describeError(error).split('\n')[0]}`);
  }
}

/** Of the form of other uids, so that everything that knows those by their form knows these. */
function uidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the API is to show of a static pod. `owner` is the node, for which it goes when the node goes. */
export function mirrorOf(pod: Pod, owner: { readonly name: string; readonly uid: string }): Pod {
  const { uid = '', ...metadata } = pod.metadata;
  const node = { apiVersion: 'v1', kind: 'Node', ...owner, controller: true };
  return {
    ...pod,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, [annotations.mirror]: uid },
      ownerReferences: [node],
    },
  };
}

/** The uid of the static pod that this pod of the API shows; undefined: it is a pod of its own. */
export function mirroredUid(pod: Pod): string | undefined {
  return pod.metadata.annotations?.[annotations.mirror];
}
