import { podReferences as referencesOf } from '../../api/core/pod-references.ts';
import type { PersistentVolume, Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { PolicyRule } from '../../api/schema/generated/types/rbac-v1.ts';
import { parseFieldSelector } from '../../api/selectors/field-selector.ts';
import { SelectorError } from '../../api/selectors/label-text.ts';
import type { Index, View } from '../../client/client.ts';
import type { Attributes, Authorizer, Decision, UserInfo } from '../contract.ts';
import { ruleAllows } from './rules.ts';

export interface NodeAuthorizerOptions {
  readonly pods: View<Pod>;
  readonly persistentVolumes: View<PersistentVolume>;
  /** What every node may do; objects that belong to pods are decided by the graph before. */
  readonly rules: readonly PolicyRule[];
}

/**
 * What a node agent may do: `rules`, narrowed to its own node and pods, and read what pods bound to its node refer to
 * (kubernetes.io/docs/reference/access-authn-authz/node). The graph from node to object is an index over pods.
 * That it changes no other node and no other node's pods is admission's work (NodeRestriction).
 */
export function nodeAuthorizer({ pods, persistentVolumes, rules }: NodeAuthorizerOptions): Authorizer {
  const refers = (node: string, kind: string, namespace: string, name: string) =>
    pods.by(podReferences, reference(node, kind, namespace, name)).length > 0;
  const usesVolume = (node: string, name: string) => {
    const claim = persistentVolumes.get(name)?.spec?.claimRef;
    return claim !== undefined && refers(node, 'persistentvolumeclaims', claim.namespace ?? '', claim.name ?? '');
  };

  const unrelated = (node: string) => noOpinion(`no relationship found between node '${node}' and this object`);

  return {
    authorize(attributes: Attributes): Decision {
      const { user, verb, resource } = attributes;
      const node = nodeNameOf(user);
      if (!node || !resource) return noOpinion('');
      const { group, plural, subresource, namespace, name } = resource;
      if (group === 'coordination.k8s.io' && plural === 'leases') {
        const own = namespace === 'kube-node-lease' && (name === node || (verb === 'create' && name === ''));
        return own && ['get', 'create', 'update', 'patch', 'delete'].includes(verb)
          ? allow
          : noOpinion('can only access node lease with the same name as the requesting node');
      }
      if (group === '' && subresource === '') {
        switch (plural) {
          case 'secrets':
          case 'configmaps':
          case 'persistentvolumeclaims':
            if (verb !== 'get' && !(name && (verb === 'list' || verb === 'watch')))
              return noOpinion('can only read resources of this type');
            return refers(node, plural, namespace, name) ? allow : unrelated(node);
          case 'persistentvolumes':
            return verb === 'get' && usesVolume(node, name) ? allow : unrelated(node);
          case 'pods': {
            if (verb === 'list' || verb === 'watch') {
              if (pinned(resource.fieldSelector, 'spec.nodeName') !== node)
                return noOpinion(
                  `node '${node}' can only list and watch pods with the field selector spec.nodeName=${node}`,
                );
            } else if (verb === 'get') {
              // That a pod is gone may be known: a node asks for it after its own pod has ended.
              const pod = pods.get(`${namespace}/${name}`);
              if (pod && pod.spec?.nodeName !== node) return unrelated(node);
            }
            break;
          }
          case 'nodes':
            if (
              ['get', 'list', 'watch'].includes(verb) &&
              (name || pinned(resource.fieldSelector, 'metadata.name')) !== node
            )
              return noOpinion(`node '${node}' cannot read '${name}', only its own Node object`);
        }
      }
      if (group === '' && plural === 'serviceaccounts')
        return subresource === 'token' && verb === 'create' && refers(node, plural, namespace, name)
          ? allow
          : unrelated(node);
      return rules.some((rule) => ruleAllows(rule, attributes)) ? allow : noOpinion('');
    },
  };
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

function reference(node: string, kind: string, namespace: string, name: string): string {
  return `${node} ${kind} ${namespace}/${name}`;
}

const podReferences: Index<Pod> = {
  name: 'node-references',
  of(pod) {
    const node = pod.spec?.nodeName;
    if (!node) return [];
    const namespace = pod.metadata.namespace ?? '';
    return [...new Set(referencesOf(pod).map(({ plural, name }) => reference(node, plural, namespace, name)))];
  },
};
