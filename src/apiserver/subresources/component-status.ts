import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import { notFound } from '../../api/status.ts';
import type { Entry } from '../contract.ts';
import { faultOf, type HealthCheck } from '../routes/health.ts';
import { formatFor, type ObjectRoutes, sendEntry, sendList } from '../routes/objects.ts';
import type { ResourceHandler } from '../routes/router.ts';

/** `componentstatuses`, long deprecated and still asked for: the server's health checks, one object each. */
export function componentStatusHandler(routes: ObjectRoutes, checks: () => readonly HealthCheck[]): ResourceHandler {
  return async (request, kind) => {
    const { verb, name } = request.info;
    if (verb === 'get') {
      const check = checks().find((candidate) => candidate.name === name);
      if (!check) throw notFound(kind, name);
      return sendEntry(routes, request, 200, await entryOf(kind, check));
    }
    const entries = await Promise.all(checks().map((check) => entryOf(kind, check)));
    const format = formatFor(request, kind);
    return sendList(routes, request, { format, list: { entries, revision: 0 }, kind });
  };
}

async function entryOf(kind: Kind, check: HealthCheck): Promise<Entry> {
  const error = await faultOf(check);
  const condition = error
    ? { type: 'Healthy', status: 'False', error: error.message }
    : { type: 'Healthy', status: 'True', message: 'ok' };
  const object = {
    kind: kind.kind,
    apiVersion: kind.apiVersion,
    metadata: { name: check.name },
    conditions: [condition],
  } as KubeObject;
  return { kind, revision: 0, object, json: Buffer.from(JSON.stringify(object)) };
}
