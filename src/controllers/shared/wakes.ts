import type { Kind } from '../../api/kind.ts';
import { controllerOf, type KubeObject, keyOf } from '../../api/object.ts';
import type { LabelSelector } from '../../api/selectors/label-selector.ts';
import { changesOf, ownerKey, type Wake } from '../../controller-runtime/controller.ts';

/**
 * Objects of `kind` wake the owner that controls them; one that nobody controls wakes every owner in its namespace whose
 * selector matches, as that may adopt it.
 */
export function changesOfOwned<T extends KubeObject, Owner extends KubeObject>(
  kind: Kind<T>,
  ownerKind: Kind<Owner>,
  selectorOf: (owner: Owner) => LabelSelector,
): Wake {
  const keyOfOwner = ownerKey(ownerKind);
  return changesOf(kind, (object, client) => {
    if (controllerOf(object)) return keyOfOwner(object);
    if (object.metadata.deletionTimestamp) return [];
    const owners = client.view(ownerKind).list(object.metadata.namespace);
    return owners.filter((owner) => selectorOf(owner).matches(object.metadata.labels)).map(keyOf);
  });
}
