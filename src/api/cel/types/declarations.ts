import { formatNames } from '../library/formats.ts';
import { hidden } from '../syntax/macros.ts';
import { parseType, splitTypes, type Type } from './type.ts';

/** One way to call a function: for methods the first type is of what stands before the dot. */
export interface Signature {
  readonly args: readonly Type[];
  readonly result: Type;
}

const numbers = ['int', 'uint', 'double'];
const ordered = ['bool', ...numbers, 'string', 'bytes', 'timestamp', 'duration'];
const same = (types: readonly string[], result?: string) =>
  types.map((type) => `(${type}, ${type}): ${result ?? type}`);
const compared = [
  ...same(ordered, 'bool'),
  ...numbers.flatMap((a) => numbers.filter((b) => b !== a).map((b) => `(${a}, ${b}): bool`)),
];
const comparedOpaque = (result: string) =>
  ['kubernetes.Quantity', 'kubernetes.Semver'].map((type) => `(${type}, ${type}): ${result}`);
const sizes = ['(string): int', '(bytes): int', '(list(A)): int', '(map(A, B)): int'];
const ofTime = ['(timestamp): int', '(timestamp, string): int'];
const ofTimeOrDuration = [...ofTime, '(duration): int'];

/** cel-spec's standard functions, cel-go's extensions that Kubernetes has, and its own (kubernetes.io/docs/reference/using-api/cel). */
const functions: Readonly<Record<string, readonly string[]>> = {
  '!_': ['(bool): bool'],
  '-_': ['(int): int', '(double): double'],
  '_&&_': ['(bool, bool): bool'],
  '_||_': ['(bool, bool): bool'],
  '_?_:_': ['(bool, A, A): A'],
  '_==_': ['(A, A): bool'],
  '_!=_': ['(A, A): bool'],
  '_<_': compared,
  '_<=_': compared,
  '_>_': compared,
  '_>=_': compared,
  '_+_': [
    ...same([...numbers, 'string', 'bytes', 'list(A)', 'duration']),
    '(timestamp, duration): timestamp',
    '(duration, timestamp): timestamp',
  ],
  '_-_': [...same([...numbers, 'duration']), '(timestamp, timestamp): duration', '(timestamp, duration): timestamp'],
  '_*_': same(numbers),
  '_/_': same(numbers),
  '_%_': same(['int', 'uint']),
  '_[_]': ['(list(A), int): A', '(map(A, B), A): B'],
  '@in': ['(A, list(A)): bool', '(A, map(A, B)): bool'],
  '@not_strictly_false': ['(bool): bool'],
  [hidden.keys]: ['(list(A)): list(int)', '(map(A, B)): list(A)'],
  [hidden.at]: ['(list(A), int): A', '(map(A, B), A): B'],
  [hidden.append]: ['(list(A), A): list(A)'],
  [hidden.put]: ['(map(A, B), A, B): map(A, B)'],
  [hidden.merge]: ['(map(A, B), map(A, B)): map(A, B)'],
  [hidden.optionalIndex]: ['(list(A), int): optional_type(A)', '(map(A, B), A): optional_type(B)'],
  [hidden.optionalInner]: [
    '(optional_type(list(A)), int): optional_type(A)',
    '(optional_type(map(A, B)), A): optional_type(B)',
  ],
  [hidden.present]: ['(optional_type(A)): list(A)'],
  [hidden.putPresent]: ['(map(A, B), A, optional_type(B)): map(A, B)'],
  bool: ['(bool): bool', '(string): bool'],
  bytes: ['(bytes): bytes', '(string): bytes'],
  double: ['(double): double', '(int): double', '(uint): double', '(string): double'],
  duration: ['(duration): duration', '(string): duration', '(int): duration'],
  dyn: ['(A): dyn'],
  int: ['int', 'uint', 'double', 'string', 'timestamp', 'duration'].map((type) => `(${type}): int`),
  matches: ['(string, string): bool'],
  size: sizes,
  string: [...ordered, 'kubernetes.Quantity', 'net.IP', 'net.CIDR'].map((type) => `(${type}): string`),
  timestamp: ['(timestamp): timestamp', '(string): timestamp', '(int): timestamp'],
  type: ['(A): type'],
  uint: ['uint', 'int', 'double', 'string'].map((type) => `(${type}): uint`),
  'strings.quote': ['(string): string'],
  'optional.of': ['(A): optional_type(A)'],
  'optional.ofNonZeroValue': ['(A): optional_type(A)'],
  'optional.none': ['(): optional_type(A)'],
  'sets.contains': ['(list(A), list(A)): bool'],
  'sets.equivalent': ['(list(A), list(A)): bool'],
  'sets.intersects': ['(list(A), list(A)): bool'],
  'jsonpatch.escapeKey': ['(string): string'],
  url: ['(string): kubernetes.URL'],
  isURL: ['(string): bool'],
  quantity: ['(string): kubernetes.Quantity'],
  isQuantity: ['(string): bool'],
  ip: ['(string): net.IP'],
  isIP: ['(string): bool'],
  'ip.isCanonical': ['(string): bool'],
  cidr: ['(string): net.CIDR'],
  isCIDR: ['(string): bool'],
  'format.named': ['(string): optional_type(kubernetes.NamedFormat)'],
  ...Object.fromEntries(formatNames.map((name) => [`format.${name}`, ['(): kubernetes.NamedFormat']])),
  semver: ['(string): kubernetes.Semver', '(string, bool): kubernetes.Semver'],
  isSemver: ['(string): bool', '(string, bool): bool'],
};

