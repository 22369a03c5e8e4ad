import { type Errors, each } from '../common.ts';
import { duplicate, invalidFormat, invalidValue, required, tooLong, tooMany } from '../field-error.ts';
import { isCIdentifier, isDns1123Label, isDns1123Subdomain } from '../format.ts';
import { driverName } from '../storage/driver-name.ts';

/** Names and collections as the kinds of resource.k8s.io share them. */

const maxPoolNameBytes = 253;
const maxIdentifierBytes = 32;

/** Where the pool of a device is: subdomains between slashes. */
export function poolName(name: string | undefined, path: string): Errors {
  if (!name) return [required(path)];
  return [
    ...(name.length > maxPoolNameBytes ? [tooLong(path, maxPoolNameBytes)] : []),
    ...name.split('/').flatMap((part) => invalidFormat(path, part, isDns1123Subdomain(part))),
  ];
}

/** Devices, requests and counters are called as a DNS label is. */
export function label(name: string | undefined, path: string): Errors {
  return invalidFormat(path, name ?? '', isDns1123Label(name ?? ''));
}

/** A share's identity, as a UUID in its usual form. */
export function shareId(id: string | undefined, path: string): Errors {
  if (id === undefined) return [];
  if (!/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(id))
    return [invalidValue(path, id, `error validating uid: invalid UUID length: ${id.length}`)];
  if (id === id.toLowerCase()) return [];
  const detail =
    'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters';
  return [invalidValue(path, id, detail)];
}

/** The name of an attribute or a capacity: an identifier, with or without the domain it belongs to. */
export function qualifiedName(name: string, path: string): Errors {
  const [domain = '', identifier, ...more] = name.split('/');
  if (more.length > 0) return [invalidValue(path, name, 'must not contain more than one slash')];
  if (identifier === undefined) return cIdentifier(domain, path);
  return [
    ...(domain === '' ? [invalidValue(path, '', 'the domain must not be empty')] : driverName(domain, path)),
    ...(identifier === '' ? [invalidValue(path, '', 'the name must not be empty')] : cIdentifier(identifier, path)),
  ];
}

/** The same where the domain may not be left out. */
export function fullyQualifiedName(name: string, path: string): Errors {
  const errors = qualifiedName(name, path);
  if (!name.includes('/'))
    errors.push(invalidValue(path, name, 'a fully qualified name must be a domain and a name separated by a slash'));
  return errors;
}

function cIdentifier(name: string, path: string): Errors {
  return [
    ...(name.length > maxIdentifierBytes ? [tooLong(path, maxIdentifierBytes)] : []),
    ...invalidFormat(path, name, isCIdentifier(name)),
  ];
}

/** Each item of a list that is not too long; of a longer one, only that it is. */
export function limited<T>(
  items: readonly T[] | undefined,
  path: string,
  rules: { readonly most: number; readonly check: (item: T, path: string) => Errors },
): Errors {
  const count = items?.length ?? 0;
  return count > rules.most ? [tooMany(path, count, rules.most)] : each(items, path, rules.check);
}

/** The same, and no two items of one key. */
export function limitedSet<T>(
  items: readonly T[] | undefined,
  path: string,
  rules: {
    readonly most: number;
    readonly check: (item: T, path: string) => Errors;
    readonly keyOf: (item: T) => string;
  },
): Errors {
  if (!items || items.length > rules.most) return limited(items, path, rules);
  const errors = each(items, path, rules.check);
  const seen = new Set<string>();
  items.forEach((item, at) => {
    const key = rules.keyOf(item);
    if (seen.has(key)) errors.push(duplicate(`${path}[${at}]`, key));
    seen.add(key);
  });
  return errors;
}
