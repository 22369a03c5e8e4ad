import type { ApiError } from '../../api/status.ts';
import type { UserInfo } from '../contract.ts';
import type { ParsedRequest } from '../http/api-request.ts';
import type { Exchange } from '../http/exchange.ts';
import type { AuditRecord } from './record.ts';

/** The audit log of a server. */
export interface Audit {
  /** Undefined: the policy wants nothing of this request. */
  begin(
    exchange: Exchange,
    parsed: ParsedRequest,
    who: { readonly user: UserInfo; readonly longRunning: boolean },
  ): AuditRecord | undefined;
  /** A request whose sender could not be told. */
  refused(exchange: Exchange, parsed: ParsedRequest, error: ApiError): void;
}
