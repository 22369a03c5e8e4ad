import type { TestContext } from 'node:test';
import { node } from '../../api/core/node.ts';
import { pod } from '../../api/core/pod.ts';
import { secret } from '../../api/core/secret.ts';
import { serviceAccount } from '../../api/core/service-account.ts';
import type { Clock } from '../../base/clock.ts';
import { systemClock } from '../../base/clock.ts';
import { createLogger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import { type CallOptions, TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';
import { createTestAuthority, type KeyPair, type TestAuthority } from '../certificates.test-helper.ts';
import { createInProcessClient } from '../in-process-client.ts';
import { Arguments } from '../settings/arguments.ts';
import { type Authentication, createAuthentication } from './authentication.ts';
import { createTokenSigner, type TokenSigner } from './service-account-token.ts';
import { readAuthenticationSettings } from './settings.ts';
import { createTokenReviewHandler } from './token-review.ts';

export interface AuthenticationServer {
  readonly server: TestServer;
  readonly client: Client;
  readonly signer: TokenSigner;
  readonly proxies: TestAuthority;
  readonly log: readonly string[];
  /** POSTs a SelfSubjectReview over a new connection: the user, or the status code of the refusal. */
  whoAmI(options?: CallOptions & { readonly certificate?: KeyPair }): Promise<{
    readonly status: number;
    readonly username?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  }>;
  bearer(token: string): ReturnType<AuthenticationServer['whoAmI']>;
}

const issuer = 'https://kubernetes.default.svc.cluster.local';

/** A server on loopback whose users are those of these flags; everybody may do everything. Ends with the test. */
export async function startAuthentication(
  t: Pick<TestContext, 'after'>,
  flags: readonly string[] = [],
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<AuthenticationServer> {
  const args = new Arguments(flags);
  const settings = readAuthenticationSettings(args);
  const [problem] = args.finish();
  if (problem) throw new Error(`${problem.argument}: ${problem.why}`);
  const lines: string[] = [];
  const log = createLogger({ level: 'debug', write: (line) => lines.push(line) });
  const audiences = [issuer, 'k3ts'];
  const { keyPem } = await (await createTestAuthority()).issue({ name: 'signer' });
  const signer = createTokenSigner({ keyPem, issuer, clock });
  let made: Authentication | undefined;
  const opened = () => {
    if (!made) throw new Error('not opened yet');
    return made;
  };
  const server = await startTestServer({
    log,
    overrides: {
      authenticator: {
        authenticate: (credentials, signal) => opened().authenticator.authenticate(credentials, signal),
      },
      reviews: {
        tokenReview: (review, signal) => createTokenReviewHandler(opened().tokens, audiences)(review, signal),
        rulesReview: (review) => review,
      },
    },
  });
  t.after(() => server.close());
  const user = { name: 'admin', groups: ['system:masters'] };
  const client = createInProcessClient({ registry: server.registry, user, name: 'test' });
  made = await createAuthentication({
    settings,
    serviceAccounts: {
      signer,
      subjects: {
        serviceAccounts: client.view(serviceAccount),
        pods: client.view(pod),
        secrets: client.view(secret),
        nodes: client.view(node),
      },
    },
    audiences,
    client,
    clock,
    log,
  });
  t.after(() => opened().close());
  const proxies = await createTestAuthority();
  server.server.setSecureContext({ ...server.tls, requestHeaderCa: proxies.certificatePem });
  const whoAmI: AuthenticationServer['whoAmI'] = async ({ certificate, ...options } = {}) => {
    const connection = new TestClient(server, certificate);
    try {
      const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
      const answer = await connection.call('POST', path, {
        body,
        ...options,
        headers: { 'content-type': 'application/json', ...options.headers },
      });
      return { status: answer.status, ...answer.json.status?.userInfo };
    } finally {
      connection.session.destroy();
    }
  };
  return {
    server,
    client,
    signer,
    proxies,
    log: lines,
    whoAmI,
    bearer: (token) => whoAmI({ headers: { authorization: `Bearer ${token}` } }),
  };
}
