import { formatTime, type ObjectRef } from '../../api/object.ts';
import type { BoundObjectReference, TokenRequest } from '../../api/schema/generated/types/authentication-v1.ts';
import type { PersistentVolume, Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { CSIDriver } from '../../api/schema/generated/types/storage-v1.ts';
import type { FieldError } from '../../api/status.ts';
import { ApiError, badRequest, forbidden, invalid, notFound } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import type { View } from '../../client/client.ts';
import { nodeNameOf } from '../authorization/node.ts';
import type { Authorizer, UserInfo } from '../contract.ts';
import type { TokenSubjects } from './service-account.ts';
import type { TokenRef, TokenSigner } from './service-account-token.ts';

const shortestSeconds = 600;
const longestSeconds = 2 ** 32;
const defaultSeconds = 3600;
/** An hour and seven seconds: what the tokens of pods ask for that nobody chose the life of (admission ServiceAccount). */
const mountedSeconds = 3607;
const extendedSeconds = 365 * 24 * 3600;

/** POST serviceaccounts/token: a new token, bound as asked (kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1). */
export type TokenRequestHandler = (ref: ObjectRef, request: TokenRequest, user: UserInfo) => Promise<TokenRequest>;

export function createTokenRequestHandler(options: {
  readonly signer: TokenSigner;
  readonly subjects: TokenSubjects;
  readonly clock: Clock;
  /** For requests that name no audience. */
  readonly audiences: readonly string[];
  /** What a node may ask for beside what its pods' volumes say. Absent: nothing. */
  readonly nodeAudiences?: NodeAudiences;
  /** Who asks for longer gets this. Default: no bound but 2^32 s. */
  readonly maxTokenSeconds?: number;
  /** Tokens that pods get unasked hold for a year, for programs that read theirs once. Default: true. */
  readonly extend?: boolean;
}): TokenRequestHandler {
  const { signer, subjects, maxTokenSeconds = longestSeconds, extend = true } = options;
  return async (ref, request, user) => {
    const namespace = ref.namespace ?? '';
    const account = subjects.serviceAccounts.get(`${namespace}/${ref.name}`);
    if (!account?.metadata.uid) throw notFound({ group: '', plural: 'serviceaccounts' }, ref.name);
    const {
      expirationSeconds: wantedSeconds = defaultSeconds,
      boundObjectRef,
      audiences: asked = [],
    } = request.spec ?? {};
    const errors = expirationErrors(wantedSeconds);
    if (errors.length > 0) throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', errors);

    const expirationSeconds = Math.min(wantedSeconds, maxTokenSeconds);
    const bound = boundObjectRef ? boundTo(boundObjectRef, namespace, ref.name, subjects) : {};
    await restrictNode(user, { bound, ref, asked }, { subjects, nodeAudiences: options.nodeAudiences });
    const audiences = asked.length > 0 ? asked : options.audiences;
    const claims = { namespace, serviceAccount: { name: ref.name, uid: account.metadata.uid }, audiences, ...bound };
    const isForUs = audiences.every((audience) => options.audiences.includes(audience));
    const isExtended = extend && bound.pod !== undefined && wantedSeconds === mountedSeconds && isForUs;
    const { token, expiresAtMs } = isExtended
      ? await signer.sign(claims, Math.min(extendedSeconds, maxTokenSeconds), { warnAfterSeconds: mountedSeconds })
      : await signer.sign(claims, expirationSeconds);
    // The node is told the life that was asked for, so that it renews as if there were no other.
    const toldMs = isExtended ? Math.min(options.clock.now() + mountedSeconds * 1000, expiresAtMs) : expiresAtMs;
    return {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: ref.name, namespace },
      spec: { audiences, expirationSeconds, ...(boundObjectRef && { boundObjectRef }) },
      status: { token, expirationTimestamp: formatTime(toldMs) },
    };
  };
}

/** Whom else a node may ask tokens for. */
export interface NodeAudiences {
  readonly csiDrivers: View<CSIDriver>;
  /** Of whom the driver of a claim's volume is looked up. */
  readonly volumesOf: (pod: Pod) => readonly PersistentVolume[];
  /** Who may `request-serviceaccounts-token-audience` of an audience gets its tokens. */
  readonly authorizer: Authorizer;
}

/**
 * A node agent gets tokens only for the pods that run on it, and for whom their volumes name (NodeRestriction, KEP-4935):
 * else whoever takes over a node could speak to everybody in their names.
 */
