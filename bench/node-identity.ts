import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { issueCertificate } from '../src/cluster/pki/certificate.ts';
import type { ApiClient, Credentials } from './api-client.ts';

const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
const heartbeatMs = 10_000;

/** A certificate as the agent of the node `name` has one, from the server's own authority. */
export async function nodeCredentials(dataDir: string, name: string): Promise<Credentials> {
  const read = (file: string) => readFile(join(dataDir, 'server/tls', file), 'utf8');
  const [ca, certificatePem, keyPem] = await Promise.all(['server-ca.crt', 'client-ca.crt', 'client-ca.key'].map(read));
  if (!ca || !certificatePem || !keyPem) throw new Error('the server has no authority for clients');
  const subject = { commonName: `system:node:${name}`, organizations: ['system:nodes'], usages: ['client'] } as const;
  const pair = await issueCertificate({ certificatePem, keyPem }, subject, { nowMs: Date.now(), days: 1 });
  return { ca, cert: pair.certificatePem, key: pair.keyPem };
}

/** Makes a node that says it is alive until the returned function is called. */
export async function keepNode(client: ApiClient, name: string): Promise<() => void> {
  const now = () => new Date().toISOString();
  const ready = {
    type: 'Ready',
    status: 'True',
    lastHeartbeatTime: now(),
    lastTransitionTime: now(),
    reason: 'Bench',
    message: '',
  };
  const status = { conditions: [ready], allocatable: { pods: '0' }, capacity: { pods: '0' } };
  await client.bytes('/api/v1/nodes', JSON.stringify({ metadata: { name }, status }));
  const microTime = () => now().replace('Z', '000Z');
  const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTime() };
  await client.bytes(leases, JSON.stringify({ metadata: { name }, spec }));
  const timer = setInterval(() => {
    const body = JSON.stringify({ spec: { renewTime: microTime() } });
    // A server that is too busy to take one heartbeat gets the next.
    client.bytes(`${leases}/${name}`, body, 'PATCH', 'application/merge-patch+json').catch(console.error);
  }, heartbeatMs);
  return () => clearInterval(timer);
}
