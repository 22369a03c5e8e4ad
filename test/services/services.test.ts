import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, startCluster } from '../harness/cluster.ts';
import { manifest, pod, podSpec, service, shell, webContainer, workload } from '../harness/objects.ts';
import { until } from '../harness/wait.ts';

interface Shown {
  readonly spec: { readonly clusterIP: string; readonly ports: readonly { readonly nodePort: number }[] };
}

const wget = (url: string) => ['timeout', '3', 'wget', '-qO-', url];

test('Services and names, from pods and from beside the node', { timeout: 240_000 }, async (t) => {
  const cluster = await startCluster(t);
  const { exec, network } = cluster;
  await cluster.apply(
    manifest(
      workload('Deployment', 'web', podSpec(webContainer()), { replicas: 2 }),
      service('web', { type: 'NodePort', externalIPs: ['203.0.113.5'] }),
      service('nobody'),
      pod('client', shell('sleep 3600')),
    ),
  );
  await cluster.rollout('deployment/web');
  await cluster.wait('pod/client', 'condition=Ready');
  const names = (await cluster.kubectl(['get', 'pods', '-l', 'app=web', '-o', 'name']))
    .trim()
    .split('\n')
    .map((name) => name.split('/')[1] ?? '')
    .sort();
  const web = await cluster.get<Shown>('service', 'web');

  /** Who answers to twelve questions. */
  const answers = async (ask: () => Promise<string>) => {
    const all = new Set<string>();
    for (let asked = 0; asked < 12; asked++) all.add((await ask()).trim());
    return [...all].sort();
  };

  const fromHost = async () => (await cluster.inside(['curl', '-sfm2', `http://${web.spec.clusterIP}/`])).stdout;
  await until('the Service to follow its endpoints', async () => (await answers(fromHost)).length === names.length);

  await t.test('a Service is reached by each of its names and its address, and reaches every pod', async () => {
    for (const host of ['web', 'web.default', 'web.default.svc', 'web.default.svc.cluster.local', web.spec.clusterIP])
      assert.ok(names.includes((await exec('client', ...wget(`http://${host}/`))).trim()), host);
    assert.deepEqual(await answers(() => exec('client', ...wget('http://web/'))), names);
    assert.deepEqual(
      await answers(async () => (await cluster.inside(['curl', '-sm2', `http://${web.spec.clusterIP}/`])).stdout),
      names,
    );
  });

  await t.test('its node port and external address are reached from beside the node', async () => {
    const port = web.spec.ports[0]?.nodePort;
    const ask = (url: string) => async () => (await cluster.outside(['curl', '-sm2', url])).stdout;
    assert.deepEqual(await answers(ask(`http://${network.nodeAddress}:${port}/`)), names);
    await cluster.outside(['ip', 'route', 'add', '203.0.113.5', 'via', network.nodeAddress]);
    assert.deepEqual(await answers(ask('http://203.0.113.5/')), names);
    assert.deepEqual(await answers(() => exec('client', ...wget(`http://${network.nodeAddress}:${port}/`))), names);
  });

  await t.test('a Service without endpoints refuses at once', async () => {
    const said = await cluster.tryKubectl(['exec', 'client', '--', ...wget('http://nobody/')]);
    assert.match(said.stderr, /Connection refused/);
  });

  await t.test('a pod reaches itself through its Service', async () => {
    const own = names[0] ?? '';
    assert.deepEqual(await answers(() => exec(own, ...wget('http://web/'))), names);
  });

  await t.test('affinity keeps a client with its pod', async () => {
    await cluster.apply(manifest({ ...service('sticky', { sessionAffinity: 'ClientIP', selector: { app: 'web' } }) }));
    await until(
      'the Service to answer',
      async () => (await cluster.tryKubectl(['exec', 'client', '--', ...wget('http://sticky/')])).exitCode === 0,
    );
    assert.equal((await answers(() => exec('client', ...wget('http://sticky/')))).length, 1);
  });

  await t.test('a pod that is not ready, or is ending, gets nothing new', async () => {
    const [first = '', second = ''] = names;
    await exec(first, 'mv', '/www/index.html', '/www/away');
    await cluster.wait(`pod/${first}`, 'condition=Ready=false');
    await onlyAnswers(cluster, second);
    await exec(first, 'mv', '/www/away', '/www/index.html');
    await cluster.wait(`pod/${first}`, 'condition=Ready');

    await cluster.apply(
      manifest(
        pod(
          'slow',
          shell(
            'trap "sleep 4; exit" TERM; mkdir /www; echo slow >/www/index.html; httpd -p 8080 -h /www; while :; do sleep 0.1; done',
            { ports: [{ containerPort: 8080, name: 'http' }] },
          ),
          { terminationGracePeriodSeconds: 20 },
          { labels: { app: 'slow' } },
        ),
        service('slow'),
      ),
    );
    await cluster.wait('pod/slow', 'condition=Ready');
    await until('slow to answer', async () => (await exec('client', ...wget('http://slow/'))) === 'slow\n');
    await cluster.kubectl(['delete', 'pod', 'slow', '--wait=false']);
    // It is the only one: it serves until it ends.
    await delay(1_000);
    assert.equal(await exec('client', ...wget('http://slow/')), 'slow\n');
    await cluster.untilGone('pod', 'slow');
    const said = await cluster.tryKubectl(['exec', 'client', '--', ...wget('http://slow/')]);
    assert.match(said.stderr, /Connection refused/);
  });
});

