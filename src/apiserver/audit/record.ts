import type { Decision, UserInfo } from '../contract.ts';
import type { Exchange } from '../http/exchange.ts';

/** What is written down of one request. */
export interface AuditRecord {
  /** The request's exchange, with somebody who writes down what passes. */
  readonly exchange: Exchange;
  /** Resolves when the event of the request's arrival is where it must be; undefined when nothing is waited for. */
  readonly ready: Promise<void> | undefined;
  impersonated(user: UserInfo): void;
  decided(decision: Decision): void;
  /** The request is over. `fault`: it failed by a mistake of ours. Never throws. */
  end(outcome: { readonly annotations: ReadonlyMap<string, string> | undefined; readonly fault: boolean }): void;
}
