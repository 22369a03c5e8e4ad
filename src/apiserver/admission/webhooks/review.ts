import type { Kind } from '../../../api/kind.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { Status } from '../../../api/status.ts';
import type { AdmissionRequest } from '../../contract.ts';
import { shownKind } from '../match-rules.ts';

/** AdmissionReview: what a webhook is sent, and what it may answer. Pure. */

const versions = ['v1', 'v1beta1'] as const;
export type ReviewVersion = (typeof versions)[number];

/** The first that both sides speak. */
export function reviewVersion(offered: readonly string[]): ReviewVersion | undefined {
  return versions.find((version) => version === offered.find((one) => versions.some((known) => known === one)));
}

export interface Reviewed {
  readonly uid: string;
  readonly version: ReviewVersion;
  /** The version of the object that the webhook's rules ask for. */
  readonly kind: Kind;
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
}

export function reviewOf(request: AdmissionRequest, { uid, version, kind, object, old }: Reviewed): unknown {
  return {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: {
      uid,
      ...requestOf(request, kind),
      object: object ? typed(shownKind(request, kind), object) : null,
      oldObject: old ? typed(shownKind(request, kind), old) : null,
    },
  };
}

/** Everything of a review's request but the objects, which expressions see under names of their own. */
export function requestOf(request: AdmissionRequest, kind: Kind): Readonly<Record<string, unknown>> {
  const { operation, subresource, ref, user, dryRun } = request;
  const kindOf = (one: Kind) => ({ group: one.group, version: one.version, kind: one.kind });
  const resourceOf = (one: Kind) => ({ group: one.group, version: one.version, resource: one.plural });
  return {
    kind: kindOf(shownKind(request, kind)),
    resource: resourceOf(kind),
    ...(subresource && { subResource: subresource }),
    requestKind: kindOf(shownKind(request, request.kind)),
    requestResource: resourceOf(request.kind),
    ...(subresource && { requestSubResource: subresource }),
    ...(ref.name && { name: ref.name }),
    ...(ref.namespace && { namespace: ref.namespace }),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid && { uid: user.uid }),
      ...(user.groups.length > 0 && { groups: user.groups }),
      ...(user.extra && { extra: user.extra }),
    },
    dryRun,
    options: optionsOf(request),
  };
}

/** An object as somebody outside sees it: it always says what it is. */
export function typed(kind: Kind, object: KubeObject): KubeObject {
  const { apiVersion: _, kind: __, ...rest } = object;
  return { apiVersion: kind.apiVersion, kind: kind.kind, ...rest } as KubeObject;
}

const optionKinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions', CONNECT: '' } as const;

function optionsOf({ operation, dryRun, fieldManager, options }: AdmissionRequest): unknown {
  const kind = optionKinds[operation];
  if (!kind) return null;
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun && { dryRun: ['All'] }),
    ...(options ?? (fieldManager && operation !== 'DELETE' && { fieldManager })),
  };
}

export interface Verdict {
  readonly allowed: boolean;
  readonly status: Partial<Status> | undefined;
  readonly warnings: readonly string[];
  readonly auditAnnotations: readonly (readonly [key: string, value: string])[];
  /** RFC 6902, as text. */
  readonly patch: string | undefined;
}

/** Reads a webhook's answer. Throws Error, worded as upstream. */
export function readVerdict(text: string, { uid, version }: Pick<Reviewed, 'uid' | 'version'>): Verdict {
  let review: unknown;
  try {
    review = JSON.parse(text);
  } catch (error) {
    throw new Error(`couldn't decode the response: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { apiVersion, kind, response } = record(review);
  const wanted = `admission.k8s.io/${version}`;
  if (version === 'v1' && (apiVersion !== wanted || kind !== 'AdmissionReview')) {
    const got = `${String(apiVersion ?? '')}, Kind=${String(kind ?? '')}`;
    throw new Error(`expected webhook response of ${wanted}, Kind=AdmissionReview, got ${got}`);
  }
  if (typeof response !== 'object' || response === null) throw new Error('webhook response was absent');
  const { uid: answered, allowed, status, patch, patchType, warnings, auditAnnotations } = record(response);
  if (version === 'v1' && answered !== uid)
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(answered ?? '')}`);
  const hasPatch = typeof patch === 'string' && patch !== '';
  if (hasPatch && !patchType && version === 'v1')
    throw new Error('webhook returned response.patch but not response.patchType');
  if (!hasPatch && patchType) throw new Error('webhook returned response.patchType but not response.patch');
  if (patchType && patchType !== 'JSONPatch')
    throw new Error(`webhook returned invalid response.patchType of ${JSON.stringify(patchType)}`);
  return {
    allowed: allowed === true,
    status: typeof status === 'object' && status !== null ? (status as Partial<Status>) : undefined,
    warnings: Array.isArray(warnings) ? warnings.filter((warning) => typeof warning === 'string') : [],
    auditAnnotations: Object.entries(record(auditAnnotations)).filter(isText),
    patch: hasPatch ? Buffer.from(patch, 'base64').toString() : undefined,
  };
}

function isText(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string';
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
