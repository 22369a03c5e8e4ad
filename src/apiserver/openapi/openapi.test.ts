import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { type Kind, kind } from '../../api/kind.ts';
import { builtInKinds } from '../../api/kinds.ts';
import { FakeClock } from '../../base/clock.ts';
import { createLogger, silentLogger } from '../../base/log.ts';
import { loadDescriptions } from './descriptions.ts';
import { createOpenApi, type OpenApiOptions } from './openapi.ts';

const folder = mkdtempSync(join(tmpdir(), 'k3ts-openapi-'));
after(() => rmSync(folder, { recursive: true }));

const widget: Kind = kind({
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  scope: 'Namespaced',
  schema: () => ({ type: 'object' }),
});

function make(options: Partial<OpenApiOptions> = {}) {
  const clock = new FakeClock();
  const openApi = createOpenApi({ kinds: () => builtInKinds, release: 'v1', clock, log: silentLogger, ...options });
  return { clock, openApi };
}

test('a document is made once while it is asked for, and dropped after', async () => {
  const { clock, openApi } = make();
  const first = openApi.v3('apis/apps/v1');
  await clock.advance(20_000);
  assert.equal(openApi.v3('apis/apps/v1')?.body, first?.body);
  await clock.advance(20_000);
  assert.equal(openApi.v3('apis/apps/v1')?.body, first?.body);
  await clock.advance(40_000);
  assert.equal(clock.pendingTimers, 0);
  const again = openApi.v3('apis/apps/v1');
  assert.notEqual(again?.body, first?.body);
  assert.deepEqual(again, first);
  openApi.stop();
  assert.equal(clock.pendingTimers, 0);
});

test('the index and the document have the same hash', () => {
  const { openApi } = make();
  const { paths } = JSON.parse(openApi.v3Index().body.toString()) as { paths: Record<string, Record<string, string>> };
  const hash = new URL(paths['api/v1']?.['serverRelativeURL'] ?? '', 'http://localhost').searchParams.get('hash');
  assert.equal(openApi.v3('api/v1')?.etag, `"${hash}"`);
});

test('documents that there are no longer are let go, even while others are asked for', () => {
  const withWidget = [...builtInKinds, widget];
  let kinds: readonly Kind[] = withWidget;
  const { openApi } = make({ kinds: () => kinds });
  const before = openApi.v3('apis/example.com/v1');
  kinds = builtInKinds;
  openApi.v3('version');
  kinds = withWidget;
  const after = openApi.v3('apis/example.com/v1');
  assert.deepEqual(after, before);
  assert.notEqual(after?.body, before?.body);
  openApi.stop();
});

test('a kind that comes is seen at once', () => {
  let kinds = builtInKinds;
  const { openApi } = make({ kinds: () => kinds });
  assert.equal(openApi.v3('apis/example.com/v1'), undefined);
  const before = openApi.v2();
  kinds = [...builtInKinds, widget];
  assert.match(String(openApi.v3('apis/example.com/v1')?.body), /com\.example\.v1\.Widget/);
  assert.notEqual(openApi.v2().etag, before.etag);
});

test('descriptions come from the file; a damaged file costs only the prose', () => {
  const file = join(folder, 'descriptions');
  writeFileSync(file, zstdCompressSync(JSON.stringify({ 'io.k8s.api.core.v1.Pod': { '': 'a pod', spec: 'wishes' } })));
  assert.equal(loadDescriptions(file)?.ofField('io.k8s.api.core.v1.Pod', 'spec'), 'wishes');
  assert.match(String(make({ descriptionsFile: file }).openApi.v3('api/v1')?.body), /"a pod"/);

  writeFileSync(file, 'not compressed');
  const lines: string[] = [];
  const log = createLogger({ write: (line) => lines.push(line) });
  assert.ok(make({ descriptionsFile: file, log }).openApi.v3('api/v1'));
  assert.match(lines.join(''), /without prose .*damaged/);
});

test('without the file there are no descriptions', () => {
  assert.equal(loadDescriptions(join(folder, 'nothing')), undefined);
  assert.ok(make({ descriptionsFile: join(folder, 'nothing') }).openApi.v3('api/v1'));
});
