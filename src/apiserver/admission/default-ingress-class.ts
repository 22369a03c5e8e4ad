import type { Draft } from '../../api/object.ts';
import type { Ingress, IngressClass } from '../../api/schema/generated/types/networking-v1.ts';
import type { View } from '../../client/client.ts';
import type { AdmissionPlugin } from '../contract.ts';
import { newestDefault } from './newest-default.ts';

/** An ingress that names no class gets the default one. */
export function defaultIngressClass(classes: View<IngressClass>): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    handles: ({ operation, kind, subresource }) =>
      operation === 'CREATE' && kind.group === 'networking.k8s.io' && kind.plural === 'ingresses' && subresource === '',
    mutate(_request, object) {
      const ingress = object as Draft<Ingress> | undefined;
      if (!ingress || ingress.spec?.ingressClassName !== undefined) return;
      if (ingress.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return;
      const name = newestDefault(classes, ['ingressclass.kubernetes.io/is-default-class']);
      if (name) ingress.spec = { ...ingress.spec, ingressClassName: name };
    },
  };
}
