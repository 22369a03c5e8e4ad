import { randomBytes, randomUUID } from 'node:crypto';
import type { Kind } from '../../../api/kind.ts';
import type { Draft, KubeObject } from '../../../api/object.ts';
import type { Clock } from '../../../base/clock.ts';
import type { AdmissionPlugin, AdmissionRequest, BodyRequest, RequestContext, WriteTarget } from '../../contract.ts';
import type { ObjectStorage } from './storage.ts';

/** What every write needs. */
export interface WriteEnvironment {
  readonly storage: ObjectStorage;
  readonly clock: Clock;
  /** Read at each write, so that the list may be filled after the registry is open. */
  readonly admission: readonly AdmissionPlugin[];
  /** The versions of a kind, where they may call their fields differently; less than two: nothing to convert. */
  readonly managedVersions: (kind: Kind) => readonly Kind[];
  readonly newUid: () => string;
  readonly newNameSuffix: () => string;
}

const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Five random characters that make no words, as upstream's generateName adds. */
export function randomSuffix(): string {
  let suffix = '';
  while (suffix.length < 5)
    // 243 is the largest multiple of 27 in a byte: no character is likelier than another
    for (const byte of randomBytes(8))
      if (byte < 243 && suffix.length < 5) suffix += suffixAlphabet[byte % suffixAlphabet.length];
  return suffix;
}

export function randomUid(): string {
  return randomUUID();
}

/** Most plugins answer at once: only who does not is waited for. */
export async function mutate(
  plugins: readonly AdmissionPlugin[],
  request: AdmissionRequest,
  object: Draft<KubeObject> | undefined,
): Promise<void> {
  for (const plugin of plugins) {
    const pending = plugin.mutate && plugin.handles(request) && plugin.mutate(request, object);
    if (pending) await pending;
  }
}

export async function allocate(
  plugins: readonly AdmissionPlugin[],
  request: AdmissionRequest,
  object: Draft<KubeObject>,
): Promise<void> {
  for (const plugin of plugins) {
    const pending = plugin.allocate && plugin.handles(request) && plugin.allocate(request, object);
    if (pending) await pending;
  }
}

export async function admit(
  plugins: readonly AdmissionPlugin[],
  request: AdmissionRequest,
  object: KubeObject | undefined,
): Promise<void> {
  for (const plugin of plugins) {
    const pending = plugin.validate && plugin.handles(request) && plugin.validate(request, object);
    if (pending) await pending;
  }
}

/** Tells the plugins that hold something for a write that it has ended, however. */
export function settle(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): void {
  for (const plugin of plugins) plugin.settled?.(request);
}

type Asked = Pick<AdmissionRequest, 'user' | 'dryRun' | 'warn' | 'signal' | 'fieldManager' | 'options' | 'annotate'>;

/** An admission request, with what comes from the context. Only who asks for its signal pays for one. */
export function admissionRequest(
  context: RequestContext,
  request: Omit<AdmissionRequest, keyof Asked> & Pick<AdmissionRequest, 'options'>,
): AdmissionRequest {
  const { user, dryRun, warn, fieldManager, options, annotate } = context;
  return {
    user,
    dryRun,
    warn,
    get signal() {
      return context.signal;
    },
    fieldManager,
    ...(options && { options }),
    ...(annotate && { annotate }),
    ...request,
  };
}

/** Throws the reason when the request is given up. */
export function throwIfAborted(context: RequestContext): void {
  if (context.throwIfAborted) context.throwIfAborted();
  else context.signal.throwIfAborted();
}

/** The whole chain for a body that is not stored as such. Resolves to the body as the chain made it. */
export async function admitBody<B extends KubeObject>(
  plugins: readonly AdmissionPlugin[],
  { kind, target, context }: { readonly kind: Kind; readonly target: WriteTarget; readonly context: RequestContext },
  { operation, body, object, old }: BodyRequest<B>,
): Promise<B> {
  const { subresource = '', ...ref } = target;
  const anyBody = body as unknown as Kind;
  const admission = admissionRequest(context, {
    operation,
    kind,
    subresource,
    body: anyBody,
    ref,
    ...(old && { old }),
  });
  try {
    await mutate(plugins, admission, object as Draft<KubeObject>);
    await admit(plugins, admission, object);
  } finally {
    settle(plugins, admission);
  }
  return object;
}
