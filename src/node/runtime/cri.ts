import { credentials, Client as GrpcClient, Metadata } from '@grpc/grpc-js';
import { decode, encode, type Input } from './codec.ts';
import { RuntimeError, toRuntimeError } from './errors.ts';
import { type Methods, methods } from './generated/cri.ts';

export type UnaryMethod = Exclude<keyof Methods, 'GetContainerEvents'>;

export interface CriCallOptions {
  /** Default: what the call usually needs, with room (see `deadlines`). */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The container runtime interface, version 1. Every call has a deadline; every failure is a `RuntimeError`. */
export interface Cri {
  call<M extends UnaryMethod>(
    method: M,
    request: Input<Methods[M]['request']>,
    options?: CriCallOptions,
  ): Promise<Methods[M]['response']>;
  /** Container events until the signal aborts; ends with a `RuntimeError` when the runtime goes away. */
  events(signal: AbortSignal): AsyncIterable<Methods['GetContainerEvents']['response']>;
  close(): void;
}

const defaultTimeoutMs = 30_000;
/** Calls that may take longer than the default. StopContainer's caller adds its grace period. */
const deadlines: Partial<Record<UnaryMethod, number>> = {
  RunPodSandbox: 240_000,
  StopPodSandbox: 120_000,
  CreateContainer: 120_000,
  StartContainer: 120_000,
  StopContainer: 120_000,
  PullImage: 1_800_000,
};
const maxMessageBytes = 16 * 1024 * 1024;

/** Opens a client on a runtime's socket. Connecting happens on the first call, and again by itself when it is lost. */
export function connectCri(socketPath: string): Cri {
  const channel = new GrpcClient(`unix:${socketPath}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.min_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 1_000,
  });
  return {
    call: (method, request, options = {}) => unary(channel, method, request, options),
    events: (signal) => stream(channel, signal),
    close: () => channel.close(),
  };
}

function describe(method: keyof Methods) {
  const [service = '', request = '', response = ''] = methods[method].split(' ');
  return {
    path: `/runtime.v1.${service}/${method}`,
    serialize: (value: object) => encode(request, value),
    deserialize: (bytes: Buffer) => decode(response, bytes),
  };
}

function unary<M extends UnaryMethod>(
  channel: GrpcClient,
  method: M,
  request: Input<Methods[M]['request']>,
  { timeoutMs = deadlines[method] ?? defaultTimeoutMs, signal }: CriCallOptions,
): Promise<Methods[M]['response']> {
  const { path, serialize, deserialize } = describe(method);
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new RuntimeError('Canceled', `${method} was not begun: the caller gave up`, { cause: signal.reason }));
      return;
    }
    const onAbort = () => call.cancel();
    const call = channel.makeUnaryRequest(
      path,
      serialize,
      deserialize,
      request,
      new Metadata(),
      { deadline: Date.now() + timeoutMs },
      (error, response) => {
        signal?.removeEventListener('abort', onAbort);
        if (error) reject(toRuntimeError(error));
        else resolve(response as unknown as Methods[M]['response']);
      },
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

async function* stream(channel: GrpcClient, signal: AbortSignal) {
  const { path, serialize, deserialize } = describe('GetContainerEvents');
  const call = channel.makeServerStreamRequest(path, serialize, deserialize, {}, new Metadata());
  const cancel = () => call.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for await (const event of call) yield event as unknown as Methods['GetContainerEvents']['response'];
  } catch (thrown) {
    if (!signal.aborted) throw toRuntimeError(thrown);
  } finally {
    signal.removeEventListener('abort', cancel);
    call.cancel();
  }
}
