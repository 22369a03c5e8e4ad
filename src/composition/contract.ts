import type { UserInfo } from '../apiserver/contract.ts';
import type { Logger } from '../base/log.ts';
import type { Steps } from '../base/steps.ts';
import type { Client } from '../client/client.ts';
import type { ClosableEventRecorder } from '../client/event-recorder.ts';
import type { ServerOptions } from '../options.ts';

/** What every part of a server is made with. */
export interface CompositionOptions {
  readonly options: ServerOptions;
  /** `1.36.0+k3ts1`. */
  readonly version: string;
  /** Of the sources, 40 hex digits; left out where it is not known. */
  readonly commit?: string;
  readonly log: Logger;
  readonly steps: Steps;
}

/** How the parts get at the API. */
export interface Clients {
  /** A client that acts as `user`, and is asked for its rights like anybody; with the views of another where given. */
  clientFor(user: UserInfo, name: string, views?: Client): Client;
  /** Publishes events as `user`; whoever asks for it closes it. */
  eventsFor(user: UserInfo, component: string, host?: string): ClosableEventRecorder;
}
