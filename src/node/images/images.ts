import type { Secret } from '../../api/schema/generated/types/core-v1.ts';
import type { Clock } from '../../base/clock.ts';
import { formatDelay } from '../pods/crash-backoff.ts';
import { NotYet } from '../pods/errors.ts';
import type { ImageUser } from '../pods/security.ts';
import type { Container, Pod } from '../pods/types.ts';
import type { Input } from '../runtime/codec.ts';
import type { Cri } from '../runtime/cri.ts';
import { runtimeText } from '../runtime/errors.ts';
import type { AuthConfig, Image } from '../runtime/generated/cri.ts';
import { normalizeImageName } from './name.ts';
import { credentialsFor } from './pull-secrets.ts';

/** An image that the runtime has. */
export interface FoundImage {
  readonly ref: string;
  readonly user: ImageUser;
}

export interface ImagesOptions {
  readonly cri: Cri;
  readonly clock: Clock;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  event(pod: Pod, container: Container, event: { type: 'Normal' | 'Warning'; reason: string; message: string }): void;
}

const firstBackoffMs = 10_000;
const longestBackoffMs = 300_000;
const healedAfterMs = 2 * longestBackoffMs;

interface PullBackoff {
  readonly delayMs: number;
  readonly untilMs: number;
  readonly error: string;
}

/** Finds or pulls the images of containers, by their pull policy, with back-off by image and pod. */
export class Images {
  readonly #options: ImagesOptions;
  readonly #backoffs = new Map<string, PullBackoff>();
  /** Pulls of the same image by several pods at once are one pull. */
  readonly #pulls = new Map<string, Promise<string>>();

  constructor(options: ImagesOptions) {
    this.#options = options;
  }

  /** Throws NotYet with upstream's reasons: ErrImageNeverPull, ErrImagePull, ImagePullBackOff, InvalidImageName. */
  async ensure(pod: Pod, container: Container, signal: AbortSignal): Promise<FoundImage> {
    const name = container.image ?? '';
    const image = normalizeImageName(name);
    if (image === undefined)
      throw new NotYet(
        'InvalidImageName',
        `Failed to apply default image tag "${name}": couldn't parse image name "${name}": invalid reference format`,
      );
    const policy = container.imagePullPolicy ?? (image.endsWith(':latest') ? 'Always' : 'IfNotPresent');
    const event = (type: 'Normal' | 'Warning', reason: string, message: string) =>
      this.#options.event(pod, container, { type, reason, message });
    const present = await this.find(image, signal);
    if (present && policy !== 'Always') {
      event('Normal', 'Pulled', `Container image "${name}" already present on machine`);
      return found(present);
    }
    if (policy === 'Never') {
      const message = `Container image "${name}" is not present with pull policy of Never`;
      event('Warning', 'ErrImageNeverPull', message);
      throw new NotYet('ErrImageNeverPull', message);
    }
    return this.#pull(pod, { name, image, event, signal });
  }

  async find(image: string, signal: AbortSignal): Promise<Image | undefined> {
    return (await this.#options.cri.call('ImageStatus', { image: { image } }, { signal })).image;
  }

  async #pull(
    pod: Pod,
    pull: {
      name: string;
      image: string;
      event: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
      signal: AbortSignal;
    },
  ): Promise<FoundImage> {
    const { name, image, event, signal } = pull;
    const { clock, cri } = this.#options;
    const key = `${pod.metadata.uid}/${image}`;
    const backoff = this.#backoffs.get(key);
    if (backoff && backoff.untilMs > clock.now()) {
      const message = `Back-off pulling image "${name}"`;
      event('Normal', 'BackOff', message);
      throw new NotYet('ImagePullBackOff', `${message}: ErrImagePull: ${backoff.error}`, {
        retryAfterMs: backoff.untilMs - clock.now(),
      });
    }
    event('Normal', 'Pulling', `Pulling image "${name}"`);
    const startedMs = clock.monotonic();
    try {
      const auths = await this.#auths(pod, image);
      const ref = await this.#pullOnce(image, auths, signal);
      const status = await cri.call('ImageStatus', { image: { image: ref } }, { signal });
      if (!status.image) throw new NotYet('ErrImagePull', `image ${ref} was pulled but is not there`);
      const took = formatDuration(clock.monotonic() - startedMs);
      event(
        'Normal',
        'Pulled',
        `Successfully pulled image "${name}" in ${took} (${took} including waiting). Image size: ${status.image.size} bytes.`,
      );
      this.#backoffs.delete(key);
      return found(status.image);
    } catch (error) {
      if (signal.aborted) throw error;
      const text = runtimeText(error);
      const recent = backoff && clock.now() - backoff.untilMs < healedAfterMs;
      const delayMs = recent ? Math.min(backoff.delayMs * 2, longestBackoffMs) : firstBackoffMs;
      this.#backoffs.set(key, { delayMs, untilMs: clock.now() + delayMs, error: text });
      event('Warning', 'Failed', `Failed to pull image "${name}": ${text}`);
      // Soon again, to say that it waits now; the registry is asked when the back-off is over.
      throw new NotYet('ErrImagePull', text, { cause: error, retryAfterMs: 2_000 });
    }
  }

  async #pullOnce(image: string, auths: readonly Input<AuthConfig>[], signal: AbortSignal): Promise<string> {
    const key = JSON.stringify([image, auths]);
    const shared = this.#pulls.get(key);
    if (shared) return shared;
    const pull = (async () => {
      let last: unknown;
      for (const auth of auths.length > 0 ? auths : [undefined])
        try {
          return (await this.#options.cri.call('PullImage', { image: { image }, ...(auth && { auth }) }, { signal }))
            .imageRef;
        } catch (error) {
          last = error;
        }
      throw last;
    })();
    this.#pulls.set(key, pull);
    try {
      return await pull;
    } finally {
      this.#pulls.delete(key);
    }
  }

  async #auths(pod: Pod, image: string): Promise<readonly Input<AuthConfig>[]> {
    const secrets: Secret[] = [];
    for (const { name } of pod.spec?.imagePullSecrets ?? []) {
      const secret = name ? await this.#options.secret(pod.metadata.namespace ?? '', name) : undefined;
      if (secret) secrets.push(secret);
      else
        this.#options.event(
          pod,
          { name: '' },
          {
            type: 'Warning',
            reason: 'FailedToRetrieveImagePullSecret',
            message: `Unable to retrieve some image pull secrets (${name}); attempting to pull the image may not succeed.`,
          },
        );
    }
    return credentialsFor(image, secrets);
  }

  /** Drops the back-offs of a pod that is gone. */
  forget(uid: string): void {
    for (const key of this.#backoffs.keys()) if (key.startsWith(`${uid}/`)) this.#backoffs.delete(key);
  }
}

function found(image: Image): FoundImage {
  return {
    ref: image.id,
    user: { uid: image.uid?.value ?? (image.username === '' ? 0 : undefined), username: image.username },
  };
}

function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(3).replace(/\.?0+$/, '')}s` : formatDelay(ms);
}
