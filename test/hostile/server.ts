import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { builtInAdmission } from '../../src/apiserver/admission/admission.ts';
import { type Answer, TestClient } from '../../src/apiserver/api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../../src/apiserver/api-server.test-helper.ts';
import type { AdmissionPlugin, UserInfo } from '../../src/apiserver/contract.ts';
import { createInProcessClient } from '../../src/apiserver/in-process-client.ts';
import { systemClock } from '../../src/base/clock.ts';
import { type Logger, silentLogger } from '../../src/base/log.ts';
import { type Access, createAccess } from '../../src/composition/access.ts';

/** How often each property is tried; `HOSTILE_RUNS=5000` looks harder. */
export const runs = Number(process.env['HOSTILE_RUNS'] ?? 150);

/** Nothing that a client sends may keep the server longer than this. */
const longestMs = 5000;

/** A whole API server under attack: real authentication, authorization and admission, and a log that remembers faults. */
export interface Target {
  readonly server: TestServer;
  /** Of an administrator. */
  readonly client: TestClient;
  readonly access: Access;
  /**
   * Checks that an answer comes in time, is no 5xx, and that nothing was logged as a fault. `what` says what was sent, for
   * whoever reads the failure.
   */
  survives(answer: Promise<Answer>, what: string): Promise<Answer>;
  /** The server still works, and new clients reach it. */
  isWell(): Promise<void>;
  close(): Promise<void>;
}

export async function startTarget(): Promise<Target> {
  const faults: unknown[] = [];
  const log: Logger = { ...silentLogger, child: () => log, error: (...args) => void faults.push(args) };
  let plugins: readonly AdmissionPlugin[] = [];
  // The chain needs the registry, and the registry the chain.
  const chain: AdmissionPlugin = {
    name: 'chain',
    handles: () => true,
    async mutate(request, object) {
      for (const plugin of plugins) if (plugin.handles(request)) await plugin.mutate?.(request, object);
    },
    async validate(request, object) {
      for (const plugin of plugins) if (plugin.handles(request)) await plugin.validate?.(request, object);
    },
    settled(request) {
      for (const plugin of plugins) plugin.settled?.(request);
    },
  };
  const user: UserInfo = { name: 'system:apiserver', groups: ['system:masters'] };
  let access: Access | undefined;
  const ready = () => access ?? assert.fail('the server is asked before it is whole');
  const made = Promise.withResolvers<Access>();
  const server = await startTestServer({
    log,
    admission: [chain],
    authorizer: { authorize: (attributes) => ready().authorizer.authorize(attributes) },
    overrides: {
      authenticator: { authenticate: (credentials, signal) => ready().authenticator.authenticate(credentials, signal) },
      tokenRequest: (...args) => ready().tokenRequest(...args),
      reviews: {
        tokenReview: (...args) => ready().reviews.tokenReview(...args),
        rulesReview: (...args) => ready().reviews.rulesReview(...args),
      },
    },
    beforeStart(registry) {
      const client = createInProcessClient({ registry, user, name: 'k3ts' });
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const serviceAccountKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      createAccess({ client, serviceAccountKeyPem, clusterDomain: 'cluster.local', clock: systemClock, log }).then(
        (created) => {
          access = created;
          const { authorizer, resolver } = created;
          plugins = builtInAdmission({ client, authorizer, resolver, kinds: () => registry.kinds, log });
          made.resolve(created);
        },
        made.reject,
      );
    },
  });
  const client = new TestClient(server, server.admin);
  const created = await made.promise;
  for (const name of ['default', 'kube-system']) await client.post('/api/v1/namespaces', { metadata: { name } });
  await client.post('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  const nowhere = await client.post('/api/v1/namespaces/nowhere/configmaps', { metadata: { name: 'x' } });
  assert.equal(nowhere.status, 404, 'admission is not asked');
  return {
    server,
    client,
    access: created,
    async survives(answer, what) {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => late.reject(new Error(`no answer within ${longestMs} ms: ${what}`)), longestMs);
      try {
        const got = await Promise.race([answer, late.promise]);
        assert.ok(got.status < 500, `${got.status} for ${what}: ${got.text.slice(0, 500)}`);
        assert.deepEqual(faults.splice(0), [], what);
        return got;
      } finally {
        clearTimeout(timer);
      }
    },
    async isWell() {
      const fresh = new TestClient(server, server.admin);
      try {
        assert.equal((await fresh.get('/readyz')).text, 'ok');
        assert.equal((await fresh.get('/api/v1/namespaces/default')).status, 200);
        assert.deepEqual(faults.splice(0), []);
      } finally {
        fresh.close();
      }
    },
    async close() {
      client.close();
      created.close();
      await server.close();
    },
  };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Runs the same thing twice and checks that the second time leaves nothing behind that the first did not. */
export async function growsNot(run: () => Promise<void>, mostBytes = 24 * 1024 * 1024): Promise<void> {
  await run();
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  await run();
  collectGarbage();
  const grown = process.memoryUsage().heapUsed - before;
  assert.ok(grown < mostBytes, `${Math.round(grown / 1024)} kB are left behind`);
}
