import { podReferences as referencesOf } from '../../api/core/pod-references.ts';
import { volumeSecrets } from '../../api/core/volume-secrets.ts';
import type { PersistentVolume, Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { PolicyRule } from '../../api/schema/generated/types/rbac-v1.ts';
import type { ResourceSlice } from '../../api/schema/generated/types/resource-v1.ts';
import type { VolumeAttachment } from '../../api/schema/generated/types/storage-v1.ts';
import { parseFieldSelector } from '../../api/selectors/field-selector.ts';
import { SelectorError } from '../../api/selectors/label-text.ts';
import type { Index, View } from '../../client/client.ts';
import type { Attributes, Authorizer, Decision, UserInfo } from '../contract.ts';
import { ruleAllows } from './rules.ts';

export interface NodeAuthorizerOptions {
  readonly pods: View<Pod>;
  readonly persistentVolumes: View<PersistentVolume>;
  readonly volumeAttachments: View<VolumeAttachment>;
  readonly resourceSlices: View<ResourceSlice>;
  /** What every node may do; objects that belong to pods are decided by the graph before. */
  readonly rules: readonly PolicyRule[];
}

type Resource = NonNullable<Attributes['resource']>;

/** What one kind's requests are narrowed to. Undefined: the rules decide. */
type Narrow = (node: string, verb: string, resource: Resource) => Decision | undefined;

/**
 * What a node agent may do: `rules`, narrowed to its own node and pods, and read what pods bound to its node refer to
 * (kubernetes.io/docs/reference/access-authn-authz/node). The graph from node to object is made of indexes: over pods,
 * and over the secrets of volumes. That it changes no other node and no other node's pods is admission's work
 * (NodeRestriction).
 */
export function nodeAuthorizer(options: NodeAuthorizerOptions): Authorizer {
  const { rules } = options;
  const narrows = narrowsOf(options);
  return {
    authorize(attributes: Attributes): Decision {
      const { user, verb, resource } = attributes;
      const node = nodeNameOf(user);
      if (!node || !resource) return noOpinion('');
      const { group, plural, subresource } = resource;
      const narrow = narrows.get(`${group}/${plural}${subresource && `/${subresource}`}`);
      const narrowed = narrow?.(node, verb, resource);
      if (narrowed) return narrowed;
      return rules.some((rule) => ruleAllows(rule, attributes)) ? allow : noOpinion('');
    },
  };
}

function narrowsOf(options: NodeAuthorizerOptions): ReadonlyMap<string, Narrow> {
  const { pods, persistentVolumes, volumeAttachments, resourceSlices } = options;
  const refers = (node: string, kind: string, namespace: string, name: string) =>
    pods.by(podReferences, reference(node, kind, `${namespace}/${name}`)).length > 0;
  const usesVolume = (node: string, volume: PersistentVolume | undefined) => {
    const claim = volume?.spec?.claimRef;
    return claim !== undefined && refers(node, 'persistentvolumeclaims', claim.namespace ?? '', claim.name ?? '');
  };
  /** Objects that a pod of the node needs, to be read by name. */
  const needed =
    (isNeeded: (node: string, resource: Resource) => boolean, verbs: readonly string[]): Narrow =>
    (node, verb, resource) => {
      if (!verbs.includes(verb) || resource.name === '')
        return noOpinion(`can only ${verbs.join(', ')} single objects of this type`);
      if (isNeeded(node, resource)) return allow;
      return noOpinion(`no relationship found between node '${node}' and this object`);
    };
  const ofPods: (node: string, resource: Resource) => boolean = (node, { plural, namespace, name }) =>
    refers(node, plural, namespace, name);
  const read = ['get', 'list', 'watch'];
  const needsSecret = (node: string, { namespace, name }: Resource) =>
    refers(node, 'secrets', namespace, name) ||
    persistentVolumes.by(secretsOfVolumes, `${namespace}/${name}`).some((volume) => usesVolume(node, volume));
  const claims: Narrow = needed(ofPods, ['get']);

  return new Map<string, Narrow>([
    ['/secrets', needed(needsSecret, read)],
    ['/configmaps', needed(ofPods, read)],
    ['/persistentvolumeclaims', claims],
    ['/persistentvolumeclaims/status', needed(ofPods, ['get', 'update', 'patch'])],
    ['/persistentvolumes', needed((node, { name }) => usesVolume(node, persistentVolumes.get(name)), ['get'])],
    ['/serviceaccounts', needed(ofPods, ['get'])],
    ['/serviceaccounts/token', needed(ofPods, ['create'])],
    ['/pods', (node, verb, resource) => narrowPods(pods, node, verb, resource)],
    ['/nodes', narrowNodes],
    ['coordination.k8s.io/leases', narrowLeases],
    [
      'storage.k8s.io/volumeattachments',
      needed((node, { name }) => volumeAttachments.get(name)?.spec.nodeName === node, ['get']),
    ],
    ['storage.k8s.io/csinodes', narrowCsiNodes],
    ['resource.k8s.io/resourceclaims', claims],
    ['resource.k8s.io/resourceslices', (node, verb, resource) => narrowSlices(resourceSlices, node, verb, resource)],
  ]);
}

function narrowPods(pods: View<Pod>, node: string, verb: string, resource: Resource): Decision | undefined {
  const { namespace, name, fieldSelector } = resource;
  if (verb === 'list' || verb === 'watch') {
    if (pinned(fieldSelector, 'spec.nodeName') === node) return undefined;
    // One pod by its name is as good as getting it.
    if (name && pods.get(`${namespace}/${name}`)?.spec?.nodeName === node) return undefined;
    return noOpinion(`node '${node}' can only list and watch pods with the field selector spec.nodeName=${node}`);
  }
  if (verb !== 'get') return undefined;
  // That a pod is gone may be known: a node asks for it after its own pod has ended.
  const pod = pods.get(`${namespace}/${name}`);
  if (!pod || pod.spec?.nodeName === node) return undefined;
  return noOpinion(`no relationship found between node '${node}' and this object`);
}

function narrowNodes(node: string, verb: string, { name, fieldSelector }: Resource): Decision | undefined {
  if (!['get', 'list', 'watch'].includes(verb)) return undefined;
  if ((name || pinned(fieldSelector, 'metadata.name')) === node) return undefined;
  return noOpinion(`node '${node}' cannot read '${name}', only its own Node object`);
}

function narrowLeases(node: string, verb: string, { namespace, name }: Resource): Decision {
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb))
    return noOpinion('can only get, create, update, patch, or delete a node lease');
  const own = namespace === 'kube-node-lease' && (name === node || (verb === 'create' && name === ''));
  return own ? allow : noOpinion('can only access node lease with the same name as the requesting node');
}

