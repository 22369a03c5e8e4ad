import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';

const pods = '/api/v1/namespaces/default/pods';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

/** A PEM request for CN=me, in base64. */
const certificateRequest =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlISE1HOENBUUF3RFRFTE1Ba0dBMVVFQXd3Q2JXVXdXVEFUQmdjcWhrak9QUUlCQmdncWhrak9QUU1CQndOQwpBQVR4VzVZTFBCTHZzTFV3VE1xQmRiR1Q0cUkrZ3Y0QWJuUGp2Yk9OR1hBTUpWWldBVkY2WnBXbkxUaHRDR3hmCjhRanlJcDZpU0xNTG1qNHN6NTRxdGlaOG9BQXdDZ1lJS29aSXpqMEVBd0lEU0FBd1JRSWhBTmsrZ241VllxenYKWXBOdHhyQ0ZoTkwwL1VIQXpRam5hdHRUaUxQMGlYZ0NBaUFOL0dzVU5IZm04VFBDcW54bjBVd01QYTJoandwcgpta0lmL2Z1YnhWS25QUT09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';

function pod(name: string, labels: Record<string, string> = {}, containers = ['c']) {
  return { metadata: { name, labels }, spec: { containers: containers.map((c) => ({ name: c, image: 'busybox' })) } };
}