async function onlyAnswers(cluster: Cluster, name: string): Promise<void> {
  await until(`${name} alone to answer`, async () => {
    for (let asked = 0; asked < 8; asked++)
      if ((await cluster.exec('client', ...wget('http://web/'))).trim() !== name) return false;
    return true;
  });
}

test('names and the resolver', { timeout: 240_000 }, async (t) => {
  const cluster = await startCluster(t);
  const { exec } = cluster;
  await cluster.apply(
    manifest(
      workload('StatefulSet', 'db', podSpec(webContainer()), {
        replicas: 2,
        serviceName: 'db',
        podManagementPolicy: 'Parallel',
      }),
      service('db', { clusterIP: 'None' }),
      service('web', { selector: { app: 'db' } }),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'alias' },
        spec: { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' },
      },
      pod('client', shell('sleep 3600')),
      pod('host', shell('sleep 3600'), { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }),
      pod('default', shell('sleep 3600'), { dnsPolicy: 'Default' }),
      pod('none', shell('sleep 3600'), {
        dnsPolicy: 'None',
        dnsConfig: {
          nameservers: ['192.0.2.53'],
          searches: ['example.org'],
          options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
        },
      }),
      pod(
        'named',
        shell('sleep 3600'),
        { hostname: 'box', subdomain: 'db', hostAliases: [{ ip: '192.0.2.9', hostnames: ['far.example'] }] },
        { labels: { app: 'db' } },
      ),
    ),
  );
  await cluster.rollout('statefulset/db');
  for (const name of ['client', 'host', 'default', 'none', 'named'])
    await cluster.wait(`pod/${name}`, 'condition=Ready');
  const ipOf = async (name: string) => (await cluster.get('pod', name)).status?.podIP ?? '';
  const resolve = async (type: string, name: string) => exec('client', 'nslookup', `-type=${type}`, name);

  await t.test('a headless Service is its pods, and each pod has a name', async () => {
    const all = await resolve('a', 'db.default.svc.cluster.local');
    for (const name of ['db-0', 'db-1']) {
      assert.ok(all.includes(await ipOf(name)), all);
      assert.ok((await resolve('a', `${name}.db.default.svc.cluster.local`)).includes(await ipOf(name)));
      assert.equal(await exec('client', ...wget(`http://${name}.db:8080/`)), `${name}\n`);
    }
    assert.ok((await resolve('a', 'box.db.default.svc.cluster.local')).includes(await ipOf('named')));
    assert.equal(await exec('named', 'hostname', '-f'), 'box.db.default.svc.cluster.local\n');
  });

  await t.test('SRV, PTR, ExternalName and pods by address', async () => {
    const { spec } = await cluster.get<Shown>('service', 'web');
    assert.match(
      await resolve('srv', '_http._tcp.web.default.svc.cluster.local'),
      /80 web\.default\.svc\.cluster\.local/,
    );
    assert.match(
      await resolve('srv', '_http._tcp.db.default.svc.cluster.local'),
      /8080 db-0\.db\.default\.svc\.cluster\.local/,
    );
    assert.match(await exec('client', 'nslookup', spec.clusterIP), /web\.default\.svc\.cluster\.local/);
    assert.match(await exec('client', 'nslookup', await ipOf('db-0')), /db-0\.db\.default\.svc\.cluster\.local/);
    assert.match(await resolve('cname', 'alias.default.svc.cluster.local'), /web\.default\.svc\.cluster\.local/);
    assert.match(await exec('client', ...wget('http://alias/')), /^db-\d\n$|^box\n$/);
    const dashed = (await ipOf('db-1')).replaceAll('.', '-');
    assert.ok((await resolve('a', `${dashed}.default.pod.cluster.local`)).includes(await ipOf('db-1')));
    const missing = await cluster.tryKubectl(['exec', 'client', '--', 'nslookup', 'missing.default.svc.cluster.local']);
    assert.match(missing.stdout + missing.stderr, /NXDOMAIN/);
  });

  await t.test('resolv.conf follows the DNS policy', async () => {
    const of = (name: string) => exec(name, 'cat', '/etc/resolv.conf');
    const first =
      /^search default\.svc\.cluster\.local svc\.cluster\.local cluster\.local.*\nnameserver 10\.43\.0\.10\noptions ndots:5\n$/;
    assert.match(await of('client'), first);
    assert.match(await of('host'), first);
    assert.doesNotMatch(await of('default'), /10\.43\.0\.10|cluster\.local/);
    assert.equal(await of('none'), 'search example.org\nnameserver 192.0.2.53\noptions ndots:2 edns0\n');
    assert.match(await exec('host', 'nslookup', 'web.default.svc.cluster.local'), /Address.*10\.43\./);
    assert.match(await exec('named', 'cat', '/etc/hosts'), /192\.0\.2\.9\tfar\.example/);
    assert.match(
      await exec('named', 'cat', '/etc/hosts'),
      new RegExp(`${await ipOf('named')}\tbox\\.db\\.default\\.svc\\.cluster\\.local\tbox`),
    );
  });
});
