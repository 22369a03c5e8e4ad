import { parseQuantity, quantityValue } from '../api/quantity/quantity.ts';

/** What of the node agent can be set by kubelet's flags. */
export interface NodeSettings {
  readonly maxPods: number;
  /** Kept from pods by both reservations together; quantities by resource name. */
  readonly reserved: readonly Readonly<Record<string, string>>[];
  readonly evictionHard: PressureThresholds;
  readonly statusEveryMs: number;
  readonly logMaxBytes: number;
  readonly logMaxFiles: number;
  /** Processes and threads of one pod; undefined: no limit. */
  readonly podMaxPids: number | undefined;
  /** A resolv.conf to take as the host's, unchecked. Undefined: the host's own, checked as K3s does. */
  readonly resolvConf: string | undefined;
}

/** Below these the node says that it is short of something. */
export interface PressureThresholds {
  readonly memory: Threshold;
  readonly disk: Threshold;
}

/** A number of bytes, or a share of what there is. */
export type Threshold = { readonly bytes: number } | { readonly share: number };

/** As K3s runs kubelet; the threshold of memory is upstream's. */
export const defaultNodeSettings: NodeSettings = {
  maxPods: 110,
  reserved: [],
  evictionHard: { memory: { bytes: 100 * 1024 ** 2 }, disk: { share: 0.05 } },
  statusEveryMs: 10_000,
  logMaxBytes: 10 * 1024 ** 2,
  logMaxFiles: 5,
  podMaxPids: undefined,
  resolvConf: undefined,
};

/** A value will not do; the message says what is allowed. */
class SettingError extends Error {}

type Read = (value: string, settings: NodeSettings) => Partial<NodeSettings>;

/** Every flag of kubelet that means something here. */
const readers: Readonly<Record<string, Read>> = {
  'max-pods': (value) => ({ maxPods: wholeNumber(value, 1, 2 ** 31 - 1) }),
  'system-reserved': (value, { reserved }) => ({ reserved: [...reserved, reservation(value)] }),
  'kube-reserved': (value, { reserved }) => ({ reserved: [...reserved, reservation(value)] }),
  'eviction-hard': (value, { evictionHard }) => ({ evictionHard: thresholds(value, evictionHard) }),
  'node-status-update-frequency': (value) => ({ statusEveryMs: duration(value) }),
  'container-log-max-size': (value) => ({ logMaxBytes: positiveBytes(value) }),
  'container-log-max-files': (value) => ({ logMaxFiles: wholeNumber(value, 2, 1000) }),
  'pod-max-pids': (value) => ({ podMaxPids: value === '-1' ? undefined : wholeNumber(value, 1, 2 ** 22) }),
  'resolv-conf': (value) => ({ resolvConf: absolutePath(value) }),
};

export const nodeSettingNames: readonly string[] = Object.keys(readers);

/** The settings with one more flag; a string says why the flag or its value is refused. */
export function withKubeletFlag(settings: NodeSettings, name: string, value: string): NodeSettings | string {
  const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (!read) return `${name} means nothing to this node agent; it knows ${nodeSettingNames.join(', ')}`;
  try {
    return { ...settings, ...read(value, settings) };
  } catch (error) {
    if (error instanceof SettingError) return error.message;
    throw error;
  }
}

function wholeNumber(text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new SettingError(`must be a whole number from ${least} to ${most}`);
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A duration as Go writes it: `1m30s`. */
function duration(text: string): number {
  const parts = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text) ? text.matchAll(/([\d.]+)(ms|s|m|h)/g) : [];
  const ms = [...parts].reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (unitMs[unit] ?? 0), 0);
  if (ms >= 1000 && ms < 2 ** 31) return ms;
  throw new SettingError('must be a duration of at least a second, such as 10s or 1m');
}

function absolutePath(text: string): string {
  if (text.startsWith('/')) return text;
  throw new SettingError('must be the absolute path of a file');
}

function positiveBytes(text: string): number {
  const value = bytesOf(text);
  if (value !== undefined && value > 0) return value;
  throw new SettingError('must be a quantity of bytes, such as 10Mi');
}

function bytesOf(text: string): number | undefined {
  try {
    return quantityValue(parseQuantity(text));
  } catch {
    return undefined; // not a quantity: its one kind of error
  }
}

const reservable: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

function reservation(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [name = '', amount = '', ...more] = part.split('=').map((word) => word.trim());
      if (more.length > 0 || !reservable.has(name) || (bytesOf(amount) ?? -1) < 0)
        throw new SettingError(`${part}: must be NAME=QUANTITY, of ${[...reservable].join(', ')}`);
      return [name, amount];
    }),
  );
}

/** Images and pods lie on one disk here: the stricter one of its two signals counts. */
const signals: Readonly<Record<string, keyof PressureThresholds>> = {
  'memory.available': 'memory',
  'nodefs.available': 'disk',
  'imagefs.available': 'disk',
};

function thresholds(text: string, before: PressureThresholds): PressureThresholds {
  const found: Partial<Record<keyof PressureThresholds, Threshold>> = {};
  for (const part of text.split(',')) {
    const [signal = '', amount = '', ...more] = part.split('<').map((word) => word.trim());
    const what = Object.hasOwn(signals, signal) ? signals[signal] : undefined;
    const threshold = thresholdOf(amount);
    if (more.length > 0 || !what || !threshold)
      throw new SettingError(`${part}: must be SIGNAL<AMOUNT, of ${Object.keys(signals).join(', ')}`);
    found[what] = stricter(found[what], threshold);
  }
  return { ...before, ...found };
}

function thresholdOf(text: string): Threshold | undefined {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent !== undefined) return Number(percent) <= 100 ? { share: Number(percent) / 100 } : undefined;
  const bytes = bytesOf(text);
  return bytes === undefined || bytes < 0 ? undefined : { bytes };
}

/** Of a share and a number the number counts: which one is stricter depends on the disk. */
function stricter(one: Threshold | undefined, other: Threshold): Threshold {
  if (!one) return other;
  if ('share' in one && 'share' in other) return one.share > other.share ? one : other;
  if ('bytes' in one && 'bytes' in other) return one.bytes > other.bytes ? one : other;
  return 'bytes' in one ? one : other;
}

/** The threshold as bytes of `total`. */
export function thresholdBytes(threshold: Threshold, total: number): number {
  return 'bytes' in threshold ? threshold.bytes : total * threshold.share;
}