describe('subresources', () => {
  let server: TestServer;
  let client: TestClient;

  before(async () => {
    server = await startTestServer();
    client = new TestClient(server, server.admin);
  });
  after(async () => {
    client.close();
    await server.close();
  });

  test('scale reads and writes replicas by PUT and PATCH', async () => {
    const labels = { app: 'web', tier: 'front' };
    const template = { metadata: { labels }, spec: pod('x').spec };
    const created = await client.post(deployments, {
      metadata: { name: 'web' },
      spec: { replicas: 2, selector: { matchLabels: labels }, template },
    });
    assert.equal(created.status, 201, created.text);
    const { json: scale } = await client.get(`${deployments}/web/scale`);
    assert.deepEqual([scale.kind, scale.apiVersion, scale.spec], ['Scale', 'autoscaling/v1', { replicas: 2 }]);
    assert.equal(scale.status.selector, 'app=web,tier=front');
    const put = await client.put(`${deployments}/web/scale`, { ...scale, spec: { replicas: 5 } });
    assert.deepEqual(put.json.spec, { replicas: 5 });
    const stale = await client.put(`${deployments}/web/scale`, scale);
    assert.equal(stale.status, 409);
    const patched = await client.patch(`${deployments}/web/scale`, { spec: { replicas: 0 } });
    assert.equal(patched.status, 200, patched.text);
    const { json } = await client.get(`${deployments}/web`);
    assert.equal(json.spec.replicas, 0);
    assert.equal(json.metadata.generation, 3);
    const negative = await client.patch(`${deployments}/web/scale`, { spec: { replicas: -1 } });
    assert.equal(negative.status, 422);
  });

  test('scale is applied: its owners are the owners of the replicas', async () => {
    const labels = { app: 'owned' };
    const template = { metadata: { labels }, spec: pod('x').spec };
    const configuration = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'owned' },
      spec: { replicas: 1, selector: { matchLabels: labels }, template },
    };
    const applyTo = (path: string, body: object, query: string) =>
      client.patch(`${deployments}/${path}?${query}`, body, 'application/apply-patch+yaml');
    assert.equal((await applyTo('owned', configuration, 'fieldManager=deployer')).status, 201);
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'owned' }, spec: { replicas: 3 } };
    const contested = await applyTo('owned/scale', scale, 'fieldManager=scaler');
    assert.equal(contested.status, 409, contested.text);
    assert.match(contested.json.message, /conflict with "deployer".*\.spec\.replicas/);
    const forced = await applyTo('owned/scale', scale, 'fieldManager=scaler&force=true');
    assert.deepEqual([forced.status, forced.json.kind, forced.json.spec], [200, 'Scale', { replicas: 3 }]);
    const { json } = await client.get(`${deployments}/owned`);
    const owners = json.metadata.managedFields
      .filter(({ fieldsV1 }: { fieldsV1: Record<string, object> }) => 'f:replicas' in (fieldsV1['f:spec'] ?? {}))
      .map(({ manager, operation, apiVersion, subresource }: Record<string, string>) => [
        manager,
        operation,
        apiVersion,
        subresource,
      ]);
    assert.deepEqual(owners, [['scaler', 'Apply', 'apps/v1', 'scale']]);
    assert.equal((await applyTo('owned', configuration, 'fieldManager=deployer')).status, 409);
    const dry = await client.patch(`${deployments}/owned/scale?dryRun=All`, { spec: { replicas: 9 } });
    assert.deepEqual(dry.json.spec, { replicas: 9 });
    assert.deepEqual((await client.get(`${deployments}/owned/scale`)).json.spec, { replicas: 3 });
  });

  test('scale is shown as a table', async () => {
    const { json } = await client.get(`${deployments}/web/scale`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    assert.deepEqual(
      json.columnDefinitions.map(({ name }: { name: string }) => name),
      ['Name', 'Desired', 'Available', 'Age'],
    );
    assert.deepEqual(json.rows[0].cells.slice(0, 3), ['web', 0, 0]);
  });

  test('a pod is bound once', async () => {
    await client.post(pods, pod('bound'));
    const bind = (node: string) =>
      client.post(`${pods}/bound/binding`, {
        metadata: { name: 'bound', annotations: { by: 'me' } },
        target: { kind: 'Node', name: node },
      });
    const first = await bind('n1');
    assert.deepEqual([first.status, first.json.status], [201, 'Success']);
    const { json } = await client.get(`${pods}/bound`);
    assert.equal(json.spec.nodeName, 'n1');
    assert.equal(json.metadata.annotations.by, 'me');
    assert.equal(json.status.conditions[0].type, 'PodScheduled');
    const second = await bind('n2');
    assert.equal(second.status, 409);
    assert.equal(
      second.json.message,
      'Operation cannot be fulfilled on pods/binding "bound": pod bound is already assigned to node "n1"',
    );
    await client.post(pods, pod('old-way'));
    const old = await client.post('/api/v1/namespaces/default/bindings', {
      metadata: { name: 'old-way' },
      target: { name: 'n1' },
    });
    assert.equal(old.status, 201, old.text);
    assert.equal((await client.post(`${pods}/old-way/binding`, { target: {} })).status, 422);
  });

  test('an eviction asks the budget', async () => {
    for (const name of ['a', 'b']) {
      await client.post(pods, pod(`guarded-${name}`, { app: 'guarded' }));
      const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
      const marked = await client.patch(`${pods}/guarded-${name}/status`, { status });
      assert.equal(marked.status, 200, marked.text);
    }
    const evict = (name: string, query = '') =>
      client.post(`${pods}/guarded-${name}/eviction${query}`, { metadata: { name: `guarded-${name}` } });
    const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    const made = await client.post(budgets, {
      metadata: { name: 'guard' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } },
    });
    assert.equal(made.status, 201, made.text);
    const early = await evict('a');
    assert.equal(early.status, 429);
    assert.match(early.json.details.causes[0].message, /still being processed/);
    const status = {
      observedGeneration: 1,
      disruptionsAllowed: 1,
      desiredHealthy: 1,
      currentHealthy: 2,
      expectedPods: 2,
    };
    const allowed = await client.patch(`${budgets}/guard/status`, { status });
    assert.equal(allowed.status, 200, allowed.text);
    assert.equal((await evict('a', '?dryRun=All')).status, 201);
    assert.equal((await evict('a')).status, 201);
    const { json } = await client.get(`${budgets}/guard`);
    assert.equal(json.status.disruptionsAllowed, 0);
    assert.ok(json.status.disruptedPods['guarded-a']);
    const refused = await evict('b');
    assert.equal(refused.status, 429);
    assert.equal(refused.json.message, "Cannot evict pod as it would violate the pod's disruption budget.");
    assert.equal(
      refused.json.details.causes[0].message,
      'The disruption budget guard needs 1 healthy pods and has 2 currently',
    );
    assert.equal((await client.get(`${pods}/guarded-b`)).json.metadata.deletionTimestamp, undefined);
  });

  test('ephemeral containers are added and stay', async () => {
    await client.post(pods, pod('debugged'));
    const add = (containers: unknown[]) =>
      client.patch(
        `${pods}/debugged/ephemeralcontainers`,
        { spec: { ephemeralContainers: containers } },
        'application/strategic-merge-patch+json',
      );
    const added = await add([{ name: 'debug', image: 'busybox', targetContainerName: 'c' }]);
    assert.equal(added.status, 200, added.text);
    assert.equal(added.json.spec.ephemeralContainers[0].name, 'debug');
    const wrong = await add([{ name: 'more', image: 'busybox', targetContainerName: 'nobody' }]);
    assert.equal(wrong.status, 422);
    const whole = (await client.get(`${pods}/debugged`)).json;
    delete whole.spec.ephemeralContainers;
    const removed = await client.put(`${pods}/debugged/ephemeralcontainers`, whole);
    assert.match(removed.json.message, /existing ephemeral containers "debug" may not be removed/);
  });

  test('resize changes cpu and memory, nothing else', async () => {
    await client.post(pods, {
      metadata: { name: 'sized' },
      spec: {
        containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '100m', 'ephemeral-storage': '1Gi' } } }],
      },
    });
    const resize = (requests: Record<string, string>) =>
      client.patch(
        `${pods}/sized/resize`,
        { spec: { containers: [{ name: 'c', image: 'other', resources: { requests } }] } },
        'application/strategic-merge-patch+json',
      );
    const done = await resize({ cpu: '200m' });
    assert.equal(done.status, 200, done.text);
    const [container] = done.json.spec.containers;
    assert.deepEqual([container.resources.requests.cpu, container.image], ['200m', 'x']);
    assert.equal((await resize({ 'ephemeral-storage': '2Gi' })).status, 422);
    const none = await client.patch(
      `${pods}/sized/resize`,
      [{ op: 'remove', path: '/spec/containers/0/resources/requests/cpu' }],
      'application/json-patch+json',
    );
    assert.match(none.json.message, /spec\.containers\[0\]\.resources: Forbidden: resource requests cannot be removed/);
  });

  test('parts are applied on the server’s side, by owners of their own', async () => {
    await client.post(pods, pod('parts'));
    const apply = (part: string, body: object, query = 'fieldManager=me') =>
      client.patch(
        `${pods}/parts/${part}?${query}`,
        { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'parts' }, ...body },
        'application/apply-patch+yaml',
      );
    const debug = await apply('ephemeralcontainers', { spec: { ephemeralContainers: [{ name: 'd', image: 'i' }] } });
    assert.equal(debug.status, 200, debug.text);
    assert.equal(debug.json.spec.ephemeralContainers[0].name, 'd');
    const resized = await apply('resize', {
      spec: { containers: [{ name: 'c', resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] }] },
    });
    assert.equal(resized.status, 200, resized.text);
    const status = await apply('status', { status: { message: 'hello' } });
    assert.equal(status.json.status.message, 'hello', status.text);
    const owners = status.json.metadata.managedFields.filter((entry: { manager: string }) => entry.manager === 'me');
    assert.deepEqual(
      owners.map(({ operation, subresource }: Record<string, string>) => `${operation} ${subresource}`).sort(),
      ['Apply ephemeralcontainers', 'Apply resize', 'Apply status'],
    );
  });

  test('what cannot be answered is not written', async () => {
    await client.post(pods, pod('unanswered'));
    const headers = { accept: 'text/html', 'content-type': 'application/merge-patch+json' };
    const body = { status: { message: 'written' }, metadata: { labels: { written: 'yes' } } };
    for (const part of ['', '/status', '/ephemeralcontainers', '/resize'])
      assert.equal((await client.call('PATCH', `${pods}/unanswered${part}`, { body, headers })).status, 406, part);
    const { json } = await client.get(`${pods}/unanswered`);
    assert.deepEqual([json.status.message, json.metadata.labels], [undefined, undefined]);
  });

  test('a namespace is finalized through its subresource', async () => {
    await client.post('/api/v1/namespaces', { metadata: { name: 'going' } });
    const { json } = await client.get('/api/v1/namespaces/going');
    const deleted = await client.delete('/api/v1/namespaces/going');
    assert.equal(deleted.json.status.phase, 'Terminating');
    const finalized = await client.put('/api/v1/namespaces/going/finalize', {
      metadata: { name: 'going', uid: json.metadata.uid },
      spec: { finalizers: [] },
    });
    assert.equal(finalized.status, 200, finalized.text);
    assert.equal((await client.get('/api/v1/namespaces/going')).status, 404);
  });

  test('a certificate request is approved or denied, not both', async () => {
    const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const created = await client.post(path, {
      metadata: { name: 'me' },
      spec: { request: certificateRequest, signerName: 'example.com/any', usages: ['client auth'] },
    });
    assert.equal(created.status, 201, created.text);
    const approve = (types: string[]) =>
      client.put(`${path}/me/approval`, {
        ...created.json,
        metadata: { name: 'me' },
        status: { conditions: types.map((type) => ({ type, status: 'True', reason: 'test', message: '' })) },
      });
    assert.equal((await approve(['Approved', 'Denied'])).status, 422);
    assert.equal((await approve(['Approved'])).json.status.conditions[0].type, 'Approved');
    assert.equal((await approve([])).status, 422);
  });

  test('who am I, and may I', async () => {
    const me = await client.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
    assert.equal(me.json.status.userInfo.username, 'admin');
    const may = await client.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      spec: { resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'default' } },
    });
    assert.deepEqual([may.status, may.json.status.allowed], [201, true]);
    const neither = await client.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: {} });
    assert.equal(neither.status, 422);
    assert.equal((await client.get('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews')).status, 405);
  });
});
