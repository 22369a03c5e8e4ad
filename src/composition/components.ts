import { sendObject } from '../apiserver/http/respond.ts';
import type { HealthCheck } from '../apiserver/routes/health.ts';
import type { PathRoute } from '../apiserver/routes/paths.ts';
import { describeError } from '../base/log.ts';

/** A part of the server that `k3ts status` shows on a line of its own. */
export interface Component {
  readonly name: string;
  /** What is wrong, in one line; undefined when nothing is. */
  problem(): Promise<string | undefined> | string | undefined;
}

/** The names that upstream's deprecated `componentstatuses` has for them. */
const upstreamNames: Readonly<Record<string, string>> = {
  controllers: 'controller-manager',
  scheduler: 'scheduler',
  datastore: 'etcd-0',
};

/** Those components that upstream has, too, as checks under its names. */
export function componentChecks(components: readonly Component[]): readonly HealthCheck[] {
  return components.flatMap((component) => {
    const name = upstreamNames[component.name];
    if (name === undefined) return [];
    const check = async () => {
      const problem = await problemOf(component);
      if (problem !== undefined) throw new Error(problem);
    };
    return [{ name, check }];
  });
}

const answerWithinMs = 3_000;

/**
 * `/v1-k3ts/components`, for `k3ts status`. Not part of `/readyz`: a load balancer that asks there must not turn away
 * from an API that works because the node beside it does not.
 */
export function componentsRoute(components: readonly Component[]): PathRoute {
  return {
    path: '/v1-k3ts/components',
    async handler(request) {
      const lines = await Promise.all(
        components.map(async (component) => {
          const problem = await problemOf(component);
          return { name: component.name, ...(problem !== undefined && { problem }) };
        }),
      );
      await sendObject(request, 200, { components: lines });
    },
  };
}

async function problemOf(component: Component): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`does not answer within ${answerWithinMs} ms`), answerWithinMs);
  });
  try {
    return await Promise.race([component.problem(), late]);
  } catch (error) {
    return describeError(error);
  } finally {
    clearTimeout(timer);
  }
}
