import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCluster } from '../../harness/cluster.ts';
import { manifest, podSpec, service, shell, workload } from '../../harness/objects.ts';
import { until } from '../../harness/wait.ts';
import { newSpace } from './space.ts';

/** `httpd` with one program at `/cgi-bin/NAME`, which keeps its entries in `/entries`. */
function webTier(name: string, program: string, beside = ''): ReturnType<typeof shell> {
  const script = [
    'mkdir -p /www/cgi-bin; touch /entries',
    `cat >/www/cgi-bin/${name} <<'END'\n#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n${program}\nEND`,
    `chmod +x /www/cgi-bin/${name}`,
    ...(beside ? [`(while :; do ${beside}; sleep 0.2; done) &`] : []),
    'exec httpd -f -p 8080 -h /www',
  ].join('\n');
  const ports = [{ containerPort: 8080, name: 'http' }];
  return shell(script, {
    ports,
    readinessProbe: { httpGet: { path: `/cgi-bin/${name}`, port: 8080 }, periodSeconds: 1 },
  });
}

/** A primary that takes entries, replicas that follow it, and a frontend that writes to the one and reads from the others. */
const tiers = [
  {
    name: 'primary',
    replicas: 1,
    container: webTier('entries', '[ "$QUERY_STRING" ] && echo "$QUERY_STRING" >>/entries; cat /entries'),
  },
  {
    name: 'replica',
    replicas: 2,
    container: webTier('entries', 'cat /entries', 'wget -qO /new http://primary/cgi-bin/entries && mv /new /entries'),
  },
  {
    name: 'frontend',
    replicas: 3,
    container: webTier(
      'guestbook',
      '[ "$QUERY_STRING" ] && exec wget -qO- "http://primary/cgi-bin/entries?$QUERY_STRING"; wget -qO- http://replica/cgi-bin/entries',
    ),
  },
];

test('Kubectl client Guestbook application should create and stop a working application', async (t) => {
  const cluster = await startCluster(t);
  const space = await newSpace(cluster);
  const application = tiers.map(({ name, replicas, container }) =>
    manifest(workload('Deployment', name, podSpec(container), { replicas }), service(name)),
  );
  for (const tier of application) await space.kubectl('create -f -', tier);
  for (const { name, replicas } of tiers) await space.ready(`app=${name}`, replicas);

  const proxied = `get --raw /api/v1/namespaces/${space.name}/services/frontend:http/proxy/cgi-bin/guestbook`;
  await until('the frontend to answer', async () => (await space.tryKubectl(proxied)).exitCode === 0);
  assert.equal(await space.kubectl(proxied), '');
  await space.kubectl(`${proxied}?entry=TestEntry`);
  await until('the entry at the replicas', async () => (await space.kubectl(proxied)) === 'entry=TestEntry\n');

  for (const tier of application) await space.kubectl('delete --grace-period=0 --force -f -', tier);
  const left = () => space.kubectl('get deployments,replicasets,pods,services,endpointslices -o name');
  await until('all of it to be gone', async () => (await left()) === '');
});
