import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isApiError } from '../../api/status.ts';
import { parseQuery } from './query.ts';
import { requestInfo } from './request-info.ts';

function short(method: string, target: string): string {
  const [path = '', query = ''] = target.split('?');
  const info = requestInfo(method, path, parseQuery(query));
  if (!info.isResource) return `${info.verb} ${info.path}`;
  const { verb, group, version, namespace, resource, subresource, name, rest } = info;
  return [verb, group, version, namespace, resource, subresource, name, rest ?? '-'].join(',');
}

/** The rows of upstream's own table, and what proxies add. */
const rows: readonly (readonly [string, string, string])[] = [
  ['GET', '/api/v1/namespaces', 'list,,v1,,namespaces,,,-'],
  ['GET', '/api/v1/namespaces/other', 'get,,v1,other,namespaces,,other,-'],
  ['GET', '/api/v1/namespaces/other/pods', 'list,,v1,other,pods,,,-'],
  ['GET', '/api/v1/namespaces/other/pods/foo', 'get,,v1,other,pods,,foo,-'],
  ['HEAD', '/api/v1/namespaces/other/pods/foo', 'get,,v1,other,pods,,foo,-'],
  ['GET', '/api/v1/pods', 'list,,v1,,pods,,,-'],
  ['GET', '/api/v1/pods?watch=true', 'watch,,v1,,pods,,,-'],
  ['GET', '/api/v1/pods?watch=false', 'list,,v1,,pods,,,-'],
  ['GET', '/api/v1/watch/pods', 'watch,,v1,,pods,,,-'],
  ['GET', '/api/v1/watch/namespaces/other/pods', 'watch,,v1,other,pods,,,-'],
  ['GET', '/api/v1/namespaces/other/pods/foo/log', 'get,,v1,other,pods,log,foo,-'],
  ['GET', '/api/v1/nodes/n/proxy/a/b/', 'get,,v1,,nodes,proxy,n,a/b/'],
  ['GET', '/api/v1/nodes/n/proxy', 'get,,v1,,nodes,proxy,n,-'],
  ['PUT', '/api/v1/namespaces/other/finalize', 'update,,v1,other,namespaces,finalize,other,-'],
  ['PUT', '/api/v1/namespaces/other/status', 'update,,v1,other,namespaces,status,other,-'],
  ['POST', '/apis/apps/v1/namespaces/a/deployments', 'create,apps,v1,a,deployments,,,-'],
  ['PATCH', '/apis/apps/v1/namespaces/a/deployments/x/scale', 'patch,apps,v1,a,deployments,scale,x,-'],
  ['DELETE', '/api/v1/namespaces/other/pods/foo', 'delete,,v1,other,pods,,foo,-'],
  ['DELETE', '/api/v1/namespaces/other/pods', 'deletecollection,,v1,other,pods,,,-'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name%3Dx', 'list,,v1,,pods,,x,-'],
  ['GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn,metadata.name%3D%3Dx', 'list,,v1,,pods,,x,-'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name!%3Dx', 'list,,v1,,pods,,,-'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name%3D..', 'list,,v1,,pods,,,-'],
  ['DELETE', '/api/v1/pods?fieldSelector=metadata.name%3Dx', 'deletecollection,,v1,,pods,,,-'],
  [
    'GET',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
    'get,rbac.authorization.k8s.io,v1,,clusterroles,,system:node,-',
  ],
  ['GET', '/', 'get /'],
  ['GET', '/api', 'get /api'],
  ['GET', '/api/v1', 'get /api/v1'],
  ['GET', '/api/v1/', 'get /api/v1/'],
  ['GET', '/apis/apps/v1', 'get /apis/apps/v1'],
  ['GET', '/healthz/etcd', 'get /healthz/etcd'],
  ['POST', '/version', 'post /version'],
];

for (const [method, target, expected] of rows)
  test(`${method} ${target}`, () => {
    assert.equal(short(method, target), expected);
  });

test('a path that is no percent-encoding is refused', () => {
  assert.throws(
    () => requestInfo('GET', '/api/v1/pods/%zz', parseQuery('')),
    (error) => isApiError(error, 'BadRequest'),
  );
});

test('queries keep all values of a name and never throw', () => {
  const query = parseQuery('command=ls&command=-l+%2Ftmp&empty&bad=%zz&=x');
  assert.deepEqual(query.all('command'), ['ls', '-l /tmp']);
  assert.equal(query.get('empty'), '');
  assert.equal(query.get('bad'), '%zz');
  assert.equal(query.get('absent'), undefined);
});
