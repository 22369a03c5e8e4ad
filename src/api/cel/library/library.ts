import { type CelFunc, CelScalar, type CelValue, celFunc, isCelList } from '@bufbuild/cel';
import { optionals } from '../optionals.ts';
import { addresses } from './addresses.ts';
import { formatLibrary } from './formats.ts';
import { lists } from './lists.ts';
import { quantities } from './quantities.ts';
import { regexes } from './regexes.ts';
import { versions } from './semver.ts';
import { urls } from './urls.ts';

const { STRING } = CelScalar;

const patches: readonly CelFunc[] = [
  celFunc('jsonpatch.escapeKey', [STRING], STRING, (key) => key.replaceAll('~', '~0').replaceAll('/', '~1')),
];

/** kubernetes.io/docs/reference/using-api/cel: what Kubernetes adds to CEL's own functions and its strings library. */
export const kubernetesLibrary: readonly CelFunc[] = [
  ...patches,
  ...optionals,
  ...lists,
  ...regexes,
  ...quantities,
  ...urls,
  ...addresses,
  ...formatLibrary,
  ...versions,
];

/** How many steps going through a value takes. */
export function stepsOf(value: CelValue): number {
  if (isCelList(value)) return value.size;
  return typeof value === 'object' && value !== null && 'size' in value ? Number(value.size) : 0;
}
