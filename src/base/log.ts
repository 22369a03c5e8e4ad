import { styleText } from 'node:util';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Values that may stand in a log line. Never pass a secret, a token or a request body. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A constant message plus fields; the message is never built from values, so that lines can be searched for. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Whether lines of this level are written: for fields that cost something to make. */
  enabled(level: LogLevel): boolean;
  /** The same logger with `component=name` (parents joined by a dot) on each line. */
  child(component: string): Logger;
}

export interface LogOptions {
  /** Lines below this level are dropped. Default: info. */
  readonly level?: LogLevel;
  /** Receives each finished line, with its newline. Default: standard error. */
  readonly write?: (line: string) => void;
  /** Colour the level. Default: whether standard error is a terminal. */
  readonly colour?: boolean;
}

const ranks = { debug: 0, info: 1, warn: 2, error: 3 } as const;
const colours = { debug: 'gray', info: 'green', warn: 'yellow', error: 'red' } as const;

function field(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(describeError(value));
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return /^[\w.:/@%+,-]+$/.test(text) ? text : typeof value === 'string' ? JSON.stringify(text) : text;
}

const mostCauses = 10;

/** An error's message with the messages of its causes, in one line; what a message already tells of its cause is not told again. */
export function describeError(error: unknown): string {
  let text = messageOf(error);
  let at = error;
  for (let depth = 0; depth < mostCauses && at instanceof Error && at.cause !== undefined; depth++) {
    at = at.cause;
    const message = messageOf(at);
    if (!text.includes(message)) text += `: ${message}`;
  }
  return text;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Makes a logger that writes `time LEVEL component message key=value …`, one line each. */
export function createLogger(options: LogOptions = {}): Logger {
  const least = ranks[options.level ?? 'info'];
  const write = options.write ?? ((line: string) => process.stderr.write(line));
  const colour = options.colour ?? process.stderr.isTTY === true;
  const make = (component: string): Logger => {
    const emit = (level: LogLevel, message: string, fields?: LogFields) => {
      if (ranks[level] < least) return;
      const name = level.toUpperCase().padEnd(5);
      let line = `${new Date().toISOString()} ${colour ? styleText(colours[level], name) : name} ${message}`;
      if (component) line += ` component=${component}`;
      for (const [key, value] of Object.entries(fields ?? {}))
        if (value !== undefined) line += ` ${key}=${field(value)}`;
      write(`${line}\n`);
    };
    return {
      debug: (message, fields) => emit('debug', message, fields),
      info: (message, fields) => emit('info', message, fields),
      warn: (message, fields) => emit('warn', message, fields),
      error: (message, fields) => emit('error', message, fields),
      enabled: (level) => ranks[level] >= least,
      child: (name) => make(component ? `${component}.${name}` : name),
    };
  };
  return make('');
}

/** Drops everything; for tests. */
export const silentLogger: Logger = createLogger({ write: () => undefined });
