import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { testServer } from '../harness/k3ts.ts';
import { testPrefix } from '../harness/network.ts';
import { until } from '../harness/wait.ts';

const policy = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  resources: [{ group: "", resources: [secrets] }]
- level: RequestResponse
  omitManagedFields: true
  resources: [{ group: "", resources: [configmaps] }]
`;

/** What docs/operations.md says, tried with kubectl and curl. */
test('a server is recorded, bounded, measured and profiled', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), `${testPrefix}-${process.pid}-`));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'policy.yaml'), policy);
  const auditLog = join(folder, 'audit.log');
  const args = [
    `audit-policy-file=${join(folder, 'policy.yaml')}`,
    `audit-log-path=${auditLog}`,
    'max-requests-inflight=30',
    'max-mutating-requests-inflight=10',
    'shutdown-delay-duration=1s',
  ];
  const flags = ['--disable-agent', '--enable-pprof', ...args.flatMap((arg) => ['--kube-apiserver-arg', arg])];
  const server = await testServer(t, { flags });
  await server.start();
  const kubectl = (words: string) => server.kubectl(words.split(' '));
  await until('the default service account', async () => {
    return (await server.tryKubectl(['get', 'serviceaccount', 'default'])).exitCode === 0;
  });

  await t.test('the audit log has what the policy says, for its owner alone', async () => {
    await kubectl('create configmap seen --from-literal=k=shown');
    await kubectl('create secret generic hidden --from-literal=password=never-shown');
    const lines = await until('the events', async () => {
      const text = await readFile(auditLog, 'utf8');
      const found = text.split('\n').filter((line) => line.includes('"verb":"create"'));
      return found.some((line) => line.includes('"secrets"')) && found;
    });
    const events = lines.map((line) => JSON.parse(line));
    const made = events.find(({ objectRef }) => objectRef.resource === 'configmaps' && objectRef.name === 'seen');
    assert.equal(made.user.username, 'system:admin');
    assert.equal(made.requestObject.data.k, 'shown');
    assert.equal(made.responseObject.metadata.managedFields, undefined);
    assert.equal((await readFile(auditLog, 'utf8')).includes('never-shown'), false);
    assert.equal((await server.log()).includes('never-shown'), false);
    assert.equal((await stat(auditLog)).mode & 0o777, 0o600);
  });

  await t.test('flow schemas and levels are upstream’s, and come back', async () => {
    assert.match(await kubectl('get flowschemas'), /^system-node-high +node-high +400 +ByUser +\S+ +False$/m);
    assert.match(await kubectl('get prioritylevelconfigurations'), /^workload-low +Limited +100 +128 +6 +50 +/m);
    const dump = await kubectl('get --raw /debug/api_priority_and_fairness/dump_priority_levels');
    assert.match(dump, /^exempt, +<none>,/m);
    const nominal = /^global-default,(?: +[^,]+,){6} +(\d+),/m.exec(dump)?.[1];
    assert.equal(nominal, '4', '40 seats, 20 of 245 shares');
  });

  await t.test('whoever is bound to system:monitoring reads the metrics, others do not', async () => {
    await kubectl('create serviceaccount prometheus');
    const token = (await kubectl('create token prometheus')).trim();
    const url = `https://${server.network.nodeAddress}:${server.port}/metrics`;
    const curl = async () =>
      (await server.outside(['curl', '-sk', '-w', '\n%{http_code}', '-H', `Authorization: Bearer ${token}`, url]))
        .stdout;
    assert.match(await curl(), /\n403$/);
    await kubectl(
      'create clusterrolebinding prometheus --clusterrole=system:monitoring --serviceaccount=default:prometheus',
    );
    const text = await curl();
    assert.match(text, /\n200$/);
    for (const name of [
      ...[
        'apiserver_request_total{verb="POST"',
        'apiserver_request_duration_seconds_bucket{',
        'apiserver_audit_event_total ',
      ],
      ...[
        'apiserver_flowcontrol_current_limit_seats{priority_level="system"}',
        'workqueue_adds_total{name="',
        'workqueue_queue_duration_seconds_count{name="',
        'scheduler_pending_pods{',
      ],
      ...[
        'apiserver_resource_objects{group="",resource="secrets"}',
        'kubernetes_build_info{',
        'process_resident_memory_bytes ',
      ],
      ...[
        'apiserver_admission_controller_admission_duration_seconds_count{name="',
        'authentication_attempts{result="success"}',
        'apiserver_authorization_decisions_total{type="RBAC",name="rbac",decision="allowed"}',
      ],
    ])
      assert.ok(text.includes(`\n${name}`), name);
    assert.match(
      text,
      /apiserver_flowcontrol_dispatched_requests_total\{priority_level="workload-low",flow_schema="service-accounts"\} \d/,
    );
  });

  await t.test('profiles are for those who may', async () => {
    const profile = JSON.parse(await kubectl('get --raw /debug/pprof/profile?seconds=0.5'));
    assert.ok(profile.nodes.length > 1);
    const { stderr } = await server.tryKubectl(['get', '--raw', '/debug/pprof/heap', '--as', 'jane']);
    assert.match(stderr, /User "jane" cannot get path "\/debug\/pprof\/heap"/);
  });

  await t.test('a stop: not ready first, then gone, with status 0', async () => {
    assert.equal(await kubectl('get --raw /readyz'), 'ok');
    assert.match(await kubectl('get --raw /readyz?verbose'), /^\[\+\]poststarthook\/rbac\/bootstrap-roles ok$/m);
    assert.equal(await kubectl('get --raw /livez/etcd'), 'ok');
    const stopped = server.stop();
    await until(
      'the server to be unready',
      async () => {
        const { stderr } = await server.tryKubectl(['get', '--raw', '/readyz?verbose']);
        return stderr.includes('[-]shutdown failed');
      },
      { timeoutMs: 900, everyMs: 50 },
    );
    assert.equal(await stopped, 0);
  });
});
