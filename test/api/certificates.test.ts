import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ProcessResult, run } from '../../src/base/process.ts';
import { type TestServer, testServer } from '../harness/k3ts.ts';
import { until } from '../harness/wait.ts';

// Certificates and tokens by which people, programs and nodes come to the API, with openssl and kubectl as they use them.

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-certificates-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A key and a request for `subject`, as openssl makes them; resolves to the object. */
async function requestFor(
  folder: string,
  name: string,
  {
    subject,
    signer,
    usages,
    more = [],
    spec = {},
  }: {
    readonly subject: string;
    readonly signer: string;
    readonly usages: readonly string[];
    readonly more?: readonly string[];
    readonly spec?: object;
  },
) {
  const [key, request] = [join(folder, `${name}.key`), join(folder, `${name}.csr`)];
  const newKey = ['-newkey', 'rsa:2048', '-nodes', '-keyout', key];
  await run('openssl', ['req', '-new', ...newKey, '-subj', subject, '-out', request, ...more]);
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: { request: (await readFile(request)).toString('base64'), signerName: signer, usages, ...spec },
  };
}

function issued(server: TestServer, name: string): Promise<string> {
  return until(`the certificate of ${name}`, async () => {
    const text = await server.kubectl(['get', 'csr', name, '-o', 'jsonpath={.status.certificate}']);
    return text === '' ? undefined : Buffer.from(text, 'base64').toString();
  });
}

const clientUsages = ['digital signature', 'key encipherment', 'client auth'];
const apiServerClient = 'kubernetes.io/kube-apiserver-client';
const kubeletClient = 'kubernetes.io/kube-apiserver-client-kubelet';

