import { parseJson } from '../../../api/schema/exact-json.ts';

/** ConversionReview: what a conversion webhook is sent, and what it may answer. Pure. */

const versions = ['v1', 'v1beta1'] as const;
export type ReviewVersion = (typeof versions)[number];

const group = 'apiextensions.k8s.io';

/** The first of the webhook's versions that this server speaks. Throws Error, worded as upstream. */
export function reviewVersion(offered: readonly string[]): ReviewVersion {
  for (const name of offered) {
    const known = versions.find((version) => version === name);
    if (known) return known;
  }
  throw new Error('no supported conversion review versions');
}

export interface Review {
  readonly uid: string;
  readonly version: ReviewVersion;
  readonly desiredAPIVersion: string;
  readonly objects: readonly unknown[];
}

export function reviewOf({ uid, version, desiredAPIVersion, objects }: Review): unknown {
  return {
    kind: 'ConversionReview',
    apiVersion: `${group}/${version}`,
    request: { uid, desiredAPIVersion, objects },
  };
}

/** The converted objects of an answer, not yet looked at. Throws Error, worded as upstream. */
export function readConverted(text: string, { uid, version }: Pick<Review, 'uid' | 'version'>): readonly unknown[] {
  const { apiVersion = '', kind = '', response } = record(parsed(text));
  const wanted = `${group}/${version}`;
  if (version === 'v1' && (apiVersion !== wanted || kind !== 'ConversionReview'))
    throw new Error(
      `expected webhook response of ${wanted}, Kind=ConversionReview, got ${String(apiVersion)}, Kind=${String(kind)}`,
    );
  if (typeof response !== 'object' || response === null) throw new Error('no response provided');
  const { uid: answered = '', convertedObjects, result } = record(response);
  if (version === 'v1' && answered !== uid)
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(answered)}`);
  const { status = '', message } = record(result);
  if (status !== 'Success')
    throw new Error(
      typeof message === 'string' && message !== ''
        ? message
        : `response.result.status was '${String(status)}', not 'Success'`,
    );
  return Array.isArray(convertedObjects) ? convertedObjects : [];
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new Error(`couldn't decode the response: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
