import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import {
  ApiException,
  AppsV1Api,
  Attach,
  AuthenticationV1Api,
  CoreV1Api,
  Cp,
  CustomObjectsApi,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  makeInformer,
  PatchStrategy,
  PortForward,
  setHeaderOptions,
  type V1ConfigMap,
  type V1Status,
  Watch,
} from '@kubernetes/client-node';
import { startCluster } from '../harness/cluster.ts';
import { manifest, pod, service, shell, webContainer } from '../harness/objects.ts';
import { reachApi } from '../harness/relay.ts';
import { until } from '../harness/wait.ts';

const namespace = 'default';

/** Collects what is written to it. */
class Collector extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

/** The error with which the API refuses, its body read. */
async function refusal(call: Promise<unknown>): Promise<{ code: number; body: V1Status }> {
  const error = await call.then(
    () => assert.fail('it was not refused'),
    (error: unknown) => error,
  );
  assert.ok(error instanceof ApiException, String(error));
  return { code: error.code, body: typeof error.body === 'string' ? JSON.parse(error.body) : error.body };
}

test('@kubernetes/client-node', { timeout: 300_000 }, async (t) => {
  const cluster = await startCluster(t);
  const config = new KubeConfig();
  config.loadFromFile(await reachApi(t, cluster));
  const core = config.makeApiClient(CoreV1Api);
  const objects = KubernetesObjectApi.makeApiClient(config);
  const map = (name: string, data: Record<string, string>, more: V1ConfigMap['metadata'] = {}): V1ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, ...more },
    data,
  });
  await cluster.apply(
    manifest(
      pod('web', webContainer(), {}, { labels: { app: 'web' } }),
      service('web'),
      pod('asking', shell('while read line; do echo "heard $line"; done', { stdin: true })),
    ),
  );
  await cluster.wait('pod/web', 'condition=Ready');
  await cluster.wait('pod/asking', 'condition=Ready');

  await t.test('objects are made, read, listed in pieces, replaced, deleted', async () => {
    for (const name of ['a', 'b', 'c'])
      await core.createNamespacedConfigMap({ namespace, body: map(name, { x: name }, { labels: { set: 'crud' } }) });
    const names: string[] = [];
    for (let _continue: string | undefined = ''; _continue !== undefined; ) {
      const page = await core.listNamespacedConfigMap({ namespace, labelSelector: 'set=crud', limit: 2, _continue });
      names.push(...page.items.map(({ metadata }) => metadata?.name ?? ''));
      _continue = page.metadata?._continue || undefined;
    }
    assert.deepEqual(names, ['a', 'b', 'c']);
    const first = await core.readNamespacedConfigMap({ namespace, name: 'a' });
    assert.ok(first.metadata?.creationTimestamp instanceof Date);
    await core.replaceNamespacedConfigMap({ namespace, name: 'a', body: { ...first, data: { x: 'z' } } });
    const { code, body } = await refusal(core.replaceNamespacedConfigMap({ namespace, name: 'a', body: first }));
    assert.deepEqual([code, body.reason], [409, 'Conflict']);
    await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'set=crud' });
    assert.deepEqual((await core.listNamespacedConfigMap({ namespace, labelSelector: 'set=crud' })).items, []);
  });

  await t.test('refusals have a code, a reason and causes', async () => {
    const missing = await refusal(core.readNamespacedPod({ namespace, name: 'none' }));
    assert.equal(missing.code, 404);
    assert.deepEqual(missing.body, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'pods "none" not found',
      reason: 'NotFound',
      details: { name: 'none', kind: 'pods' },
      code: 404,
    });
    const invalid = await refusal(
      core.createNamespacedService({ namespace, body: { metadata: { name: 's' }, spec: {} } }),
    );
    assert.equal(invalid.code, 422);
    assert.deepEqual(invalid.body.details?.causes, [
      { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.ports' },
    ]);
  });

  await t.test('all kinds of patches', async () => {
    await objects.create(map('patched', { a: '1' }));
    const patch = (body: object, strategy: PatchStrategy) =>
      core.patchNamespacedConfigMap({ namespace, name: 'patched', body }, setHeaderOptions('Content-Type', strategy));
    assert.deepEqual((await patch([{ op: 'add', path: '/data/b', value: '2' }], PatchStrategy.JsonPatch)).data, {
      a: '1',
      b: '2',
    });
    assert.deepEqual((await patch({ data: { a: null } }, PatchStrategy.MergePatch)).data, { b: '2' });
    const strategic = { metadata: { finalizers: ['example.com/a'] } };
    assert.deepEqual((await patch(strategic, PatchStrategy.StrategicMergePatch)).metadata?.finalizers, [
      'example.com/a',
    ]);
    await patch({ metadata: { finalizers: null } }, PatchStrategy.MergePatch);
  });

  await t.test('server-side apply: owners, a conflict, force, what is left out goes', async () => {
    const apply = (data: Record<string, string>, manager: string, force = false) =>
      objects.patch(map('applied', data), undefined, undefined, manager, force, PatchStrategy.ServerSideApply);
    await apply({ a: '1', b: '1' }, 'one');
    const { code, body } = await refusal(apply({ a: '2' }, 'two'));
    assert.deepEqual([code, body.reason], [409, 'Conflict']);
    assert.match(body.message ?? '', /^Apply failed with 1 conflict: conflict with "one": \.data\.a$/);
    assert.deepEqual((await apply({ a: '2' }, 'two', true)).data, { a: '2', b: '1' });
    assert.deepEqual((await apply({ a: '2' }, 'one')).data, { a: '2' });
    const { metadata } = await core.readNamespacedConfigMap({ namespace, name: 'applied' });
    assert.deepEqual(metadata?.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`).sort(), [
      'one Apply',
      'two Apply',
    ]);
  });

  await t.test('custom objects, found by their kind', async () => {
    await objects.create(definition);
    await until('the kind to be served', () =>
      objects.list('tools.example.com/v1', 'Gear', namespace).then(
        () => true,
        () => false,
      ),
    );
    const gear = {
      apiVersion: 'tools.example.com/v1',
      kind: 'Gear',
      metadata: { name: 'g', namespace },
      spec: { teeth: 12 },
    };
    await objects.create(gear);
    const custom = config.makeApiClient(CustomObjectsApi);
    const where = { group: 'tools.example.com', version: 'v1', namespace, plural: 'gears', name: 'g' };
    await custom.patchNamespacedCustomObjectStatus({
      ...where,
      body: [{ op: 'add', path: '/status', value: { turning: true } }],
    });
    assert.deepEqual((await custom.getNamespacedCustomObject(where)).status, { turning: true });
    const { code, body } = await refusal(
      objects.create({ ...gear, metadata: { name: 'h', namespace }, spec: { teeth: 'many' } } as object),
    );
    assert.equal(code, 422);
    assert.match(body.message ?? '', /spec\.teeth in body must be of type integer/);
  });

  await t.test('exec: output, standard error, input, exit status', async () => {
    const exec = new Exec(config);
    const run = async (script: string, input?: Readable) => {
      const [out, errors] = [new Collector(), new Collector()];
      const status = await new Promise<V1Status>((resolve, reject) => {
        exec
          .exec(namespace, 'web', 'c', ['sh', '-c', script], out, errors, input ?? null, false, resolve)
          .catch(reject);
      });
      return { out: out.text, errors: errors.text, status };
    };
    const both = await run('echo out; echo err >&2; exit 3');
    assert.deepEqual([both.out, both.errors, both.status.status], ['out\n', 'err\n', 'Failure']);
    assert.deepEqual(both.status.details?.causes, [{ reason: 'ExitCode', message: '3' }]);
    const read = await run('head -n 2', Readable.from(['one\n', 'two\n']));
    assert.deepEqual([read.out, read.status.status], ['one\ntwo\n', 'Success']);
  });

  await t.test('files are copied in and out', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'client-node-'));
    t.after(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'sent'), 'a file');
    const copy = new Cp(config);
    // Of a single file it makes an archive with one entry named `.`; of a folder a good one.
    await copy.cpToPod(namespace, 'web', 'c', folder, '/tmp');
    await until('the file', async () => (await cluster.exec('web', 'cat', '/tmp/sent')) === 'a file');
    await rm(join(folder, 'sent'));
    await copy.cpFromPod(namespace, 'web', 'c', 'sent', folder, '/tmp');
    await until('the file back', async () => (await readFile(join(folder, 'sent'), 'utf8')) === 'a file');
    assert.equal(await text(createReadStream(join(folder, 'sent'))), 'a file');
  });

  await t.test('logs are followed to the end', async () => {
    const script = 'for i in $(seq 10); do echo tick $i; sleep 0.1; done';
    await cluster.apply(manifest(pod('ticking', shell(script), { restartPolicy: 'Never' })));
    await cluster.until('pod', 'ticking', ({ status }) => status?.containerStatuses?.[0]?.started);
    // Not stopped by us: this client then throws where nobody can catch it.
    const lines = new PassThrough();
    await new Log(config).log(namespace, 'ticking', 'c', lines, { follow: true });
    assert.equal(await text(lines), Array.from({ length: 10 }, (_, at) => `tick ${at + 1}\n`).join(''));
  });

  await t.test('attach: what the container says, and hears', async () => {
    const out = new Collector();
    const input = new PassThrough();
    const socket = await new Attach(config).attach(namespace, 'asking', 'c', out, null, input, false);
    input.write('hello\n');
    await until('the echo', () => out.text.includes('heard hello\n'));
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
    socket.close();
    await closed;
  });

  await t.test('a forwarded port answers', async (t) => {
    const forward = new PortForward(config);
    const listener = createServer((socket) => {
      forward.portForward(namespace, 'web', [8080], socket, null, socket).catch((error) => socket.destroy(error));
    });
    t.after(() => listener.close());
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    for (let asked = 0; asked < 3; asked++) {
      const answer = await fetch(`http://127.0.0.1:${port}/`, {
        headers: { connection: 'close' },
        signal: AbortSignal.timeout(5000),
      });
      assert.equal(await answer.text(), 'web\n');
    }
  });

  await t.test('a token of a service account may what it may', async () => {
    const { status } = await core.createNamespacedServiceAccountToken({
      namespace,
      name: 'default',
      body: { spec: { audiences: [], expirationSeconds: 600 } },
    });
    const robot = new KubeConfig();
    robot.loadFromString(config.exportConfig());
    robot.users = [{ name: robot.getCurrentUser()?.name ?? '', token: status?.token ?? '' }];
    const review = await robot.makeApiClient(AuthenticationV1Api).createSelfSubjectReview({ body: {} });
    assert.equal(review.status?.userInfo?.username, 'system:serviceaccount:default:default');
    const { code, body } = await refusal(robot.makeApiClient(AppsV1Api).listNamespacedDeployment({ namespace }));
    assert.equal(code, 403);
    assert.match(
      body.message ?? '',
      /^deployments\.apps is forbidden: User "system:serviceaccount:default:default" cannot list/,
    );
  });

  await t.test('a watch from the present on, with bookmarks', async () => {
    const { metadata } = await core.listNamespacedConfigMap({ namespace });
    const seen: string[] = [];
    const stop = await new Watch(config).watch(
      `/api/v1/namespaces/${namespace}/configmaps`,
      { resourceVersion: metadata?.resourceVersion, allowWatchBookmarks: true },
      (type: string, object: V1ConfigMap) => seen.push(`${type} ${object.metadata?.name}`),
      () => undefined, // it ends because we stop it
    );
    await objects.create(map('watched', {}));
    await core.deleteNamespacedConfigMap({ namespace, name: 'watched' });
    await until('both events', () => seen.length >= 2);
    assert.deepEqual(seen, ['ADDED watched', 'DELETED watched']);
    stop.abort();
  });

  await t.test('an informer follows, and goes on when the server comes back', async (t) => {
    const labelSelector = 'set=informed';
    const events: string[] = [];
    const informer = makeInformer(
      config,
      `/api/v1/namespaces/${namespace}/configmaps`,
      () => core.listNamespacedConfigMap({ namespace, labelSelector }),
      labelSelector,
    );
    for (const verb of ['add', 'update', 'delete'] as const)
      informer.on(verb, ({ metadata, data }) => events.push(`${verb} ${metadata?.name} ${data?.['v'] ?? ''}`.trim()));
    // As its documentation does it.
    let restarts = 0;
    let stopped = false;
    informer.on('error', () => {
      restarts += 1;
      if (!stopped) setTimeout(() => void informer.start(), 200);
    });
    t.after(async () => {
      stopped = true;
      await informer.stop();
    });
    const labels = { set: 'informed' };
    await objects.create(map('before', { v: '1' }, { labels }));
    await objects.create(map('short', { v: '1' }, { labels }));
    await informer.start();
    assert.deepEqual(events, ['add before 1', 'add short 1']);
    await objects.patch(
      map('before', { v: '2' }),
      undefined,
      undefined,
      undefined,
      undefined,
      PatchStrategy.MergePatch,
    );
    await until('the update', () => events.at(-1) === 'update before 2');

    assert.equal(await cluster.stop(), 0);
    await cluster.start();
    await core.deleteNamespacedConfigMap({ namespace, name: 'short' });
    await objects.create(map('after', { v: '1' }, { labels }));
    await until('what happened meanwhile', () => events.includes('delete short 1') && events.includes('add after 1'));
    await objects.patch(map('after', { v: '2' }), undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
    await until('what happens now', () => events.includes('update after 2'));
    assert.deepEqual(
      informer
        .list()
        .map(({ metadata }) => metadata?.name)
        .sort(),
      ['after', 'before'],
    );
    assert.ok(restarts < 50, `${restarts} restarts`);
  });
});

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gears.tools.example.com' },
  spec: {
    group: 'tools.example.com',
    scope: 'Namespaced',
    names: { plural: 'gears', singular: 'gear', kind: 'Gear' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { teeth: { type: 'integer' } } },
              status: { type: 'object', properties: { turning: { type: 'boolean' } } },
            },
          },
        },
      },
    ],
  },
};
