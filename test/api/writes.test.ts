import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { testServer } from '../harness/k3ts.ts';
import { manifest, service, workload } from '../harness/objects.ts';

/** What writes do and how refused ones are worded, seen by kubectl against the real program; no node runs. */
test('writes are tried, applied, moved to server-side apply, and refused as upstream does', async (t) => {
  const server = await testServer(t, { flags: ['--disable-agent'] });
  await server.start();
  const kubectl = (words: string, input?: string) =>
    server.kubectl(words.split(' '), input === undefined ? {} : { input });
  const refusal = async (words: string, input?: string) => {
    const { exitCode, stderr } = await server.tryKubectl(words.split(' '), input === undefined ? {} : { input });
    assert.notEqual(exitCode, 0, words);
    return stderr.trim();
  };
  const container = { name: 'c', image: 'none' };

  await t.test('a dry run shows the result and changes nothing', async () => {
    const map = (value: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'm' },
      data: { a: value },
    });
    assert.match(await kubectl('create cm tried --from-literal=a=b --dry-run=server'), /created \(server dry run\)/);
    assert.match(await refusal('get cm tried'), /configmaps "tried" not found/);
    await server.apply(manifest(map('1')));
    const show = '-o jsonpath={.data.a}';
    assert.equal(await kubectl(`patch cm m --type merge -p {"data":{"a":"2"}} --dry-run=server ${show}`), '2');
    assert.equal(await kubectl(`apply -f - --dry-run=server ${show}`, JSON.stringify(map('3'))), '3');
    assert.equal(
      await kubectl(`apply --server-side --force-conflicts -f - --dry-run=server ${show}`, JSON.stringify(map('4'))),
      '4',
    );
    assert.match(await kubectl('delete cm m --dry-run=server'), /deleted .*\(server dry run\)/);
    assert.equal(await kubectl(`get cm m ${show}`), '1');
    const address = '{.spec.clusterIP}';
    assert.match(
      await kubectl(`create service clusterip tried --tcp=80 --dry-run=server -o jsonpath=${address}`),
      /^10\.43\./,
    );
  });

  await t.test(
    'client-side apply moves to the server, lists are merged by their keys, what is left out goes',
    async () => {
      const ports = [
        { name: 'a', port: 80 },
        { name: 'b', port: 81 },
      ];
      const shown = () => kubectl('get service moved -o jsonpath={.spec.ports[*].name}');
      await server.apply(manifest(service('moved', { ports })));
      await kubectl('apply --server-side -f -', JSON.stringify(service('moved', { ports })));
      const managers = 'get service moved -o jsonpath={.metadata.managedFields[*].manager}';
      assert.equal(await kubectl(managers), 'kubectl kubectl-last-applied');
      await kubectl(
        'apply --server-side --field-manager=other -f -',
        JSON.stringify({
          ...service('moved'),
          spec: { ports: [{ name: 'c', port: 82, protocol: 'TCP' }] },
        }),
      );
      assert.equal(await shown(), 'a b c');
      await kubectl('apply --server-side -f -', JSON.stringify(service('moved', { ports: ports.slice(0, 1) })));
      assert.equal(await shown(), 'a c');
      const mine = { ...service('moved'), spec: { ports: [{ name: 'x', port: 82, protocol: 'TCP' }] } };
      assert.match(
        await refusal('apply --server-side -f -', JSON.stringify(mine)),
        /conflict with "other": \.spec\.ports\[port=82,protocol="TCP"\]\.name/,
      );
    },
  );

  await t.test('the type of a service changes to and fro', async () => {
    await server.apply(manifest(service('typed')));
    const address = await kubectl('get service typed -o jsonpath={.spec.clusterIP}');
    await kubectl('patch service typed -p {"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local"}}');
    const given = await kubectl('get service typed -o jsonpath={.spec.ports[0].nodePort}/{.spec.healthCheckNodePort}');
    assert.match(given, /^3\d{4}\/3\d{4}$/);
    await kubectl('patch service typed -p {"spec":{"type":"ClusterIP"}}');
    const { spec } = JSON.parse(await kubectl('get service typed -o json'));
    assert.deepEqual(
      [
        spec.clusterIP,
        spec.ports[0].nodePort,
        spec.healthCheckNodePort,
        spec.externalTrafficPolicy,
        spec.allocateLoadBalancerNodePorts,
      ],
      [address, undefined, undefined, undefined, undefined],
    );
  });

  await t.test('usual mistakes are named by field, value and what is allowed', async () => {
    const deployment = (spec: object) =>
      JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec });
    const whole = {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } },
    };
    const create = (spec: object, flags = '') => refusal(`create -f -${flags}`, deployment(spec));
    const refused = 'Deployment in version "v1" cannot be handled as a Deployment';
    assert.ok(
      (await create({ ...whole, replicsa: 1 })).endsWith(
        `${refused}: strict decoding error: unknown field "spec.replicsa"`,
      ),
    );
    assert.ok(
      (await create({ ...whole, replicas: 'two' })).endsWith(
        `${refused}: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`,
      ),
    );
    assert.equal(
      await create({ template: whole.template }),
      'The Deployment "d" is invalid: \n* spec.selector: Required value\n* spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
    );
    const warned = await create({ replicsa: 1, template: whole.template }, ' --validate=warn');
    assert.match(warned, /^Warning: unknown field "spec\.replicsa"\nThe Deployment "d" is invalid/);

    await server.apply(manifest(workload('Deployment', 'web', { containers: [container] }, { replicas: 0 })));
    assert.match(
      await refusal('patch deployment web --type merge -p {"spec":{"selector":{"matchLabels":{"x":"y"}}}}'),
      /spec\.selector: Invalid value: \{"matchLabels":\{"app":"web","x":"y"\}\}: field is immutable/,
    );
    assert.match(
      await refusal('patch deployment web --type json -p [{"op":"replace","path":"/spec/nope","value":1}]'),
      /The request is invalid: the server rejected our request due to an error in our request/,
    );
    assert.equal(
      await refusal('patch deployment web -p {"spec":{"replicas":"many"}}'),
      'The request is invalid: patch: Invalid value: "map[spec:map[replicas:many]]": unrecognized type: int32',
    );
    assert.match(await refusal('get widgets'), /the server doesn't have a resource type "widgets"/);

    const stale = await kubectl('get deployment web -o json');
    await kubectl('label deployment web touched=yes');
    assert.match(
      await refusal('replace -f -', stale),
      /\(Conflict\).*Operation cannot be fulfilled on deployments\.apps "web": the object has been modified; please apply your changes to the latest version and try again/,
    );
    assert.match(
      await refusal('create cm Bad_Name'),
      /metadata\.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '\.', and must start and end with an alphanumeric character/,
    );
    const big = (length: number) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'big' },
        data: { a: 'x'.repeat(length) },
      });
    assert.equal(
      await refusal('create -f -', big(1_100_000)),
      'The ConfigMap "big" is invalid: []: Too long: may not be more than 1048576 bytes',
    );
    assert.match(await refusal('create -f -', big(4_000_000)), /Request entity too large: limit is 3145728/);
  });

  await t.test('leases and others want to know what they replace; most kinds do not', async () => {
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l' },
      spec: { holderIdentity: 'a' },
    };
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'free' } };
    await server.apply(manifest(lease, map));
    const put = async (path: string, object: object) => {
      const file = join(server.dataDir, 'object.json');
      await writeFile(file, JSON.stringify(object));
      return server.tryKubectl(['replace', '--raw', path, '-f', file]);
    };
    const { stderr } = await put('/apis/coordination.k8s.io/v1/namespaces/default/leases/l', lease);
    assert.match(stderr, /metadata\.resourceVersion: Invalid value: 0: must be specified for an update/);
    assert.equal((await put('/api/v1/namespaces/default/configmaps/free', map)).exitCode, 0);
  });

  await t.test('a node keeps the status it registers with; others get theirs from the server', async () => {
    const capacity = { cpu: '4', memory: '8Gi' };
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'pretended' }, status: { capacity } };
    await kubectl('create -f -', JSON.stringify(node));
    assert.equal(await kubectl('get node pretended -o jsonpath={.status.allocatable.cpu}'), '4');
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [container] },
      status: { phase: 'Running' },
    };
    assert.equal(await kubectl('create -f - -o jsonpath={.status.phase}', JSON.stringify(pod)), 'Pending');
  });

  await t.test('deprecated kinds say so', async () => {
    const warnings = async (kind: string) => (await server.tryKubectl(['get', kind])).stderr.trim();
    assert.match(
      await warnings('endpoints'),
      /^Warning: v1 Endpoints is deprecated in v1\.33\+; use discovery\.k8s\.io\/v1 EndpointSlice/,
    );
    assert.match(await warnings('cs'), /^Warning: v1 ComponentStatus is deprecated in v1\.19\+/);
  });
});
