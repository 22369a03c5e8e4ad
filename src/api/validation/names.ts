import {
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  isPathSegmentName,
  isPathSegmentPrefix,
} from './format.ts';

/** How a kind's names are checked; `prefix` is true for `generateName`, which something is appended to. */
export type NameCheck = (name: string, prefix: boolean) => readonly string[];

/** A prefix may end in a dash: what is appended makes it valid. */
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -1)}a` : name;
}

/** Most kinds: a DNS-1123 subdomain. */
export const nameIsDnsSubdomain: NameCheck = (name, prefix) =>
  isDns1123Subdomain(prefix ? maskTrailingDash(name) : name);

/** Namespaces and others that become one DNS label. */
export const nameIsDnsLabel: NameCheck = (name, prefix) => isDns1123Label(prefix ? maskTrailingDash(name) : name);

/** Services: a DNS-1035 label. */
export const nameIsDns1035Label: NameCheck = (name, prefix) => isDns1035Label(prefix ? maskTrailingDash(name) : name);

/** RBAC objects and others that may be called anything that fits into a URL. */
export const nameIsPathSegment: NameCheck = (name, prefix) =>
  prefix ? isPathSegmentPrefix(name) : isPathSegmentName(name);
