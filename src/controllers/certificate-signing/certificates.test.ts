import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { certificateSigningRequest } from '../../api/certificates/certificate-signing-request.ts';
import { loadX509, parseCertificateRequest } from '../../api/certificates/parse-request.ts';
import { type BuiltInSigner, builtInSigners, signerFault } from '../../api/certificates/signers.ts';
import { formatTime } from '../../api/object.ts';
import { createTestAuthority } from '../../apiserver/certificates.test-helper.ts';
import { certificateApprovalController } from '../certificate-approval/certificate-approval.ts';
import { certificateCleanupController } from '../certificate-cleanup/certificate-cleanup.ts';
import { startCluster, type TestCluster } from '../testing/cluster.ts';
import { certificateSigningController } from './certificate-signing.ts';
import { signRequest } from './sign.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** `spec.request` for a subject such as `O=a, CN=b`, with names. */
async function requestFor(subject: string, names: readonly (readonly ['dns' | 'ip' | 'email' | 'url', string])[] = []) {
  const x509 = await loadX509();
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const extension = new x509.SubjectAlternativeNameExtension(names.map(([type, value]) => ({ type, value })));
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys,
    signingAlgorithm: algorithm,
    extensions: names.length > 0 ? [extension] : [],
  });
  return Buffer.from(made.toString('pem')).toString('base64');
}

const client = ['digital signature', 'key encipherment', 'client auth'];
const serving = ['digital signature', 'server auth'];
const node = 'O=system:nodes, CN=system:node:n1';
const { apiServerClient, kubeletClient, kubeletServing, legacyUnknown } = builtInSigners;

const cases: readonly (readonly [
  BuiltInSigner,
  string,
  Parameters<typeof requestFor>[1],
  readonly string[],
  RegExp | undefined,
])[] = [
  [apiServerClient, 'CN=jane', [['dns', 'a']], ['client auth'], undefined],
  [apiServerClient, 'CN=jane', [], ['digital signature'], /must include "client auth"/],
  [apiServerClient, 'CN=jane', [], ['client auth', 'server auth'], /must not include "server auth"/],
  [kubeletClient, node, [], client, undefined],
  [kubeletClient, node, [], ['digital signature', 'client auth'], undefined],
  [kubeletClient, node, [['dns', 'a']], client, /DNS subjectAltNames are not allowed/],
  [kubeletClient, node, [['ip', '10.0.0.1']], client, /IP subjectAltNames are not allowed/],
  [
    kubeletClient,
    'O=system:nodes, O=system:masters, CN=system:node:n1',
    [],
    client,
    /organization is not system:nodes/,
  ],
  [kubeletClient, 'O=system:nodes, CN=jane', [], client, /does not begin with system:node:/],
  [kubeletClient, node, [], [...client, 'server auth'], /usages did not match/],
  [kubeletServing, node, [['dns', 'n1']], serving, undefined],
  [kubeletServing, node, [], serving, /DNS or IP subjectAltName is required/],
  [
    kubeletServing,
    node,
    [
      ['dns', 'n1'],
      ['email', 'a@b.c'],
    ],
    serving,
    /Email subjectAltNames are not allowed/,
  ],
  [
    kubeletServing,
    node,
    [
      ['dns', 'n1'],
      ['url', 'https://a'],
    ],
    serving,
    /URI subjectAltNames are not allowed/,
  ],
  [kubeletServing, node, [['dns', 'n1']], client, /usages did not match/],
  [legacyUnknown, 'CN=anything', [], ['any'], undefined],
];
for (const [signer, subject, names, usages, expected] of cases)
  test(`${signer} and ${subject} ${JSON.stringify(names)} for ${usages.join(', ')}: ${expected ?? 'signed'}`, async () => {
    const fault = signerFault(signer, await parseCertificateRequest(await requestFor(subject, names)), usages);
    if (expected) assert.match(fault ?? '', expected);
    else assert.equal(fault, undefined);
  });

