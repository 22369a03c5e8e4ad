import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { builtInKinds } from '../../api/kinds.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { apiGroup, coreVersions, groupList, resourceList } from '../discovery/documents.ts';
import { createOpenApi } from './openapi.ts';

const run = promisify(execFile);
const cache = fileURLToPath(new URL('../../../.cache/', import.meta.url));
const descriptionsFile = join(cache, 'descriptions.json.zst');

const openApi = createOpenApi({
  kinds: () => builtInKinds,
  release: 'test',
  clock: systemClock,
  log: silentLogger,
  descriptionsFile,
});

/** As much of an API server as kubectl asks for before it explains, or sends a dry run to. */
function answer(path: string): unknown {
  if (path === '/api') return coreVersions('127.0.0.1');
  if (path === '/apis') return groupList({ kinds: builtInKinds, remotes: [] });
  if (path === '/openapi/v3') return JSON.parse(openApi.v3Index().body.toString());
  if (path.startsWith('/openapi/v3/')) {
    const document = openApi.v3(path.slice('/openapi/v3/'.length));
    return document && JSON.parse(document.body.toString());
  }
  const discovery = /^\/apis?\/(.+)$/.exec(path)?.[1] ?? '';
  return resourceList(builtInKinds, discovery) ?? apiGroup({ kinds: builtInKinds, remotes: [] }, discovery);
}

const asked: string[] = [];

function handle(request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  asked.push(`${request.method} ${request.url}`);
  if (pathname === '/openapi/v2' && request.headers.accept?.includes('proto-openapi')) {
    const { body, contentType } = openApi.v2Proto();
    response.writeHead(200, { 'content-type': contentType }).end(body);
    return;
  }
  const value = answer(pathname);
  response.writeHead(value === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404 }));
}

for (const name of ['kubectl', 'kubectl-1.33']) {
  const binary = join(cache, 'runtime/current/bin', name);
  const skip = existsSync(binary) ? false : `${name} has not been brought in`;
  describe(`${name} against the documents`, { skip }, () => {
    const server = createServer(handle);
    let home = '';
    before(async () => {
      home = await mkdtemp(join(tmpdir(), 'k3ts-openapi-'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    after(async () => {
      server.close();
      openApi.stop();
      await rm(home, { recursive: true });
    });
    const kubectl = async (...words: readonly string[]) => {
      const { port } = server.address() as AddressInfo;
      const flags = ['--server', `http://127.0.0.1:${port}`, '--kubeconfig', '/dev/null'];
      const { stdout } = await run(binary, [...flags, ...words], {
        env: { HOME: home, PATH: '/usr/bin:/bin' },
        timeout: 60_000,
      });
      return stdout;
    };

    test('explains a field, its type and whether it is required', async () => {
      const text = await kubectl('explain', 'deployments.spec.template.spec.containers.ports');
      assert.match(text, /GROUP: +apps\nKIND: +Deployment\nVERSION: +v1/);
      assert.match(text, /FIELD: ports <\[\]ContainerPort>/);
      assert.match(text, /containerPort\t<integer> -required-/);
      if (existsSync(descriptionsFile)) assert.match(text, /DESCRIPTION:\n {4}\w+/);
    });

    test('explains every kind, with all that is in it', async () => {
      for (const kind of ['pods', 'networkpolicies', 'flowschemas', 'customresourcedefinitions', 'leases'])
        assert.match(await kubectl('explain', kind, '--recursive'), /metadata\t<ObjectMeta>/, kind);
    });

    test('reads version 2 in its protobuf form', async () => {
      const path = 'deployments.spec.template.spec.containers.ports';
      const text = await kubectl('explain', path, '--output=plaintext-openapiv2');
      assert.match(text, /KIND: +Deployment\nVERSION: +apps\/v1\n/);
      assert.match(text, /containerPort\t<integer> -required-/);
      assert.match(text, /protocol\t<string>/);
    });

    test('learns that the server validates fields, so that it need not', async () => {
      asked.length = 0;
      const manifest = join(home, 'pod.yaml');
      const { writeFile } = await import('node:fs/promises');
      await writeFile(
        manifest,
        'apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec: {containers: []}\n',
      );
      // There is nothing behind this server to create a pod; what matters is what kubectl asks it to do.
      await assert.rejects(kubectl('create', '-f', manifest));
      assert.ok(
        asked.some((line) => line.startsWith('POST') && line.includes('fieldValidation=Strict')),
        asked.join('\n'),
      );
      assert.ok(!asked.some((line) => line.includes('/openapi/v2')), asked.join('\n'));
    });
  });
}