test('certificates are asked for, approved, signed and used', async (t) => {
  const server = await testServer(t, { flags: ['--disable-agent'] });
  await server.start();
  const folder = await folderFor(t);
  const as = async (name: string, pem: string, ...words: string[]) => {
    const certificate = join(folder, `${name}.crt`);
    await writeFile(certificate, pem);
    const config = join(folder, `${name}.kubeconfig`);
    await writeFile(config, await readFile(server.kubeconfig));
    const set = ['--kubeconfig', config, 'config', 'set-credentials', 'default', '--embed-certs'];
    const key = join(folder, `${name}.key`);
    await server.kubectl([...set, `--client-certificate=${certificate}`, `--client-key=${key}`]);
    return server.tryKubectl(['--kubeconfig', config, ...words]);
  };
  /** Who somebody is for the server; says what it was told and what the server has logged when that is nobody. */
  const userOf = async ({ exitCode, stdout, stderr }: ProcessResult) => {
    assert.equal(exitCode, 0, `${stdout}${stderr}${(await server.log()).split('\n').slice(-5).join('\n')}`);
    return JSON.parse(stdout).status.userInfo;
  };
  const withToken = async (token: string, words: readonly string[], input?: string) => {
    const config = join(folder, 'token.kubeconfig');
    const { clusters } = JSON.parse(await server.kubectl(['config', 'view', '--raw', '-o', 'json']));
    const user = { name: 'default', user: { token } };
    const context = { name: 'default', context: { cluster: 'default', user: 'default' } };
    const text = { apiVersion: 'v1', kind: 'Config', clusters, users: [user], contexts: [context] };
    await writeFile(config, JSON.stringify({ ...text, 'current-context': 'default' }));
    return server.tryKubectl(['--kubeconfig', config, ...words], input === undefined ? {} : { input });
  };

  await t.test('a user asks, an administrator approves, and the certificate logs in', async () => {
    const object = await requestFor(folder, 'jane', {
      subject: '/O=team/O=testers/CN=jane',
      signer: apiServerClient,
      usages: clientUsages,
      spec: { expirationSeconds: 3600 },
    });
    await server.apply(JSON.stringify(object));
    assert.match(await server.kubectl(['get', 'csr', 'jane']), /system:admin +60m +Pending/);
    await server.kubectl(['certificate', 'approve', 'jane']);
    const pem = await issued(server, 'jane');
    const certificate = new X509Certificate(pem);
    assert.equal(certificate.ca, false);
    const lifeMs = certificate.validToDate.getTime() - Date.now();
    assert.ok(lifeMs > 3_500_000 && lifeMs <= 3_600_000, `${lifeMs}`);
    assert.match(await server.kubectl(['get', 'csr', 'jane']), /Approved,Issued/);
    const who = await userOf(await as('jane', pem, 'auth', 'whoami', '-o', 'json'));
    assert.equal(who.username, 'jane');
    assert.deepEqual(who.groups, ['team', 'testers', 'system:authenticated']);
    assert.match(who.extra['authentication.kubernetes.io/credential-id'][0], /^X509SHA256=[0-9a-f]{64}$/);
    assert.match((await as('jane', pem, 'get', 'pods')).stderr, /User "jane" cannot list resource "pods"/);
  });

  await t.test('a denied request stays without a certificate', async () => {
    const wish = { subject: '/CN=mallory', signer: apiServerClient, usages: clientUsages };
    await server.apply(JSON.stringify(await requestFor(folder, 'mallory', wish)));
    await server.kubectl(['certificate', 'deny', 'mallory']);
    assert.match(await server.kubectl(['get', 'csr', 'mallory']), / Denied\s/);
    const again = await server.tryKubectl(['certificate', 'approve', 'mallory']);
    assert.notEqual(again.exitCode, 0);
  });

  await t.test('what a signer does not sign fails with its reason', async () => {
    const wish = { subject: '/CN=server', signer: apiServerClient, usages: ['digital signature', 'server auth'] };
    await server.apply(JSON.stringify(await requestFor(folder, 'wrong-usage', wish)));
    await server.kubectl(['certificate', 'approve', 'wrong-usage']);
    await until('the failure', async () => {
      const text = await server.kubectl(['get', 'csr', 'wrong-usage', '-o', 'jsonpath={.status.conditions}']);
      return text.includes('SignerValidationFailure') && text.includes('usages must include');
    });
  });

  await t.test('nobody gets into system:masters by a request, and a broken request is refused', async () => {
    const masters = { subject: '/O=system:masters/CN=root', signer: apiServerClient, usages: clientUsages };
    const refused = await server.tryKubectl(['create', '-f', '-'], {
      input: JSON.stringify(await requestFor(folder, 'root', masters)),
    });
    assert.match(refused.stderr, /signer with system:masters group is not allowed/);
    const broken = await requestFor(folder, 'broken', { ...masters, subject: '/CN=x' });
    const der = Buffer.from(
      Buffer.from(broken.spec.request, 'base64')
        .toString()
        .replace(/-----.*-----|\s/g, ''),
      'base64',
    );
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    broken.spec.request = Buffer.from(pem).toString('base64');
    const answer = await server.tryKubectl(['create', '-f', '-'], { input: JSON.stringify(broken) });
    assert.match(answer.stderr, /spec\.request: Invalid value: .*signature/);
  });

  await t.test('a node joins with a bootstrap token, and renews with its own certificate', async () => {
    const expiration = new Date(Date.now() + 3_600_000).toISOString();
    await server.apply(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'bootstrap.kubernetes.io/token',
        metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' },
        stringData: {
          'token-id': 'abcdef',
          'token-secret': '0123456789abcdef',
          expiration,
          'usage-bootstrap-authentication': 'true',
          'auth-extra-groups': 'system:bootstrappers:workers',
        },
      }),
    );
    const bind = (name: string, role: string, group: string) =>
      server.kubectl(['create', 'clusterrolebinding', name, `--clusterrole=${role}`, `--group=${group}`]);
    const roles = 'system:certificates.k8s.io:certificatesigningrequests';
    await bind('bootstrap', 'system:node-bootstrapper', 'system:bootstrappers');
    await bind('approve-new', `${roles}:nodeclient`, 'system:bootstrappers:workers');
    await bind('approve-renewal', `${roles}:selfnodeclient`, 'system:nodes');
    const token = 'abcdef.0123456789abcdef';
    const who = await userOf(await withToken(token, ['auth', 'whoami', '-o', 'json']));
    assert.equal(who.username, 'system:bootstrap:abcdef');
    assert.deepEqual(who.groups, ['system:bootstrappers', 'system:bootstrappers:workers', 'system:authenticated']);
    assert.match((await withToken('abcdef.0123456789abcdeX', ['get', 'csr'])).stderr, /Unauthorized|must be logged in/);

    const wish = { subject: '/O=system:nodes/CN=system:node:edge', signer: kubeletClient, usages: clientUsages };
    const first = await requestFor(folder, 'edge', wish);
    const made = await withToken(token, ['create', '-f', '-'], JSON.stringify(first));
    assert.equal(made.exitCode, 0, made.stderr);
    const pem = await issued(server, 'edge');
    const me = await userOf(await as('edge', pem, 'auth', 'whoami', '-o', 'json'));
    assert.equal(me.username, 'system:node:edge');

    const next = await requestFor(folder, 'edge-next', wish);
    await writeFile(join(folder, 'next.json'), JSON.stringify(next));
    const renewed = await as('edge', pem, 'create', '-f', join(folder, 'next.json'));
    assert.equal(renewed.exitCode, 0, renewed.stderr);
    await issued(server, 'edge-next');
    assert.match(await server.kubectl(['get', 'csr', 'edge-next', '-o', 'yaml']), /self kubelet client certificate/);

    const serving = await requestFor(folder, 'edge-serving', {
      ...wish,
      signer: 'kubernetes.io/kubelet-serving',
      usages: ['digital signature', 'key encipherment', 'server auth'],
      more: ['-addext', 'subjectAltName=DNS:edge,IP:10.0.0.7'],
    });
    await writeFile(join(folder, 'serving.json'), JSON.stringify(serving));
    assert.equal((await as('edge', pem, 'create', '-f', join(folder, 'serving.json'))).exitCode, 0);
    await server.kubectl(['certificate', 'approve', 'edge-serving']);
    assert.match(
      new X509Certificate(await issued(server, 'edge-serving')).subjectAltName ?? '',
      /DNS:edge.*10\.0\.0\.7/,
    );
  });

  await t.test("a secret's token speaks for its account until somebody says that it shall not", async () => {
    await server.kubectl(['create', 'serviceaccount', 'robot']);
    await server.apply(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'kubernetes.io/service-account-token',
        metadata: { name: 'robot', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
      }),
    );
    const token = await until('the token', async () => {
      const text = await server.kubectl(['get', 'secret', 'robot', '-o', 'jsonpath={.data.token}']);
      return text === '' ? undefined : Buffer.from(text, 'base64').toString();
    });
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    assert.equal(payload.iss, 'kubernetes/serviceaccount');
    const who = await userOf(await withToken(token, ['auth', 'whoami', '-o', 'json']));
    assert.equal(who.username, 'system:serviceaccount:default:robot');
    const today = new Date().toISOString().slice(0, 10);
    await until('the label', async () =>
      (await server.kubectl(['get', 'secret', 'robot', '--show-labels'])).includes(`legacy-token-last-used=${today}`),
    );
    await server.kubectl(['label', 'secret', 'robot', `kubernetes.io/legacy-token-invalid-since=${today}`]);
    await until('the refusal', async () => (await withToken(token, ['get', 'pods'])).stderr.includes('Unauthorized'), {
      timeoutMs: 20_000,
    });
    assert.match(await server.log(), /requests not authenticated.*it was made invalid on/);
    assert.ok(!(await server.log()).includes(token));
  });

  await t.test('a front proxy tells who asks', async () => {
    const tls = join(server.dataDir, 'server', 'tls');
    const whoIs = async (pair: string, ...headers: string[]) => {
      const url = `https://127.0.0.1:${server.port}/apis/authentication.k8s.io/v1/selfsubjectreviews`;
      const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' });
      const all = ['Content-Type: application/json', ...headers].flatMap((header) => ['-H', header]);
      const identity = ['--cert', join(tls, `${pair}.crt`), '--key', join(tls, `${pair}.key`)];
      const trust = ['--cacert', join(tls, 'server-ca.crt')];
      const { stdout } = await server.inside(['curl', '-s', ...trust, ...identity, ...all, '-d', body, url]);
      const answer = JSON.parse(stdout);
      return answer.status?.userInfo ?? answer;
    };
    const headers = ['X-Remote-User: jane', 'X-Remote-Group: cn=x,system:masters', 'X-Remote-Uid: 42'];
    const found = await whoIs('client-auth-proxy', ...headers);
    assert.deepEqual(found, { username: 'jane', uid: '42', groups: ['cn=x,system:masters', 'system:authenticated'] });
    assert.equal((await whoIs('client-auth-proxy')).reason, 'Unauthorized');
    assert.equal((await whoIs('client-admin', ...headers)).username, 'system:admin');
    const trust = ['get', 'configmap', '-n', 'kube-system', 'extension-apiserver-authentication', '-o', 'json'];
    const { data } = JSON.parse(await server.kubectl(trust));
    assert.equal(data['requestheader-allowed-names'], '["system:auth-proxy"]');
    assert.equal(data['requestheader-client-ca-file'], await readFile(join(tls, 'request-header-ca.crt'), 'utf8'));
  });

  await t.test('without credentials there is health, and nothing else', async () => {
    const ask = async (path: string) => {
      const url = `https://127.0.0.1:${server.port}${path}`;
      return (await server.inside(['curl', '-sk', '-o', '/dev/null', '-w', '%{http_code}', url])).stdout;
    };
    assert.deepEqual(await Promise.all(['/livez', '/readyz', '/healthz'].map(ask)), ['200', '200', '200']);
    assert.deepEqual(await Promise.all(['/api', '/version', '/livez/ping', '/metrics'].map(ask)), [
      '401',
      '401',
      '401',
      '401',
    ]);
  });
});
