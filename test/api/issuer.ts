import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startIssuer } from '../../src/apiserver/authentication/jwt/issuer.test-helper.ts';
import { createTestAuthority } from '../../src/apiserver/certificates.test-helper.ts';
import { startReviewServer } from '../../src/apiserver/webhook-client/review-server.test-helper.ts';

// Runs in the network of a server under test: an issuer of ID tokens and an authorization webhook that lets `auditors`
// read. Writes what the test needs into the folder that is its argument, and stays until it is ended.
const folder = process.argv[2] ?? '';
const authority = await createTestAuthority();
const issuer = await startIssuer(authority);
const webhook = await startReviewServer(folder);
webhook.answer(({ spec }) => ({
  allowed: Boolean(spec.groups?.includes('auditors')) && spec.resourceAttributes?.verb === 'list',
  denied: spec.user === 'oidc:mallory',
  reason: 'the webhook says so',
}));
const tokens = {
  jane: await issuer.sign({ sub: 'jane', roles: ['developers'] }),
  ann: await issuer.sign({ sub: 'ann', roles: ['auditors'] }),
  mallory: await issuer.sign({ sub: 'mallory', roles: ['developers'] }),
  expired: await issuer.sign({ sub: 'jane', exp: Math.floor(Date.now() / 1000) - 60 }),
};
const found = { url: issuer.url, ca: authority.certificatePem, kubeconfig: webhook.kubeconfig, tokens };
await writeFile(join(folder, 'issuer.json.new'), JSON.stringify(found));
await rename(join(folder, 'issuer.json.new'), join(folder, 'issuer.json'));
