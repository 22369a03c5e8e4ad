import { isIP } from 'node:net';
import type { HTTPIngressPath, Ingress, IngressBackend } from '../../schema/generated/types/networking-v1.ts';
import { type Errors, each, optionalFormat, port, requiredFormat, requiredText } from '../common.ts';
import { validateLoadBalancer } from '../core/load-balancer-status.ts';
import { invalidFormat, invalidValue, notSupported, required } from '../field-error.ts';
import { isDns1035Label, isDns1123Subdomain, isPortName, isWildcardDns1123Subdomain } from '../format.ts';

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

export function validateIngress({ spec = {} }: Ingress): Errors {
  const { rules = [], defaultBackend, tls } = spec;
  const errors: Errors = [];
  if (rules.length === 0 && !defaultBackend)
    errors.push(invalidValue('spec', rules, 'either `defaultBackend` or `rules` must be specified'));
  return [
    ...errors,
    ...(defaultBackend ? validateBackend(defaultBackend, 'spec.defaultBackend') : []),
    ...each(rules, 'spec.rules', ({ host, http }, here) => {
      const found: Errors = host ? validateHost(host, `${here}.host`) : [];
      if (!http) return found;
      if (!http.paths?.length) return [...found, required(`${here}.http.paths`)];
      return [...found, ...each(http.paths, `${here}.http.paths`, validatePath)];
    }),
    ...each(tls, 'spec.tls', ({ hosts, secretName }, here) => [
      ...each(hosts, `${here}.hosts`, validateHost),
      ...optionalFormat(secretName, `${here}.secretName`, isDns1123Subdomain),
    ]),
    ...optionalFormat(spec.ingressClassName, 'spec.ingressClassName', isDns1123Subdomain),
  ];
}

function validateHost(host: string, path: string): Errors {
  if (isIP(host) > 0) return [invalidValue(path, host, 'must be a DNS name, not an IP address')];
  return invalidFormat(path, host, host.includes('*') ? isWildcardDns1123Subdomain(host) : isDns1123Subdomain(host));
}

function validatePath({ path: url = '', pathType, backend }: HTTPIngressPath, path: string): Errors {
  const errors: Errors = [];
  if (!pathType) errors.push(required(`${path}.pathType`, 'pathType must be specified'));
  else if (!pathTypes.includes(pathType)) errors.push(notSupported(`${path}.pathType`, pathType, pathTypes));
  else if (pathType !== 'ImplementationSpecific') {
    if (!url.startsWith('/')) errors.push(invalidValue(`${path}.path`, url, 'must be an absolute path'));
    for (const bad of ['//', '/./', '/../', '%2f', '%2F'])
      if (url.includes(bad)) errors.push(invalidValue(`${path}.path`, url, `must not contain '${bad}'`));
    for (const bad of ['/..', '/.'])
      if (url.endsWith(bad)) errors.push(invalidValue(`${path}.path`, url, `cannot end with '${bad}'`));
  } else if (url && !url.startsWith('/')) errors.push(invalidValue(`${path}.path`, url, 'must be an absolute path'));
  return [...errors, ...validateBackend(backend, `${path}.backend`)];
}

function validateBackend({ service, resource }: IngressBackend, path: string): Errors {
  if (service && resource) return [invalidValue(path, '', 'cannot set both resource and service backends')];
  if (resource)
    return [
      ...requiredText(resource.kind, `${path}.resource.kind`),
      ...requiredText(resource.name, `${path}.resource.name`),
    ];
  if (!service) return [required(path, 'cannot set neither resource nor service backend')];
  const errors = requiredFormat(service.name, `${path}.service.name`, isDns1035Label);
  const { name, number } = service.port ?? {};
  if (name && number) errors.push(invalidValue(path, '', 'cannot set both port name & port number'));
  else if (name) errors.push(...invalidFormat(`${path}.service.port.name`, name, isPortName(name)));
  else if (number) errors.push(...port(number, `${path}.service.port.number`));
  else errors.push(required(path, 'port name or number is required'));
  return errors;
}

const classAnnotation = 'kubernetes.io/ingress.class';

/** A new ingress says its class in one way. */
export function validateNewIngress(ingress: Ingress): Errors {
  const annotation = ingress.metadata.annotations?.[classAnnotation];
  const errors = validateIngress(ingress);
  if (annotation !== undefined && ingress.spec?.ingressClassName !== undefined)
    errors.push(
      invalidValue(`annotations.${classAnnotation}`, annotation, 'can not be set when the class field is also set'),
    );
  return errors;
}

export function validateIngressStatus({ status }: Ingress): Errors {
  return validateLoadBalancer(status?.loadBalancer?.ingress, 'status.loadBalancer.ingress', false);
}
