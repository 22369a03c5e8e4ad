/**
 * Checks of texts: names, labels, keys, ports. Each returns its complaints, worded as upstream, and nothing when the
 * text is fine. Source: apimachinery's util/validation.
 */

export type FormatCheck = (text: string) => readonly string[];

const fine: readonly string[] = [];
const maxLabelBytes = 63;
const maxSubdomainBytes = 253;

const emptyComplaint = 'must be non-empty';

function maxLengthComplaint(maxBytes: number): string {
  return `must be no more than ${maxBytes} bytes`;
}

export function inclusiveRangeComplaint(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`;
}

/** Upstream's form of a complaint about a regular expression, odd comma included. */
function patternComplaint(message: string, pattern: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${pattern}')`;
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

interface Rule {
  readonly pattern: string;
  readonly message: string;
  readonly examples: readonly string[];
  readonly maxBytes?: number;
}

/** `pattern` stays simple (no nested repetition), and long texts are refused before it runs. */
function check({ pattern, message, examples, maxBytes }: Rule): FormatCheck {
  const whole = new RegExp(`^(?:${pattern})$`);
  const complaint = patternComplaint(message, pattern, ...examples);
  const tooLong = maxBytes === undefined ? '' : maxLengthComplaint(maxBytes);
  return (text) => {
    if (maxBytes === undefined || text.length <= maxBytes) return whole.test(text) ? fine : [complaint];
    return text.length < 4096 && whole.test(text) ? [tooLong] : [tooLong, complaint];
  };
}

const dns1123LabelPattern = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const qualifiedNamePattern = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

export const isDns1123Label = check({
  pattern: dns1123LabelPattern,
  message:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  examples: ['my-name', '123-abc'],
  maxBytes: maxLabelBytes,
});

export const isDns1123Subdomain = check({
  pattern: `${dns1123LabelPattern}(\\.${dns1123LabelPattern})*`,
  message:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  examples: ['example.com'],
  maxBytes: maxSubdomainBytes,
});

export const isWildcardDns1123Subdomain = check({
  pattern: `\\*\\.${dns1123LabelPattern}(\\.${dns1123LabelPattern})*`,
  message:
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  examples: ['*.example.com'],
  maxBytes: maxSubdomainBytes,
});

export const isDns1035Label = check({
  pattern: '[a-z]([-a-z0-9]*[a-z0-9])?',
  message:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  examples: ['my-name', 'abc-123'],
  maxBytes: maxLabelBytes,
});

export const isLabelValue = check({
  pattern: `(${qualifiedNamePattern})?`,
  message:
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: ['MyValue', 'my_value', '12345'],
  maxBytes: maxLabelBytes,
});

export const isHttpHeaderName = check({
  pattern: '[-A-Za-z0-9]+',
  message: "a valid HTTP header must consist of alphanumeric characters or '-'",
  examples: ['X-Header-Name'],
});

export const isPercent = check({
  pattern: '[0-9]+%',
  message: "a valid percent string must be a numeric string followed by an ending '%'",
  examples: ['1%', '93%'],
});

export const isCIdentifier = check({
  pattern: '[A-Za-z_][A-Za-z0-9_]*',
  message:
    "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
  examples: ['my_name', 'MY_NAME', 'MyName'],
});

export const isConditionReason = check({
  pattern: '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?',
  message:
    "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
  examples: ['my_name', 'MY_NAME', 'MyName', 'ReasonA,ReasonB', 'ReasonA:ReasonB'],
});

const isConfigKeyText = check({
  pattern: '[-._a-zA-Z0-9]+',
  message: "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  examples: ['key.name', 'KEY_NAME', 'key-name'],
  maxBytes: maxSubdomainBytes,
});

/** A key of a ConfigMap or Secret: becomes a file's name, so it may not climb. */
export function isConfigMapKey(text: string): readonly string[] {
  const complaints = isConfigKeyText(text);
  if (text === '.' || text === '..') return [...complaints, `must not be '${text}'`];
  return text.startsWith('..') ? [...complaints, "must not start with '..'"] : complaints;
}

/** Names of environment variables as they are since 1.34: printable ASCII without `=`. */
export function isEnvVarName(text: string): readonly string[] {
  if (text === '') return [emptyComplaint];
  return /^[ -<>-~]+$/.test(text)
    ? fine
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

const qualifiedNameRule = patternComplaint(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  qualifiedNamePattern,
  'MyName',
  'my.name',
  '123-abc',
);
const qualifiedName = new RegExp(`^${qualifiedNamePattern}$`);

/** `name` or `prefix/name`: keys of labels and annotations, finalizers, resource names. */
export function isQualifiedName(text: string): readonly string[] {
  const slash = text.indexOf('/');
  const name = text.slice(slash + 1);
  if (name.includes('/'))
    return [
      `a qualified name ${qualifiedNameRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const complaints: string[] = [];
  if (slash === 0) complaints.push(`prefix part ${emptyComplaint}`);
  if (slash > 0)
    for (const complaint of isDns1123Subdomain(text.slice(0, slash))) complaints.push(`prefix part ${complaint}`);
  if (name === '') complaints.push(`name part ${emptyComplaint}`);
  else if (name.length > maxLabelBytes) complaints.push(`name part ${maxLengthComplaint(maxLabelBytes)}`);
  if (name.length < 4096 && !qualifiedName.test(name)) complaints.push(`name part ${qualifiedNameRule}`);
  return complaints.length === 0 ? fine : complaints;
}

/** A resource that somebody else than Kubernetes counts: `example.com/gpu`. */
export function isExtendedResourceName(name: string): boolean {
  const isNative = !name.includes('/') || name.includes('kubernetes.io/');
  return !isNative && !name.startsWith('requests.') && isQualifiedName(`requests.${name}`).length === 0;
}

/** `domain/path`, as in CSR signer names and pod conditions' domains. */
export function isDomainPrefixedPath(text: string): readonly string[] {
  const slash = text.indexOf('/');
  if (slash <= 0 || slash === text.length - 1) return ['must be a domain-prefixed path (such as "acme.io/foo")'];
  const complaints = isDns1123Subdomain(text.slice(0, slash)).map((complaint) => `domain part ${complaint}`);
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(text.slice(slash + 1)))
    complaints.push(patternComplaint('Invalid path', "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"));
  return complaints;
}

/** What may stand as one segment of a URL's path: names of RBAC objects, CSRs and others. */
export function isPathSegmentName(text: string): readonly string[] {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((illegal) => text.includes(illegal)).map((illegal) => `may not contain '${illegal}'`);
}

/** The same for a `generateName`, which something is appended to. */
export function isPathSegmentPrefix(text: string): readonly string[] {
  return ['/', '%'].filter((illegal) => text.includes(illegal)).map((illegal) => `may not contain '${illegal}'`);
}

export function isPortNumber(port: number): readonly string[] {
  return Number.isInteger(port) && port >= 1 && port <= 65535 ? fine : [inclusiveRangeComplaint(1, 65535)];
}

/** An IANA service name: what a port may be called. */
export function isPortName(text: string): readonly string[] {
  const complaints: string[] = [];
  if (text.length > 15) complaints.push(maxLengthComplaint(15));
  if (!/^[-a-z0-9]+$/.test(text))
    complaints.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(text)) complaints.push('must contain at least one letter (a-z)');
  if (text.includes('--')) complaints.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) complaints.push('must not begin or end with a hyphen');
  return complaints;
}

const largestId = 2 ** 31 - 1;

/** User and group numbers. */
export function isPosixId(id: number): readonly string[] {
  return Number.isInteger(id) && id >= 0 && id <= largestId ? fine : [inclusiveRangeComplaint(0, largestId)];
}
