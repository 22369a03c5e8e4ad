import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../src/apiserver/api-server.test-helper.ts';
import { parseCidr } from '../../src/base/cidr.ts';
import { run } from '../../src/base/process.ts';
import { k3ts } from '../harness/k3ts.ts';

const manifest = (replicas: number, image: string) => `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: default}
data: {mode: fast}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default, labels: {app: web}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "${image}", ports: [{containerPort: 80}]}
`;

/** An unmodified kubectl against the API server alone: no controllers, no node. */
describe('kubectl', () => {
  let server: TestServer;
  let folder: string;

  before(async () => {
    server = await startTestServer({
      overrides: {
        systemObjects: {
          serviceCidrs: [parseCidr('10.43.0.0/16') ?? assert.fail()],
          advertised: { address: '192.0.2.1', port: 6443 },
        },
      },
    });
    folder = await mkdtemp(join(tmpdir(), 'k3ts-kubectl-'));
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  /** Standard output and error; throws when kubectl fails, unless `fails`. */
  async function kubectl(words: string, { fails = false } = {}): Promise<string> {
    const result = await run(k3ts, ['kubectl', ...words.split(' ')], {
      env: { KUBECONFIG: server.kubeconfig, HOME: folder },
      timeoutMs: 60_000,
      ...(fails && { allowFailure: true }),
    });
    return result.stdout + result.stderr;
  }

  async function file(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  test('finds every kind and explains it', async () => {
    const resources = await kubectl('api-resources');
    for (const word of ['deployments', 'horizontalpodautoscalers', 'autoscaling/v2', 'deploy', 'csr'])
      assert.match(resources, new RegExp(word.replace('/', '\\/')));
    assert.match(await kubectl('api-versions'), /^autoscaling\/v1\nautoscaling\/v2$/m);
    assert.match(await kubectl('explain deployment.spec.replicas'), /FIELD: replicas <integer>/);
    assert.match(await kubectl('version'), /Server Version: v1\.36\.0\+k3ts1/);
    assert.match(await kubectl('cluster-info'), /is running at/);
    assert.match(await kubectl('get --raw /readyz?verbose'), /readyz check passed/);
  });

  test('applies, shows what would change, scales, patches, labels, and deletes', async () => {
    const path = await file('web.yaml', manifest(1, 'nginx:1'));
    assert.match(await kubectl(`diff -f ${path}`, { fails: true }), /\+ {2}mode: fast/);
    assert.match(await kubectl(`apply -f ${path}`), /configmap\/settings created\ndeployment\.apps\/web created/);
    assert.match(await kubectl(`apply -f ${path}`), /deployment\.apps\/web unchanged/);
    await file('web.yaml', manifest(1, 'nginx:2'));
    assert.match(await kubectl(`diff -f ${path}`, { fails: true }), /\+ +- image: nginx:2|\+ +image: nginx:2/);
    assert.match(await kubectl(`apply -f ${path}`), /configmap\/settings unchanged\ndeployment\.apps\/web configured/);
    await kubectl('scale deployment web --replicas=3');
    assert.match(
      await kubectl('get deployment web -o wide'),
      /NAME +READY .*IMAGES +SELECTOR\s+web +0\/3 .*nginx:2 +app=web/,
    );
    await kubectl('label deployment web tier=front');
    await kubectl('annotate deployment web note=x');
    await kubectl('set image deployment/web web=nginx:3');
    await kubectl('patch deployment web --type=json -p [{"op":"add","path":"/metadata/labels/j","value":"1"}]');
    assert.equal(await kubectl('get deploy -l tier=front,j=1 -o name'), 'deployment.apps/web\n');
    assert.match(await kubectl('describe deployment web'), /Image: +nginx:3/);
    assert.match(await kubectl('wait --for=jsonpath={.spec.replicas}=3 deployment/web --timeout=5s'), /condition met/);
    assert.match(await kubectl('get all'), /deployment\.apps\/web/);
    assert.match(await kubectl('delete deployment web'), /deployment\.apps "web" deleted/);
    assert.match(
      await kubectl('get deployment web', { fails: true }),
      /Error from server \(NotFound\): deployments\.apps "web" not found/,
    );
  });

  test('applies on the server, and says who owns a field', async () => {
    const mine = await file('mine.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: {a: "1"}\n');
    const yours = await file(
      'yours.yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: {a: "2"}\n',
    );
    assert.match(await kubectl(`apply --server-side --field-manager=me -f ${mine}`), /serverside-applied/);
    const conflict = await kubectl(`apply --server-side --field-manager=you -f ${yours}`, { fails: true });
    assert.match(conflict, /conflict with "me".*\.data\.a/s);
    await kubectl(`apply --server-side --field-manager=you --force-conflicts -f ${yours}`);
    assert.equal(await kubectl('get cm shared -o jsonpath={.data.a}'), '2');
  });

  test('is told what it may and what it did wrong', async () => {
    assert.equal(await kubectl('auth can-i create pods'), 'yes\n');
    assert.match(await kubectl('auth whoami'), /Username +admin/);
    const bad = await file('bad.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad}\ndatum: {}\n');
    assert.match(await kubectl(`create -f ${bad}`, { fails: true }), /unknown field "datum"/);
    assert.match(await kubectl('get widgets', { fails: true }), /the server doesn't have a resource type "widgets"/);
  });

  test('watches', async () => {
    const watching = kubectl('get cm -w --request-timeout=3s -o name', { fails: true });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await kubectl('create cm seen --from-literal=a=b');
    assert.match(await watching, /configmap\/seen/);
  });
});
