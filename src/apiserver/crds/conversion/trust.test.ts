import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TestClient } from '../../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../../api-server.test-helper.ts';
import { type AnyObject, type ConversionServer, startConversionServer } from './conversion-server.test-helper.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const path = `${definitions}/links.example.com`;
const schema = {
  openAPIV3Schema: {
    type: 'object',
    properties: { spec: { type: 'object', properties: { id: { type: 'integer' } } } },
  },
};
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };
const garbage = Buffer.from('no certificate').toString('base64');

describe('the authority of a conversion webhook', () => {
  let server: TestServer;
  let client: TestClient;
  let hook: ConversionServer;
  before(async () => {
    server = await startTestServer();
    client = new TestClient(server, server.admin);
    hook = await startConversionServer();
  });
  after(async () => {
    client.close();
    await server.close();
    await hook.close();
  });

  const conversion = (caBundle?: string) => {
    const { strategy, webhook } = hook.conversion();
    const clientConfig = { ...webhook.clientConfig, ...(caBundle && { caBundle }) };
    return { strategy, webhook: { ...webhook, clientConfig } };
  };
  async function established(status: string): Promise<AnyObject> {
    for (let left = 200; left > 0; left--) {
      const { conditions = [] } = (await client.get(path)).json.status ?? {};
      const found = conditions.find((one: AnyObject) => one.type === 'Established');
      if (found?.status === status) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`Established is not ${status}`);
  }
  const withBundle = (caBundle?: string) => client.patch(path, { spec: { conversion: conversion(caBundle) } });

  test('a definition is served when it is one, and it must stay one', async () => {
    const versions = ['v1', 'v2'].map((name) => ({ name, served: true, storage: name === 'v1', schema }));
    const names = { plural: 'links', kind: 'Link' };
    const made = await client.post(definitions, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'links.example.com' },
      spec: { group: 'example.com', scope: 'Cluster', names, versions, conversion: conversion(garbage) },
    });
    assert.equal(made.status, 201, made.text);
    const { reason, message } = await established('False');
    assert.deepEqual([reason, message], ['InvalidCABundle', 'The conversion webhook CABundle is invalid']);
    assert.equal((await client.get('/apis/example.com/v1/links')).status, 404);
    assert.equal((await withBundle()).status, 200);
    await established('True');
    const refused = await withBundle(garbage);
    assert.equal(refused.status, 422);
    assert.equal(
      refused.json.message,
      `CustomResourceDefinition.apiextensions.k8s.io "links.example.com" is invalid: spec.conversion.webhookClientConfig.caBundle: Invalid value: "${garbage}": unable to load root certificates: unable to parse bytes as PEM block`,
    );
  });

  test('whole numbers keep their digits on the way through a webhook', async () => {
    // The webhook hands on the text as it came: JavaScript would not keep the digits.
    hook.convert = (object) => ({ ...object, spec: { id: rawJson('9007199254740993') } });
    const body =
      '{"apiVersion":"example.com/v2","kind":"Link","metadata":{"name":"one"},"spec":{"id":9007199254740993}}';
    const headers = { 'content-type': 'application/json' };
    const made = await client.call('POST', '/apis/example.com/v2/links', { body, headers });
    assert.equal(made.status, 201, made.text);
    assert.match((await client.get('/apis/example.com/v1/links/one')).text, /"id":9007199254740993\b/);
  });
});