test('a certificate says what was asked for, is no authority, and ends with its issuer at the latest', async () => {
  const authority = await createTestAuthority();
  const names = [
    ['dns', 'a.example'],
    ['ip', '10.0.0.7'],
    ['email', 'a@b.c'],
  ] as const;
  const request = await parseCertificateRequest(await requestFor('O=x, O=y, CN=z', names));
  const policy = { usages: ['digital signature', 'client auth', 'server auth'], nowMs: Date.now() };
  const pem = await signRequest(authority, request, { ...policy, durationMs: 600_000 });
  const certificate = new X509Certificate(pem);
  assert.equal(certificate.subject, 'O=x\nO=y\nCN=z');
  assert.match(certificate.subjectAltName ?? '', /DNS:a\.example.*email:a@b\.c.*10\.0\.0\.7/);
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1']);
  assert.equal(certificate.ca, false);
  assert.ok(certificate.verify(new X509Certificate(authority.certificatePem).publicKey));
  assert.equal(Math.round((certificate.validToDate.getTime() - policy.nowMs) / 60_000), 10);
  const long = new X509Certificate(await signRequest(authority, request, { ...policy, durationMs: 86_400_000 }));
  assert.equal(long.validTo, new X509Certificate(authority.certificatePem).validTo);
});

test('a subject comes out as it was read, whatever it looks like', async () => {
  const authority = await createTestAuthority();
  const x509 = await loadX509();
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const masters = Buffer.from('system:masters');
  const organizations = [
    `#0c${masters.length.toString(16).padStart(2, '0')}${masters.toString('hex')}`,
    'a"system:masters"',
    'system\\:masters',
    'a, O=system:masters',
    'a+O=system:masters',
  ];
  for (const organization of organizations) {
    const made = await x509.Pkcs10CertificateRequestGenerator.create({
      name: new x509.Name([
        { O: [{ utf8String: organization }] },
        { CN: [{ utf8String: 'x' }] },
        { '1.3.6.1.4.1.57683.2': [{ utf8String: 'a UID' }] },
      ]),
      keys,
      signingAlgorithm: algorithm,
    });
    const request = await parseCertificateRequest(Buffer.from(made.toString('pem')).toString('base64'));
    assert.deepEqual(request.organizations, [organization]);
    const policy = { usages: ['client auth'], nowMs: Date.now(), durationMs: 600_000 };
    const { subject } = new X509Certificate(await signRequest(authority, request, policy)).toLegacyObject();
    assert.deepEqual({ ...(subject as object) }, { O: organization, CN: 'x' });
  }
});

async function make({ client: api }: TestCluster, name: string, spec: object) {
  const username = 'system:node:n1';
  const full = { request: await requestFor(node), signerName: kubeletClient, usages: client, username, ...spec };
  return api.create(certificateSigningRequest, { metadata: { name }, spec: full as never });
}

test('requests are approved, signed and removed in their time', async (t) => {
  const authority = await createTestAuthority();
  const asked: string[] = [];
  const cluster = await startCluster(t, {
    controllers: [
      certificateApprovalController(async ({ username }, subresource) => {
        asked.push(`${username} ${subresource}`);
        return subresource === 'selfnodeclient';
      }),
      certificateSigningController({ authorities: { [kubeletClient]: authority } }),
      certificateCleanupController,
    ],
  });
  const { client: api, clock, eventually } = cluster;
  const view = api.view(certificateSigningRequest);
  const names = () =>
    view
      .list()
      .map(({ metadata }) => metadata.name)
      .sort();
  await make(cluster, 'own', {});
  await make(cluster, 'foreign', { username: 'jane' });
  await make(cluster, 'elsewhere', { signerName: 'example.com/signer' });
  const denied = await make(cluster, 'denied', { signerName: 'example.com/signer' });
  const condition = { type: 'Denied', status: 'True', reason: 'No', message: '' };
  const time = formatTime(clock.now());
  await api.update(
    certificateSigningRequest,
    { ...denied, status: { conditions: [{ ...condition, lastUpdateTime: time, lastTransitionTime: time }] } },
    { subresource: 'approval' },
  );
  await eventually(() => assert.ok(view.get('own')?.status?.certificate));
  assert.equal(view.get('own')?.status?.conditions?.[0]?.reason, 'AutoApproved');
  assert.equal(view.get('foreign')?.status?.conditions, undefined);
  assert.ok(asked.includes('jane nodeclient') && !asked.includes('jane selfnodeclient'));
  await clock.advance(3_500_000);
  await cluster.settle();
  assert.deepEqual(names(), ['denied', 'elsewhere', 'foreign', 'own']);
  await clock.advance(200_000);
  await eventually(() => assert.deepEqual(names(), ['elsewhere', 'foreign']));
  await clock.advance(24 * 3_600_000);
  await eventually(() => assert.deepEqual(names(), []));
});