function narrowCsiNodes(node: string, verb: string, { name }: Resource): Decision {
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb))
    return noOpinion('can only get, create, update, patch, or delete a CSINode');
  const own = name === node || (verb === 'create' && name === '');
  return own ? allow : noOpinion('can only access CSINode with the same name as the requesting node');
}

function narrowSlices(
  slices: View<ResourceSlice>,
  node: string,
  verb: string,
  { name, fieldSelector }: Resource,
): Decision | undefined {
  // Whose slice a new one is, is admission's to look at.
  if (verb === 'create') return undefined;
  if (name) {
    if (slices.get(name)?.spec.nodeName === node) return allow;
    return noOpinion(`no relationship found between node '${node}' and this object`);
  }
  if (pinned(fieldSelector, 'spec.nodeName') === node) return undefined;
  return noOpinion(`can only list/watch/deletecollection resourceslices with spec.nodeName=${node} field selector`);
}

/** The value that a field selector gives a field; a selector that cannot be read gives none. */
function pinned(fieldSelector: string | undefined, field: string): string | undefined {
  if (!fieldSelector) return undefined;
  try {
    return parseFieldSelector(fieldSelector).exactValue(field);
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}

const allow: Decision = { decision: 'allow', reason: '' };

function noOpinion(reason: string): Decision {
  return { decision: 'no-opinion', reason };
}

/** The node's name, when the user is one: `system:node:<name>` in the group `system:nodes`. */
export function nodeNameOf(user: UserInfo): string | undefined {
  if (!user.name.startsWith('system:node:') || !user.groups.includes('system:nodes')) return undefined;
  return user.name.slice('system:node:'.length) || undefined;
}

function reference(node: string, kind: string, key: string): string {
  return `${node} ${kind} ${key}`;
}

const podReferences: Index<Pod> = {
  name: 'node-references',
  of(pod) {
    const node = pod.spec?.nodeName;
    if (!node) return [];
    const namespace = pod.metadata.namespace ?? '';
    const keys = referencesOf(pod).map(({ plural, name }) => reference(node, plural, `${namespace}/${name}`));
    const claims = resourceClaims(pod).map((name) => reference(node, 'resourceclaims', `${namespace}/${name}`));
    return [...new Set([...keys, ...claims])];
  },
};

/** Those that are named, and those that were made for the pod. */
function resourceClaims({ spec, status }: Pod): readonly string[] {
  return [...(spec?.resourceClaims ?? []), ...(status?.resourceClaimStatuses ?? [])].flatMap(
    ({ resourceClaimName }) => resourceClaimName || [],
  );
}

const secretsOfVolumes: Index<PersistentVolume> = { name: 'volume-secrets', of: (volume) => volumeSecrets(volume) };
