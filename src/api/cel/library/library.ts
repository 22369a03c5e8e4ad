import { type CelFunc, CelScalar, celFunc } from '@bufbuild/cel';
import { equality } from '../equality.ts';
import { optionals } from '../optionals.ts';
import { addresses } from './addresses.ts';
import { formatLibrary } from './formats.ts';
import { lists } from './lists.ts';
import { quantities } from './quantities.ts';
import { regexes } from './regexes.ts';
import { versions } from './semver.ts';
import { stringLibrary } from './strings.ts';
import { urls } from './urls.ts';

const { STRING } = CelScalar;

const patches: readonly CelFunc[] = [
  celFunc('jsonpatch.escapeKey', [STRING], STRING, (key) => key.replaceAll('~', '~0').replaceAll('/', '~1')),
];

/** kubernetes.io/docs/reference/using-api/cel: what Kubernetes has beside CEL's own functions. */
export const kubernetesLibrary: readonly CelFunc[] = [
  ...equality,
  ...stringLibrary,
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
