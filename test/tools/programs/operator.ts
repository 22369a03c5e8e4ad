import { GenericKind, K8s, kind, RegisterKind } from 'kubernetes-fluent-client';

/**
 * An operator as people write them, with a public library: for each Website it keeps a ConfigMap, a Deployment and a
 * Service, tells in the status how far it is, tells in events what it did, and cleans up elsewhere before a Website goes.
 */

interface WebsiteSpec {
  greeting: string;
  replicas?: number;
}

interface WebsiteStatus {
  observedGeneration?: number;
  readyReplicas?: number;
  phase?: 'Progressing' | 'Ready';
}

class Website extends GenericKind {
  declare spec: WebsiteSpec;
  declare status?: WebsiteStatus;
}

const [group, version] = ['web.example.com', 'v1'];
RegisterKind(Website, { group, version, kind: 'Website', plural: 'websites' });
const finalizer = `${group}/registration`;
const image = process.env['IMAGE'] ?? '';
const registry = 'registry';

function metadataOf({ metadata }: Website) {
  const { name = '', namespace = '', uid = '' } = metadata ?? {};
  return { name, namespace, uid };
}

/** One Website after the other, the newest state of each. */
const wanted = new Map<string, Website>();
let working = false;

function enqueue(website: Website): void {
  const { name, namespace } = metadataOf(website);
  wanted.set(`${namespace}/${name}`, website);
  if (!working) void work();
}

async function work(): Promise<void> {
  working = true;
  for (const [key, website] of wanted) {
    wanted.delete(key);
    try {
      await reconcile(website);
    } catch (error) {
      console.error(`${key}:`, error);
      setTimeout(() => enqueue(website), 1_000);
    }
  }
  working = false;
}

async function reconcile(website: Website): Promise<void> {
  const { name, namespace, uid } = metadataOf(website);
  const present = await current(namespace, name);
  if (present?.metadata?.uid !== uid) return;
  if (present.metadata.deletionTimestamp) return cleanUp(present);
  if (!present.metadata.finalizers?.includes(finalizer)) {
    await K8s(Website, { namespace, name }).Finalize('add', finalizer);
    await K8s(kind.ConfigMap).Apply({ metadata: { name: `${namespace}-${name}`, namespace: registry }, data: { uid } });
    await tell(present, 'Registered', `${name} stands in the registry`);
  }
  await applyParts(present);
  const deployment = await K8s(kind.Deployment).InNamespace(namespace).Get(name);
  await tellStatus(present, deployment.status?.readyReplicas ?? 0);
}

async function current(namespace: string, name: string): Promise<Website | undefined> {
  try {
    return await K8s(Website).InNamespace(namespace).Get(name);
  } catch (error) {
    if ((error as { status?: number }).status === 404) return undefined;
    throw error;
  }
}

/** What others changed of the operator's own is changed back. */
const mine = { force: true };

async function applyParts(website: Website): Promise<void> {
  const { name, namespace, uid } = metadataOf(website);
  const { greeting, replicas = 1 } = website.spec;
  const labels = { website: name };
  const owner = {
    apiVersion: `${group}/${version}`,
    kind: 'Website',
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  const metadata = { name, namespace, labels, ownerReferences: [owner] };
  await K8s(kind.ConfigMap).Apply({ metadata, data: { 'index.html': `${greeting}\n` } }, mine);
  const container = {
    name: 'web',
    image,
    command: ['httpd', '-f', '-p', '8080', '-h', '/www'],
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
    volumeMounts: [{ name: 'www', mountPath: '/www' }],
  };
  await K8s(kind.Deployment).Apply(
    {
      metadata,
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: { greeting } },
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [container],
            volumes: [{ name: 'www', configMap: { name } }],
          },
        },
      },
    },
    mine,
  );
  await K8s(kind.Service).Apply(
    {
      metadata,
      spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
    mine,
  );
}

async function tellStatus(website: Website, readyReplicas: number): Promise<void> {
  const { name, namespace } = metadataOf(website);
  const { spec, status = {}, metadata } = website;
  const next: WebsiteStatus = {
    observedGeneration: metadata?.generation ?? 0,
    readyReplicas,
    phase: readyReplicas >= (spec.replicas ?? 1) ? 'Ready' : 'Progressing',
  };
  if (JSON.stringify({ ...status, ...next }) === JSON.stringify(status)) return;
  await K8s(Website).PatchStatus({ metadata: { name, namespace }, spec, status: next });
  if (next.phase === 'Ready' && status.phase !== 'Ready') await tell(website, 'Ready', `${name} answers`);
}

async function cleanUp(website: Website): Promise<void> {
  const { name, namespace } = metadataOf(website);
  if (!website.metadata?.finalizers?.includes(finalizer)) return;
  await K8s(kind.ConfigMap).InNamespace(registry).Delete(`${namespace}-${name}`);
  await tell(website, 'Unregistered', `${name} left the registry`);
  await K8s(Website, { namespace, name }).Finalize('remove', finalizer);
}

async function tell(website: Website, reason: string, message: string): Promise<void> {
  const { name, namespace, uid } = metadataOf(website);
  const now = new Date();
  await K8s(kind.CoreEvent).Create({
    type: 'Normal',
    metadata: { generateName: `${name}-`, namespace },
    involvedObject: { apiVersion: `${group}/${version}`, kind: 'Website', name, namespace, uid },
    reason,
    message,
    source: { component: 'website-operator' },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  });
}

const config = { resyncDelaySec: 1 };
const websites = K8s(Website).Watch((website) => enqueue(website), config);
const deployments = K8s(kind.Deployment)
  .WithLabel('website')
  .Watch(async ({ metadata }) => {
    const website = await current(metadata?.namespace ?? '', metadata?.name ?? '');
    if (website) enqueue(website);
  }, config);
await Promise.all([websites.start(), deployments.start()]);
console.log('operator is up');
process.on('SIGTERM', () => {
  websites.close();
  deployments.close();
  process.exit(0);
});
