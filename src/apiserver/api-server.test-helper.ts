import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInKinds } from '../api/kinds.ts';
import { systemClock } from '../base/clock.ts';
import { type Logger, silentLogger } from '../base/log.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { type Aggregation, createAggregation } from './aggregation/aggregation.ts';
import { type ApiServer, type ApiServerOptions, createApiServer } from './api-server.ts';
import { certificateAuthenticator } from './authentication/certificate.ts';
import { createTestAuthority, type KeyPair, type TestAuthority } from './certificates.test-helper.ts';
import type { AdmissionPlugin, Authorizer } from './contract.ts';
import { createCustomResources } from './crds/custom-resources.ts';
import { definitionAdmission } from './crds/definition-admission.ts';
import type { TlsFiles } from './http/listener.ts';
import { createInProcessClient } from './in-process-client.ts';
import { directConnection, type NodeConnection } from './proxy/node-connection.ts';
import { type CachedRegistry, openRegistry } from './registry/registry.ts';
import { serviceWebhooks } from './webhook-client/service-webhooks.ts';

/** A whole API server on loopback for tests and benchmarks: real store, real registry, real certificates. */
export interface TestServer {
  readonly server: ApiServer;
  readonly registry: CachedRegistry;
  readonly aggregation: Aggregation;
  readonly url: string;
  readonly ca: string;
  readonly authority: TestAuthority;
  readonly admin: KeyPair;
  readonly tls: TlsFiles;
  /** PEM of the authority of the certificate that aggregated API servers are shown. */
  readonly requestHeaderCa: string;
  /** Path of a kubeconfig of `admin`. */
  readonly kubeconfig: string;
  /** A certificate of another user. */
  client(name: string, groups?: readonly string[]): Promise<KeyPair>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  /** Default: everything is allowed. */
  readonly authorizer?: Authorizer;
  readonly admission?: readonly AdmissionPlugin[];
  readonly log?: Logger;
  /** Keeps APIServices and serves what they name. Default: no. */
  readonly aggregation?: boolean;
  /** How webhooks and aggregated API servers are reached. Default: straight TCP. */
  readonly connection?: NodeConnection;
  readonly overrides?: Partial<ApiServerOptions>;
  /** Between registry and listener; fills what both need. */
  readonly beforeStart?: (registry: CachedRegistry) => void;
  /** Changed objects fail where they are changed. Default: true. */
  readonly freeze?: boolean;
  /** Keeps its state in this folder, which stays. Default: a folder of its own, which goes. */
  readonly dir?: string;
}

export const allowAll: Authorizer = { authorize: () => ({ decision: 'allow', reason: '' }) };

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'k3ts-api-')));
  const authority = await createTestAuthority();
  const serving = await authority.issue({ name: 'kube-apiserver', address: '127.0.0.1' });
  const client = (name: string, groups: readonly string[] = []) => authority.issue({ name, groups });
  const admin = await client('admin', ['system:masters']);
  const store = await openSqliteStore({ file: join(dir, 'state.db') });
  const log = options.log ?? silentLogger;
  const admission: AdmissionPlugin[] = [definitionAdmission];
  const registry = await openRegistry({
    store,
    kinds: builtInKinds,
    freeze: options.freeze ?? true,
    log,
    admission,
  });
  options.beforeStart?.(registry);
  admission.push(...(options.admission ?? [])); // which may have been filled just now
  const user = { name: 'system:k3ts-supervisor', groups: ['system:masters'] };
  const trusted = createInProcessClient({ registry, user, name: 'k3ts' });
  const customResources = createCustomResources({
    registry,
    client: trusted,
    callWebhook: serviceWebhooks(trusted, options.connection),
    clock: systemClock,
    log,
  });
  await customResources.start(AbortSignal.timeout(10_000));
  const proxies = await createTestAuthority();
  const frontProxy = await proxies.issue({ name: 'system:auth-proxy' });
  const aggregation = createAggregation({
    registry,
    client: trusted,
    connection: options.connection ?? directConnection,
    credentials: () => ({ cert: frontProxy.certificatePem, key: frontProxy.keyPem }),
    clock: systemClock,
    log,
  });
  if (options.aggregation) await aggregation.start(AbortSignal.timeout(10_000));
  const tls = { key: serving.keyPem, cert: serving.certificatePem, clientCa: authority.certificatePem };
  const notHere = () => Promise.reject(new Error('not part of this test'));
  const server = createApiServer({
    registry,
    aggregation,
    authenticator: certificateAuthenticator,
    authorizer: options.authorizer ?? allowAll,
    listen: { address: '127.0.0.1', port: 0 },
    tls,
    kubelet: {
      connection: directConnection,
      credentials: () => ({ key: admin.keyPem, cert: admin.certificatePem, ca: authority.certificatePem }),
    },
    version: { gitVersion: 'v1.36.0+k3ts1', gitCommit: '', buildDate: '1970-01-01T00:00:00Z' },
    clock: systemClock,
    log,
    reviews: {
      tokenReview: notHere,
      rulesReview: (review) => ({ ...review, status: { resourceRules: [], nonResourceRules: [], incomplete: true } }),
    },
    tokenRequest: notHere,
    openId: { configuration: () => ({ issuer: 'https://kubernetes.default.svc' }), keys: () => ({ keys: [] }) },
    ...options.overrides,
  });
  await server.start();
  const url = `https://127.0.0.1:${server.address.port}`;
  const config = join(dir, 'kubeconfig');
  await writeFile(config, kubeconfigOf(url, authority, admin), { mode: 0o600 });
  return {
    server,
    registry,
    aggregation,
    url,
    ca: authority.certificatePem,
    authority,
    admin,
    tls,
    requestHeaderCa: proxies.certificatePem,
    kubeconfig: config,
    client,
    async close() {
      await server.stop(1000);
      await aggregation.stop();
      await customResources.stop();
      registry.close();
      await store.close();
      if (options.dir === undefined) await rm(dir, { recursive: true });
    },
  };
}

/** JSON is YAML. */
function kubeconfigOf(server: string, { certificatePem }: TestAuthority, user: KeyPair): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': base64(certificatePem) } }],
    users: [
      {
        name: 'admin',
        user: { 'client-certificate-data': base64(user.certificatePem), 'client-key-data': base64(user.keyPem) },
      },
    ],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'test',
  });
}