async function restrictNode(
  user: UserInfo,
  {
    bound,
    ref,
    asked,
  }: { readonly bound: { readonly pod?: TokenRef }; readonly ref: ObjectRef; readonly asked: readonly string[] },
  { subjects, nodeAudiences }: { readonly subjects: TokenSubjects; readonly nodeAudiences?: NodeAudiences | undefined },
): Promise<void> {
  const node = nodeNameOf(user);
  if (!node) return;
  const accounts = { group: '', plural: 'serviceaccounts' };
  if (!bound.pod) throw forbidden(accounts, ref.name, 'node requested token not bound to a pod');
  const pod = subjects.pods.get(`${ref.namespace}/${bound.pod.name}`);
  if (pod?.spec?.nodeName !== node)
    throw forbidden(accounts, ref.name, 'node requested token bound to a pod scheduled on a different node');
  // None is this server: a pod that mounts no such token has none that the node could be asked for.
  const [audience = '', ...others] = asked;
  if (others.length > 0) throw forbidden(accounts, ref.name, 'node may only request 0 or 1 audiences');
  if (audiencesOf(pod, nodeAudiences).has(audience)) return;
  const { namespace = '', name } = ref;
  const resource = { group: '', version: 'v1', plural: audience, subresource: '', namespace, name };
  const verb = 'request-serviceaccounts-token-audience';
  const decision = await nodeAudiences?.authorizer.authorize({ user, verb, resource });
  if (decision?.decision === 'allow') return;
  const why = `audience ${JSON.stringify(audience)} not found in pod spec volume`;
  throw forbidden(accounts, name, `${why}, ${user.name} is not authorized to request tokens for this audience`);
}

/** Of the pod's token volumes, and of the CSI drivers of its volumes; '' is this server. */
function audiencesOf(pod: Pod, more: NodeAudiences | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  const drivers: string[] = [];
  for (const { projected, csi } of pod.spec?.volumes ?? []) {
    for (const { serviceAccountToken } of projected?.sources ?? [])
      if (serviceAccountToken) found.add(serviceAccountToken.audience ?? '');
    if (csi) drivers.push(csi.driver);
  }
  if (!more) return found;
  for (const { spec } of more.volumesOf(pod)) if (spec?.csi) drivers.push(spec.csi.driver);
  for (const driver of drivers)
    for (const { audience } of more.csiDrivers.get(driver)?.spec.tokenRequests ?? []) found.add(audience);
  return found;
}

function expirationErrors(seconds: number): readonly FieldError[] {
  const field = 'spec.expirationSeconds';
  const problem =
    seconds < shortestSeconds
      ? 'may not specify a duration less than 10 minutes'
      : seconds > longestSeconds
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  return problem ? [{ type: 'FieldValueInvalid', field, message: `Invalid value: ${seconds}: ${problem}` }] : [];
}

/** Looks up what the token shall end with, and checks that it is what the caller thinks it is. */
function boundTo(
  wanted: BoundObjectReference,
  namespace: string,
  account: string,
  subjects: TokenSubjects,
): { pod?: TokenRef; secret?: TokenRef; node?: TokenRef } {
  const { kind = '', name = '', uid } = wanted;
  const checked = (resource: string, found: { metadata: { uid?: string } } | undefined): TokenRef => {
    if (!found?.metadata.uid) throw notFound({ group: '', plural: resource }, name);
    if (uid && uid !== found.metadata.uid) {
      throw new ApiError(
        'Conflict',
        `Operation cannot be fulfilled on ${resource} "${name}": the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
        { name, kind: resource },
      );
    }
    return { name, uid: found.metadata.uid };
  };
  switch (kind) {
    case 'Pod': {
      const pod = subjects.pods.get(`${namespace}/${name}`);
      const ref = checked('pods', pod);
      if (pod?.spec?.serviceAccountName !== account)
        throw badRequest(
          `cannot bind token for serviceaccount "${account}" to pod running with different serviceaccount name.`,
        );
      const nodeName = pod.spec.nodeName ?? '';
      const nodeUid = subjects.nodes.get(nodeName)?.metadata.uid;
      return { pod: ref, ...(nodeUid && { node: { name: nodeName, uid: nodeUid } }) };
    }
    case 'Secret':
      return { secret: checked('secrets', subjects.secrets.get(`${namespace}/${name}`)) };
    case 'Node':
      return { node: checked('nodes', subjects.nodes.get(name)) };
    default:
      throw badRequest(`cannot bind token to object of type ${wanted.apiVersion ?? ''}, Kind=${kind}`);
  }
}
