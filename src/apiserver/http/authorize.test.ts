import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attributesOf } from './authorize.ts';
import { parseQuery } from './query.ts';
import { requestInfo } from './request-info.ts';

const user = { name: 'jane', groups: [] };

test('selectors are part of what is asked only where they narrow what is done', () => {
  const query = parseQuery('fieldSelector=spec.nodeName%3Dn1&labelSelector=a%3Db');
  for (const [method, path, expected] of [
    ['GET', '/api/v1/pods', ['spec.nodeName=n1', 'a=b']],
    ['DELETE', '/api/v1/namespaces/x/pods', ['spec.nodeName=n1', 'a=b']],
    ['GET', '/api/v1/namespaces/x/pods/p', [undefined, undefined]],
    ['POST', '/api/v1/namespaces/x/pods', [undefined, undefined]],
    ['DELETE', '/api/v1/namespaces/x/pods/p', [undefined, undefined]],
  ] as const) {
    const { resource } = attributesOf(user, requestInfo(method, path, query), query);
    assert.deepEqual([resource?.fieldSelector, resource?.labelSelector], expected, `${method} ${path}`);
  }
});
