import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { NodeAgent } from '../agent.ts';
import type { Authorize, ServerUser } from './access.ts';
import type { KubeletTls } from './listener.ts';

export interface KubeletServerOptions {
  readonly agent: NodeAgent;
  readonly nodeName: string;
  readonly tls: KubeletTls;
  /** Asked about everybody but members of `system:masters`. */
  readonly authorize: Authorize;
  /** Who a bearer token stands for (TokenReview); undefined, or ApiError `Unauthorized`: nobody. Default: tokens are not accepted. */
  readonly authenticateToken?: (token: string, signal: AbortSignal) => Promise<ServerUser | undefined>;
  /** Port 0: any free one, the same on every address. */
  readonly listen: { readonly addresses: readonly string[]; readonly port: number };
  /** Lines of Prometheus text that other parts of the agent add to `/metrics`. */
  readonly metrics?: () => string;
  readonly clock: Clock;
  readonly log: Logger;
}
