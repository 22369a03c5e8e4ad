import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { readTextIfPresent, writeFileAtomic } from '../../base/files.ts';
import type { Logger } from '../../base/log.ts';
import {
  type CertificateSubject,
  createAuthority,
  createSigningKey,
  issueCertificate,
  type KeyPair,
  parseKeyPair,
  reasonToReissue,
} from './certificate.ts';
import { PkiError } from './pki-error.ts';

/** The three authorities of a cluster, as K3s has them. */
export type AuthorityName = 'server-ca' | 'client-ca' | 'request-header-ca';

export interface Pki {
  readonly authorities: Readonly<Record<AuthorityName, KeyPair>>;
  /** PEM of the key that signs service-account tokens. */
  readonly serviceAccountKeyPem: string;
  /** The pair for `subject`, from `<dir>/<name>.crt` and `.key`; issued when missing, close to expiry, or not covering the subject. */
  certificate(name: string, authority: AuthorityName, subject: CertificateSubject, dir?: string): Promise<KeyPair>;
  /** SHA-256 of the server CA's certificate in hex: the `K10<hash>` part of a join token. */
  readonly serverCaHash: string;
}

export interface PkiOptions {
  /** `<data-dir>/server/tls`; created with mode 0700. */
  readonly dir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: 365, as K3s. */
  readonly leafDays?: number;
  /** Default: 120, as K3s. */
  readonly renewBeforeDays?: number;
}

const authorityDays = 3650;

/**
 * Opens the keys of a cluster below `dir`, and makes what is missing. All files have mode 0600.
 * Errors: PkiError `damaged` names a file that is there but cannot be used. A damaged leaf could be replaced silently,
 * but a file that changed under us is worth a person's look, and an authority cannot be replaced at all.
 */
export async function openPki(options: PkiOptions): Promise<Pki> {
  const { dir, clock, log } = options;
  const leafDays = options.leafDays ?? 365;
  const renewBeforeDays = Math.min(options.renewBeforeDays ?? 120, leafDays - 1);
  await mkdir(dir, { recursive: true, mode: 0o700 });

  const authority = async (name: AuthorityName, title: string): Promise<KeyPair> => {
    const found = await readPair(dir, name, 'it cannot be made again: restore it from a backup');
    if (found) return found;
    const made = await createAuthority(`k3ts-${title}@${Math.floor(clock.now() / 1000)}`, {
      nowMs: clock.now(),
      days: authorityDays,
    });
    await writePair(dir, name, made);
    return made;
  };
  const [server, client, requestHeader, serviceAccountKeyPem] = await Promise.all([
    authority('server-ca', 'server-ca'),
    authority('client-ca', 'client-ca'),
    authority('request-header-ca', 'request-header-ca'),
    openSigningKey(join(dir, 'service.key')),
  ]);
  const authorities = { 'server-ca': server, 'client-ca': client, 'request-header-ca': requestHeader };

  return {
    authorities,
    serviceAccountKeyPem,
    serverCaHash: createHash('sha256').update(server.certificatePem).digest('hex'),
    async certificate(name, by, subject, leafDir = dir) {
      const found = await readPair(leafDir, name, 'remove both files to have them issued again');
      const issuer = authorities[by];
      if (found) {
        const { certificate } = parseKeyPair(found);
        const reason = reasonToReissue(certificate, new X509Certificate(issuer.certificatePem), subject, {
          nowMs: clock.now(),
          renewBeforeDays,
        });
        if (!reason) return found;
        log.info('certificate issued again', { name, reason });
      }
      await mkdir(leafDir, { recursive: true, mode: 0o700 });
      const made = await issueCertificate(issuer, subject, { nowMs: clock.now(), days: leafDays });
      await writePair(leafDir, name, made);
      return made;
    },
  };
}

async function openSigningKey(path: string): Promise<string> {
  const found = await readTextIfPresent(path);
  if (found === undefined) {
    const made = await createSigningKey();
    await writeFileAtomic(path, made, { mode: 0o600 });
    return made;
  }
  try {
    createPrivateKey(found);
  } catch (error) {
    throw damaged(
      path,
      new Error('it is no private key in PEM form', { cause: error }),
      'it cannot be made again without invalidating every token: restore it from a backup',
    );
  }
  return found;
}

async function readPair(dir: string, name: string, advice: string): Promise<KeyPair | undefined> {
  const [certificatePath, keyPath] = [join(dir, `${name}.crt`), join(dir, `${name}.key`)];
  const [certificatePem, keyPem] = await Promise.all([readTextIfPresent(certificatePath), readTextIfPresent(keyPath)]);
  // The key is written first: a certificate that is missing beside a key is the trace of a start that was cut short.
  if (certificatePem === undefined) return undefined;
  if (keyPem === undefined) throw damaged(keyPath, new Error('the file is missing beside its certificate'), advice);
  const pair = { certificatePem, keyPem };
  for (const [path, why, check] of [
    [certificatePath, 'it is no certificate in PEM form', () => new X509Certificate(certificatePem)],
    [keyPath, 'it is no private key in PEM form', () => createPrivateKey(keyPem)],
    [keyPath, 'the key does not belong to the certificate', () => parseKeyPair(pair)],
  ] as const) {
    try {
      check();
    } catch (error) {
      throw damaged(path, new Error(why, { cause: error }), advice);
    }
  }
  return pair;
}

async function writePair(dir: string, name: string, pair: KeyPair): Promise<void> {
  await writeFileAtomic(join(dir, `${name}.key`), pair.keyPem, { mode: 0o600 });
  await writeFileAtomic(join(dir, `${name}.crt`), pair.certificatePem, { mode: 0o600 });
}

/** `why` has a message of ours, and the library's as its cause. */
function damaged(path: string, why: Error, advice: string): PkiError {
  const { cause } = why;
  return new PkiError('damaged', `cannot use ${path}: ${why.message}; ${advice}`, cause === undefined ? {} : { cause });
}
