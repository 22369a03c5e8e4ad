import { pod as podKind } from '../../api/core/pod.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { ApiError, badRequest, type FieldError, invalid } from '../../api/status.ts';
import type { Authorizer, Registry } from '../contract.ts';
import { type ApiRequest, readContext } from '../http/api-request.ts';
import { attributesOf, requireAllowed } from '../http/authorize.ts';
import type { Query } from '../http/query.ts';
import { textType } from '../http/respond.ts';
import { agentOf } from '../proxy/backends.ts';
import { forward } from '../proxy/forward.ts';
import { connectKubelet, type KubeletCredentials, type NodeConnection } from '../proxy/node-connection.ts';
import type { ResourceHandler } from '../routes/router.ts';
import { admitConnect, type ConnectValues } from './connect-options.ts';
import { chooseContainer } from './containers.ts';

export interface NodeAccess {
  readonly registry: Registry;
  readonly authorizer: Authorizer;
  readonly connection: NodeConnection;
  /** Read for each connection, so that renewed certificates count. */
  readonly credentials: () => KubeletCredentials;
}

const logParameters = [
  'follow',
  'previous',
  'sinceSeconds',
  'sinceTime',
  'timestamps',
  'tailLines',
  'limitBytes',
  'stream',
] as const;

/** GET pods/{name}/log: the node agent's answer, streamed. */
export function logHandler(access: NodeAccess): ResourceHandler {
  return async (request) => {
    const pod = await podOf(access, request);
    checkLogOptions(request.query);
    const container = chooseContainer(pod, request.query.get('container') ?? '');
    if (!pod.spec?.nodeName) {
      request.exchange.send(200, request.headers(textType), '');
      return;
    }
    const query = new URLSearchParams();
    for (const name of logParameters) for (const value of request.query.all(name)) query.append(name, value);
    await toAgent(access, request, { pod, path: `/containerLogs/${podPath(pod)}/${container}`, query });
  };
}

function checkLogOptions(query: Query): void {
  const errors: FieldError[] = [];
  const atLeast = (name: string, least: number) => {
    const text = query.get(name);
    if (text === undefined || text === '') return;
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least) return;
    errors.push({
      type: 'FieldValueInvalid',
      field: name,
      message: `Invalid value: ${text}: must be greater than or equal to ${least}`,
    });
  };
  atLeast('tailLines', 0);
  atLeast('limitBytes', 1);
  atLeast('sinceSeconds', 1);
  if (query.get('sinceSeconds') && query.get('sinceTime'))
    errors.push({
      type: 'FieldValueForbidden',
      field: '',
      message: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    });
  if (errors.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, '', errors);
}

/** What the agent calls the streams. */
const streamNames = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' } as const;

/** The options as the agent wants them: its flags are 1 or absent. */
function agentQuery(options: ConnectValues): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of ['stdin', 'stdout', 'stderr', 'tty'] as const)
    if (options[name]) query.append(streamNames[name], '1');
  for (const word of options.command ?? []) query.append('command', word);
  for (const port of options.ports ?? []) query.append('port', String(port));
  return query;
}

/** exec and attach: a tunnel to the node agent, which speaks the protocol that the client offers. */
export function streamHandler(access: NodeAccess, what: 'exec' | 'attach'): ResourceHandler {
  return async (request, kind) => {
    requireUpgrade(request);
    await alsoCreate(access, request);
    const options = await admitConnect(access.registry, request, kind);
    const pod = await podOf(access, request);
    const container = chooseContainer(pod, options.container ?? '');
    const path = `/${what}/${podPath(pod)}/${container}`;
    await toAgent(access, request, { pod, path, query: agentQuery(options) });
  };
}

export function portForwardHandler(access: NodeAccess): ResourceHandler {
  return async (request, kind) => {
    requireUpgrade(request);
    await alsoCreate(access, request);
    const options = await admitConnect(access.registry, request, kind);
    const pod = await podOf(access, request);
    await toAgent(access, request, { pod, path: `/portForward/${podPath(pod)}`, query: agentQuery(options) });
  };
}

function requireUpgrade(request: ApiRequest): void {
  if (request.exchange.upgrade) return;
  throw badRequest('Upgrade request required');
}

/** A WebSocket opens with GET; to run something in a pod one must also be allowed to create it, as for SPDY's POST. */
function alsoCreate({ authorizer }: NodeAccess, request: ApiRequest): Promise<void> | undefined {
  if (request.info.verb !== 'get') return undefined;
  return requireAllowed(authorizer, attributesOf(request.user, { ...request.info, verb: 'create' }, request.query));
}

async function podOf({ registry }: NodeAccess, request: ApiRequest): Promise<Pod> {
  const { namespace, name } = request.info;
  return (await registry.get(podKind, { namespace, name }, readContext(request))).object;
}

function podPath({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}

interface AgentCall {
  readonly pod: Pod;
  readonly path: string;
  readonly query: URLSearchParams;
}

async function toAgent(access: NodeAccess, request: ApiRequest, { pod, path, query }: AgentCall): Promise<void> {
  const nodeName = pod.spec?.nodeName;
  if (!nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const endpoint = await agentOf(access.registry, nodeName, readContext(request));
  const credentials = access.credentials();
  const socket = await connectKubelet(access.connection, endpoint, { credentials, signal: request.signal });
  await forward(request, {
    socket,
    path: query.size > 0 ? `${path}?${query}` : path,
    host: `${endpoint.host}:${endpoint.port}`,
    refuse: agentError,
  });
}

/** What the agent says becomes a Status, so that clients show it. */
function agentError(status: number, body: string): ApiError {
  const text = body.trim();
  if (status === 400) return badRequest(text);
  if (status === 404) return new ApiError('NotFound', text || 'the server could not find the requested resource', {});
  if (status === 401 || status === 403)
    return new ApiError('InternalError', `the node agent refuses the API server: ${text}`);
  return new ApiError('InternalError', text || `the node agent answered ${status}`);
}
