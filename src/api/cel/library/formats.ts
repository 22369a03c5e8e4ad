import { type CelFunc, type CelInput, CelScalar, celFunc, celMethod } from '@bufbuild/cel';
import {
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  isLabelValue,
  isQualifiedName,
} from '../../validation/format.ts';
import { opaque } from '../opaque.ts';

/** Formats by name: KEP-4153's `format.named("dns1123Label").value().validate(text)`. */

const { DYN, STRING } = CelScalar;
const format = opaque('Format');
type Complaints = (text: string) => readonly string[];

const orElse =
  (complaint: string, isFine: (text: string) => boolean): Complaints =>
  (text) =>
    isFine(text) ? [] : [complaint];

/** Of the beginning of a name, which may end with a dash. */
const asPrefix =
  (complaints: Complaints): Complaints =>
  (text) =>
    complaints(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);

function isDate(text: string): boolean {
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  return date !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

const formats: Readonly<Record<string, Complaints>> = {
  dns1123Label: isDns1123Label,
  dns1123Subdomain: isDns1123Subdomain,
  dns1035Label: isDns1035Label,
  qualifiedName: isQualifiedName,
  dns1123LabelPrefix: asPrefix(isDns1123Label),
  dns1123SubdomainPrefix: asPrefix(isDns1123Subdomain),
  dns1035LabelPrefix: asPrefix(isDns1035Label),
  labelValue: isLabelValue,
  uri: orElse('invalid URI', (text) => /^(?:[a-zA-Z][-+.a-zA-Z0-9]*:|\/)[^\s\p{Cc}]*$/u.test(text)),
  uuid: orElse('does not match the UUID format', (text) =>
    /^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$/.test(text),
  ),
  byte: orElse('invalid base64', (text) =>
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  ),
  date: orElse('invalid date', isDate),
  datetime: orElse(
    'invalid datetime',
    (text) =>
      /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:[Zz]|[+-]\d\d:?\d\d)$/.test(text) &&
      !Number.isNaN(Date.parse(text.replace(',', '.'))),
  ),
};

export const formatNames: readonly string[] = Object.keys(formats);

export const formatLibrary: readonly CelFunc[] = [
  ...formatNames.map((name) => celFunc(`format.${name}`, [], format.type, () => format.of(name))),
  celFunc('format.named', [STRING], DYN, (name) => {
    const found = Object.hasOwn(formats, name) ? [format.of(name)] : [];
    return found as CelInput<typeof DYN>;
  }),
  celMethod('validate', format.type, [STRING], DYN, function (text) {
    const complaints = formats[format.textOf(this)]?.(text) ?? [];
    // An optional list: nothing where there is nothing to complain of.
    return (complaints.length === 0 ? [] : [complaints]) as CelInput<typeof DYN>;
  }),
];