const methods: Readonly<Record<string, readonly string[]>> = {
  size: sizes,
  // strings
  charAt: ['(string, int): string'],
  contains: ['(string, string): bool'],
  endsWith: ['(string, string): bool'],
  format: ['(string, list(dyn)): string'],
  indexOf: ['(string, string): int', '(string, string, int): int', '(list(A), A): int'],
  join: ['(list(string)): string', '(list(string), string): string'],
  lastIndexOf: ['(string, string): int', '(string, string, int): int', '(list(A), A): int'],
  lowerAscii: ['(string): string'],
  matches: ['(string, string): bool'],
  replace: ['(string, string, string): string', '(string, string, string, int): string'],
  split: ['(string, string): list(string)', '(string, string, int): list(string)'],
  startsWith: ['(string, string): bool'],
  substring: ['(string, int): string', '(string, int, int): string'],
  trim: ['(string): string'],
  upperAscii: ['(string): string'],
  find: ['(string, string): string'],
  findAll: ['(string, string): list(string)', '(string, string, int): list(string)'],
  // times
  getDate: ofTime,
  getDayOfMonth: ofTime,
  getDayOfWeek: ofTime,
  getDayOfYear: ofTime,
  getFullYear: ofTime,
  getMonth: ofTime,
  getHours: ofTimeOrDuration,
  getMilliseconds: ofTimeOrDuration,
  getMinutes: ofTimeOrDuration,
  getSeconds: ofTimeOrDuration,
  // lists
  isSorted: ordered.map((type) => `(list(${type})): bool`),
  max: ordered.map((type) => `(list(${type})): ${type}`),
  min: ordered.map((type) => `(list(${type})): ${type}`),
  sum: [...numbers, 'duration'].map((type) => `(list(${type})): ${type}`),
  // optionals
  hasValue: ['(optional_type(A)): bool'],
  value: ['(optional_type(A)): A'],
  or: ['(optional_type(A), optional_type(A)): optional_type(A)'],
  orValue: ['(optional_type(A), A): A'],
  // URLs
  getEscapedPath: ['(kubernetes.URL): string'],
  getHost: ['(kubernetes.URL): string'],
  getHostname: ['(kubernetes.URL): string'],
  getPort: ['(kubernetes.URL): string'],
  getQuery: ['(kubernetes.URL): map(string, list(string))'],
  getScheme: ['(kubernetes.URL): string'],
  // quantities
  add: [
    '(kubernetes.Quantity, kubernetes.Quantity): kubernetes.Quantity',
    '(kubernetes.Quantity, int): kubernetes.Quantity',
  ],
  sub: [
    '(kubernetes.Quantity, kubernetes.Quantity): kubernetes.Quantity',
    '(kubernetes.Quantity, int): kubernetes.Quantity',
  ],
  asApproximateFloat: ['(kubernetes.Quantity): double'],
  asInteger: ['(kubernetes.Quantity): int'],
  compareTo: comparedOpaque('int'),
  isGreaterThan: comparedOpaque('bool'),
  isInteger: ['(kubernetes.Quantity): bool'],
  isLessThan: comparedOpaque('bool'),
  sign: ['(kubernetes.Quantity): int'],
  // versions and formats
  major: ['(kubernetes.Semver): int'],
  minor: ['(kubernetes.Semver): int'],
  patch: ['(kubernetes.Semver): int'],
  validate: ['(kubernetes.NamedFormat, string): optional_type(list(string))'],
  // addresses
  family: ['(net.IP): int'],
  isGlobalUnicast: ['(net.IP): bool'],
  isLinkLocalMulticast: ['(net.IP): bool'],
  isLinkLocalUnicast: ['(net.IP): bool'],
  isLoopback: ['(net.IP): bool'],
  isUnspecified: ['(net.IP): bool'],
  containsCIDR: ['(net.CIDR, net.CIDR): bool', '(net.CIDR, string): bool'],
  containsIP: ['(net.CIDR, net.IP): bool', '(net.CIDR, string): bool'],
  ip: ['(net.CIDR): net.IP'],
  masked: ['(net.CIDR): net.CIDR'],
  prefixLength: ['(net.CIDR): int'],
  // the authorizer
  allowed: ['(kubernetes.authorization.Decision): bool'],
  error: ['(kubernetes.authorization.Decision): string'],
  errored: ['(kubernetes.authorization.Decision): bool'],
  reason: ['(kubernetes.authorization.Decision): string'],
  check: [
    '(kubernetes.authorization.PathCheck, string): kubernetes.authorization.Decision',
    '(kubernetes.authorization.ResourceCheck, string): kubernetes.authorization.Decision',
  ],
  group: ['(kubernetes.authorization.Authorizer, string): kubernetes.authorization.GroupCheck'],
  path: ['(kubernetes.authorization.Authorizer, string): kubernetes.authorization.PathCheck'],
  serviceAccount: ['(kubernetes.authorization.Authorizer, string, string): kubernetes.authorization.Authorizer'],
  resource: ['(kubernetes.authorization.GroupCheck, string): kubernetes.authorization.ResourceCheck'],
  ...Object.fromEntries(
    ['subresource', 'namespace', 'name', 'fieldSelector', 'labelSelector'].map((name) => [
      name,
      ['(kubernetes.authorization.ResourceCheck, string): kubernetes.authorization.ResourceCheck'],
    ]),
  ),
};

function read(table: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, readonly Signature[]> {
  return new Map(Object.entries(table).map(([name, texts]) => [name, texts.map(readSignature)]));
}

function readSignature(text: string): Signature {
  const [, args = '', result = ''] = /^\((.*)\): (.*)$/.exec(text) ?? [];
  return { args: splitTypes(args).map(parseType), result: parseType(result) };
}

export const functionSignatures = read(functions);
export const methodSignatures = read(methods);
