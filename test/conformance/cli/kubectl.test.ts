import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { startCluster } from '../../harness/cluster.ts';
import { image, manifest, pod, podSpec, service, shell, webContainer, workload } from '../../harness/objects.ts';
import { until } from '../../harness/wait.ts';
import { busyboxImage } from '../../images/images.ts';
import { newSpace, type Space } from './space.ts';

const otherImage = 'docker.io/library/busybox:other';
const asleep = shell('sleep 3600');

/** A ReplicationController of web servers with the labels `app=web, role=primary`. */
function primary(replicas: number): object {
  const labels = { app: 'web', role: 'primary' };
  const template = { metadata: { labels }, spec: podSpec(webContainer()) };
  return {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'primary', labels },
    spec: { replicas, selector: labels, template },
  };
}

/** That each of these appears, in this order. */
function assertShows(text: string, ...expected: (string | RegExp)[]): void {
  let from = 0;
  for (const each of expected) {
    const rest = text.slice(from);
    const at = typeof each === 'string' ? rest.indexOf(each) : rest.search(each);
    assert.ok(at >= 0, `${each} does not come (after what comes before it) in\n${text}`);
    from += at + 1;
  }
}

/** Rows run side by side: most of their time is waiting for pods. */
test('kubectl against a cluster', { timeout: 300_000, concurrency: 4 }, async (t) => {
  const cluster = await startCluster(t, { images: [await busyboxImage(otherImage)] });
  const inSpace = (row: (space: Space) => Promise<void>) => async () => row(await newSpace(cluster));

  t.test(
    'Kubectl client Kubectl api-versions should check if v1 is in available api versions',
    inSpace(async ({ kubectl }) => {
      assert.ok((await kubectl('api-versions')).split('\n').includes('v1'));
    }),
  );

  t.test(
    'Kubectl client Kubectl cluster-info should check if Kubernetes control plane services is included in cluster-info',
    inSpace(async ({ kubectl }) => {
      const plain = stripVTControlCharacters(await kubectl('cluster-info'));
      assert.match(plain, /^Kubernetes control plane is running at https:\/\/\S+:6443$/m);
    }),
  );

  t.test(
    'Kubectl client Kubectl describe should check if kubectl describe prints relevant information for rc and pods',
    inSpace(async ({ kubectl, ready, name }) => {
      await kubectl('create -f -', manifest(primary(1), service('web', { selector: { app: 'web', role: 'primary' } })));
      const [first = ''] = await ready('app=web', 1);
      const labels = [/Labels: +app=web\n +role=primary/, /Annotations: /];
      assertShows(
        await kubectl(`describe pod ${first}`),
        ...[
          `Name:             ${first}\n`,
          new RegExp(`Namespace: +${name}\n`),
          new RegExp(`Node: +${cluster.nodeName}/`),
        ],
        ...[...labels, /Status: +Running/, /IP: +10\.42\./, /Controlled By: +ReplicationController\/primary/],
        ...[
          /Image: +docker\.io\/library\/busybox:test/,
          /State: +Running/,
          /QoS Class: +BestEffort/,
          /Events:/,
          'Started',
        ],
      );
      assertShows(
        await kubectl('describe rc primary'),
        ...['Name:         primary\n', /Namespace: /, /Selector: +app=web,role=primary\n/, ...labels],
        ...[/Replicas: +1 current \/ 1 desired\n/, /Pods Status: +1 Running \/ 0 Waiting \/ 0 Succeeded \/ 0 Failed\n/],
        ...['Pod Template:', /Image: +docker\.io\/library\/busybox:test/, 'Events:', `Created pod: ${first}`],
      );
      const endpoints = /Endpoints: +10\.42\.\d+\.\d+:8080\n/;
      await until('its endpoints', async () => endpoints.test(await kubectl('describe service web')));
      assertShows(
        await kubectl('describe service web'),
        ...[/Name: +web\n/, /Namespace: /, 'Labels:', 'Annotations:', /Selector: +app=web,role=primary\n/],
        ...[/Type: +ClusterIP\n/, /IP: +10\.43\./, /Port: +http +80\/TCP\n/, endpoints, /Session Affinity: +None\n/],
      );
      assertShows(
        await kubectl(`describe node ${cluster.nodeName}`),
        ...[
          `Name:               ${cluster.nodeName}\n`,
          'Labels:',
          'Annotations:',
          'CreationTimestamp:',
          'Conditions:',
        ],
        ...[/Type +Status +LastHeartbeatTime +LastTransitionTime +Reason +Message/, 'MemoryPressure', 'DiskPressure'],
        ...['PIDPressure', /Ready +True/, 'Addresses:', 'Capacity:', /cpu: +\d+/, /pods: +110/, 'Kernel Version:'],
        ...[
          'OS Image:',
          /Container Runtime Version: +containerd:\/\//,
          /Kubelet Version: +v1\.36/,
          'Non-terminated Pods:',
        ],
        first,
      );
      assertShows(
        await kubectl(`describe namespace ${name}`),
        `Name:         ${name}\n`,
        'Labels:',
        /Status: +Active\n/,
      );
    }),
  );

  t.test(
    'Kubectl client Kubectl diff should check if kubectl diff finds a difference for Deployments',
    inSpace(async (space) => {
      const withImage = (wanted: string) =>
        manifest(workload('Deployment', 'web', podSpec({ ...asleep, image: wanted }), { replicas: 1 }));
      await space.kubectl('create -f -', withImage(image));
      const { exitCode, stdout } = await space.tryKubectl('diff -f -', withImage(otherImage));
      assert.equal(exitCode, 1, 'that there is a difference');

      assert.match(stdout, new RegExp(`^-.*image: ${image}$`, 'm'));
      assert.match(stdout, new RegExp(`^\\+.*image: ${otherImage}$`, 'm'));
    }),
  );

  t.test(
    'Kubectl client Kubectl expose should create services for rc',
    inSpace(async ({ kubectl, ready }) => {
      await kubectl('create -f -', manifest(primary(1)));
      const [first = ''] = await ready('app=web', 1);
      const serves = async (service: string, port: number) => {
        const { spec } = JSON.parse(await kubectl(`get service ${service} -o json`));
        assert.deepEqual([spec.ports[0].port, spec.ports[0].targetPort], [port, 8080]);
        const url = `http://${spec.clusterIP}:${port}/`;
        const answer = async () => (await cluster.inside(['curl', '-sfm2', url], { allowFailure: true })).stdout;
        await until(`${service} to answer`, async () => (await answer()) === `${first}\n`);
        const slices = await kubectl(`get endpointslices -l kubernetes.io/service-name=${service} -o json`);
        assert.equal(JSON.parse(slices).items[0].ports[0].port, 8080);
      };
      await kubectl('expose rc primary --name=rm2 --port=1234 --target-port=8080');
      await serves('rm2', 1234);
      await kubectl('expose service rm2 --name=rm3 --port=2345 --target-port=8080');
      await serves('rm3', 2345);
    }),
  );

  t.test(
    'Kubectl client Kubectl label should update the label on a resource',
    inSpace(async ({ kubectl }) => {
      await kubectl('create -f -', manifest(pod('pause', asleep)));
      await kubectl('wait --for=condition=Ready pod/pause --timeout=20s');
      await kubectl('label pods pause testing-label=testing-label-value');
      assert.match(await kubectl('get pod pause -L testing-label'), /testing-label-value/);
      assert.equal(await kubectl('get pod -l testing-label -o name'), 'pod/pause\n');
      await kubectl('label pods pause testing-label-');
      assert.doesNotMatch(await kubectl('get pod pause -L testing-label'), /testing-label-value/);
      assert.equal(await kubectl('get pod -l testing-label -o name'), '');
    }),
  );

  t.test(
    'Kubectl client Kubectl patch should add annotations for pods in rc',
    inSpace(async ({ kubectl, ready }) => {
      await kubectl('create -f -', manifest(primary(2)));
      for (const name of await ready('app=web', 2)) {
        await kubectl(`patch pod ${name} -p {"metadata":{"annotations":{"x":"y"}}}`);
        assert.equal(await kubectl(`get pod ${name} -o jsonpath={.metadata.annotations.x}`), 'y');
      }
    }),
  );

  t.test(
    "Kubectl client Kubectl replace should update a single-container pod's image",
    inSpace(async ({ kubectl }) => {
      const quick = '{"spec":{"terminationGracePeriodSeconds":1}}';
      await kubectl(`run web --image=${image} --pod-running-timeout=1m --overrides=${quick} -- sleep 3600`);
      await kubectl('wait --for=condition=Ready pod/web --timeout=20s');
      const before = JSON.parse(await kubectl('get pod web -o json'));
      assert.equal(before.spec.containers[0].image, image);
      await kubectl('replace -f -', JSON.stringify(before).replaceAll(`"${image}"`, `"${otherImage}"`));
      assert.equal(await kubectl('get pod web -o jsonpath={.spec.containers[0].image}'), otherImage);
      // The container that runs follows.
      await kubectl(`wait --for=jsonpath={.status.containerStatuses[0].restartCount}=1 pod/web --timeout=40s`);
      await kubectl('wait --for=condition=Ready pod/web --timeout=20s');
      const again = { ...before, spec: { ...before.spec, nodeName: undefined }, status: undefined };
      await kubectl('replace --force --grace-period=0 -f -', JSON.stringify(again));
      const after = JSON.parse(await kubectl('get pod web -o json'));
      assert.equal(after.spec.containers[0].image, image);
      assert.notEqual(after.metadata.uid, before.metadata.uid);
    }),
  );

  t.test(
    'Kubectl client Kubectl run pod should create a pod from an image when restart is Never',
    inSpace(async ({ kubectl }) => {
      await kubectl(`run once --restart=Never --image=${image} --pod-running-timeout=1m -- true`);
      const made = JSON.parse(await kubectl('get pod once -o json'));
      assert.deepEqual([made.spec.containers.length, made.spec.containers[0].image], [1, image]);
      assert.equal(made.spec.restartPolicy, 'Never');
      await kubectl('wait --for=jsonpath={.status.phase}=Succeeded pod/once --timeout=20s');
    }),
  );

  t.test(
    'Kubectl client Kubectl server-side dry-run should check if kubectl can dry-run update Pods',
    inSpace(async ({ kubectl }) => {
      await kubectl(`run web --image=${image} --labels=run=web -- sleep 3600`);
      const change = { spec: { containers: [{ name: 'web', image: otherImage }] } };
      const would = await kubectl(`patch pod web -p ${JSON.stringify(change)} --dry-run=server -o json`);
      assert.equal(JSON.parse(would).spec.containers[0].image, otherImage);
      assert.equal(await kubectl('get pod web -o jsonpath={.spec.containers[0].image}'), image);
    }),
  );

  t.test(
    'Kubectl client Kubectl version should check is all data is printed',
    inSpace(async ({ kubectl }) => {
      assertShows(await kubectl('version'), 'Client Version: v1.35.', 'Server Version: v1.36.');
      const { clientVersion, serverVersion } = JSON.parse(await kubectl('version -o json'));
      const fields = ['major', 'minor', 'gitVersion', 'gitCommit', 'buildDate', 'goVersion', 'compiler', 'platform'];
      for (const version of [clientVersion, serverVersion])
        for (const field of fields) assert.match(version[field], /./, field);
    }),
  );

  t.test(
    'Kubectl client Update Demo should create and stop a replication controller',
    inSpace(async ({ kubectl, ready }) => {
      await kubectl('create -f -', manifest(primary(2)));
      for (const name of await ready('app=web', 2))
        assert.equal(await kubectl(`exec ${name} -- wget -qO- http://127.0.0.1:8080/`), `${name}\n`);
      await kubectl('delete --grace-period=0 --force -f -', manifest(primary(2)));
      await until('its pods to be gone', async () => (await kubectl('get rc,pods -l app=web -o name')) === '');
    }),
  );

  t.test(
    'Kubectl client Update Demo should scale a replication controller',
    inSpace(async ({ kubectl, ready }) => {
      await kubectl('create -f -', manifest(primary(2)));
      await ready('app=web', 2);
      await kubectl('scale rc primary --replicas=1 --timeout=1m');
      await ready('app=web', 1);
      await kubectl('scale rc primary --replicas=2 --timeout=1m');
      await ready('app=web', 2);
    }),
  );

  t.test(
    'Kubectl logs logs should be able to retrieve and filter logs',
    inSpace(async ({ kubectl }) => {
      const script = 'for i in $(seq 20); do echo "$i GET /ns/default/pods"; sleep 0.1; done; sleep 3600';
      await kubectl('create -f -', manifest(pod('generator', shell(script))));
      const log = (flags = '') => kubectl(`logs generator${flags}`);
      await until('the whole log', async () => (await log()).includes('20 GET'));
      assert.equal((await log()).trim().split('\n').length, 20);
      assert.equal(await log(' --tail=1'), '20 GET /ns/default/pods\n');
      assert.equal(await log(' --limit-bytes=1'), '1');
      const [stamp = ''] = (await log(' --tail=1 --timestamps')).split(' ');
      assert.match(stamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
      assert.ok(Math.abs(Date.now() - Date.parse(stamp)) < 60_000);
      await until('the last line to be older than a second', () => Date.now() - Date.parse(stamp) > 2_000);
      assert.equal(await log(' --since=1s'), '');
      assert.equal((await log(' --since=24h')).trim().split('\n').length, 20);
    }),
  );
});
