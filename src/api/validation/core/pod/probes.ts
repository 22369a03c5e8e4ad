import type { Lifecycle, LifecycleHandler, Probe } from '../../../schema/generated/types/core-v1.ts';
import {
  type Errors,
  each,
  notNegative,
  oneOf,
  port,
  portOrName,
  positive,
  requiredFormat,
  requiredText,
} from '../../common.ts';
import { forbidden, invalidValue, required } from '../../field-error.ts';
import { isHttpHeaderName } from '../../format.ts';

type Handler = LifecycleHandler & Pick<Probe, 'grpc'>;

/** What a probe or a lifecycle hook does: exactly one thing. */
function validateHandler(handler: Handler, path: string, gracePeriodSeconds?: number): Errors {
  const errors: Errors = [];
  let count = 0;
  const take = (name: string, check: (here: string) => Errors) => {
    const here = `${path}.${name}`;
    if (count++ > 0) errors.push(forbidden(here, 'may not specify more than 1 handler type'));
    else errors.push(...check(here));
  };
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  if (exec) take('exec', (here) => ((exec.command ?? []).length > 0 ? [] : [required(`${here}.command`)]));
  if (httpGet)
    take('httpGet', (here) => [
      ...requiredText(httpGet.path, `${here}.path`),
      ...portOrName(httpGet.port, `${here}.port`),
      ...oneOf(httpGet.scheme, `${here}.scheme`, ['HTTP', 'HTTPS']),
      ...each(httpGet.httpHeaders, `${here}.httpHeaders`, ({ name }, header) =>
        requiredFormat(name, `${header}.name`, isHttpHeaderName),
      ),
    ]);
  if (tcpSocket) take('tcpSocket', (here) => portOrName(tcpSocket.port, `${here}.port`));
  if (grpc) take('grpc', (here) => port(grpc.port, `${here}.port`));
  if (sleep)
    take('sleep', (here) => {
      const most = gracePeriodSeconds ?? 30;
      if (sleep.seconds >= 0 && sleep.seconds <= most) return [];
      const detail = `must be non-negative and less than terminationGracePeriodSeconds (${most}). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.`;
      return [invalidValue(here, sleep.seconds, detail)];
    });
  if (count === 0) errors.push(required(path, 'must specify a handler type'));
  return errors;
}

export type ProbeRole = 'livenessProbe' | 'readinessProbe' | 'startupProbe';

/** A probe of a container; liveness and startup are decided by one success. */
export function validateProbe(probe: Probe | undefined, role: ProbeRole, containerPath: string): Errors {
  if (!probe) return [];
  const path = `${containerPath}.${role}`;
  const errors = validateHandler(probe, path);
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const)
    errors.push(...notNegative(probe[name], `${path}.${name}`));
  errors.push(...positive(probe.terminationGracePeriodSeconds, `${path}.terminationGracePeriodSeconds`));
  if (role !== 'readinessProbe' && probe.successThreshold !== undefined && probe.successThreshold !== 1)
    errors.push(invalidValue(`${path}.successThreshold`, probe.successThreshold, 'must be 1'));
  if (role === 'readinessProbe' && probe.terminationGracePeriodSeconds !== undefined)
    errors.push(
      invalidValue(
        `${path}.terminationGracePeriodSeconds`,
        probe.terminationGracePeriodSeconds,
        'must not be set for readinessProbes',
      ),
    );
  return errors;
}

export function validateLifecycle(lifecycle: Lifecycle | undefined, path: string, gracePeriodSeconds?: number): Errors {
  if (!lifecycle) return [];
  const { postStart, preStop } = lifecycle;
  return [
    ...(postStart ? validateHandler(postStart, `${path}.postStart`, gracePeriodSeconds) : []),
    ...(preStop ? validateHandler(preStop, `${path}.preStop`, gracePeriodSeconds) : []),
  ];
}
