import { certificateSigningRequest } from '../../api/certificates/certificate-signing-request.ts';
import { parseCertificateRequest } from '../../api/certificates/parse-request.ts';
import { builtInSigners, kubeletClientFault } from '../../api/certificates/signers.ts';
import { formatTime } from '../../api/object.ts';
import type { CertificateSigningRequest } from '../../api/schema/generated/types/certificates-v1.ts';
import { changesOf, controller, done, type Permission } from '../../controller-runtime/controller.ts';
import { isDecided } from '../shared/certificate-requests.ts';

/** Whether the one who made a request may `create` this subresource of certificatesigningrequests. */
export type MayRequest = (
  requester: CertificateSigningRequest['spec'],
  subresource: 'nodeclient' | 'selfnodeclient',
) => Promise<boolean>;

const writes: readonly Permission[] = [{ kind: certificateSigningRequest, verbs: ['update'], subresource: 'approval' }];

/**
 * Approves client certificates of nodes: new ones for those who may make nodes join (bootstrap tokens), and a node's
 * own next one (kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping).
 */
export const certificateApprovalController = (mayRequest: MayRequest) =>
  controller({
    name: 'certificatesigningrequest-approving-controller',
    account: 'certificate-controller',
    wakesOn: [changesOf(certificateSigningRequest)],
    writes,
    async reconcile(key, { client, log, now, signal }) {
      const object = client.view(certificateSigningRequest).get(key);
      if (!object || object.metadata.deletionTimestamp || isDecided(object) || object.status?.certificate) return done;
      const { spec } = object;
      if (spec.signerName !== builtInSigners.kubeletClient) return done;
      const request = await parseCertificateRequest(spec.request ?? '').catch((error: unknown) => {
        log.warn('certificate request cannot be read', { name: key, error });
        return undefined;
      });
      if (!request || kubeletClientFault(request, spec.usages ?? [])) return done;
      const isOwn = spec.username === request.commonName;
      const why =
        isOwn && (await mayRequest(spec, 'selfnodeclient'))
          ? 'Auto approving self kubelet client certificate after SubjectAccessReview.'
          : (await mayRequest(spec, 'nodeclient'))
            ? 'Auto approving kubelet client certificate after SubjectAccessReview.'
            : undefined;
      // Rights may come later: trying again is the runner's.
      if (!why) throw new Error(`recognized csr "${key}" as a node's, but subject access review was not approved`);
      const time = formatTime(now());
      const approved = {
        type: 'Approved',
        status: 'True',
        reason: 'AutoApproved',
        message: why,
        lastUpdateTime: time,
        lastTransitionTime: time,
      };
      const conditions = [...(object.status?.conditions ?? []), approved];
      await client.update(
        certificateSigningRequest,
        { ...object, status: { ...object.status, conditions } },
        { signal, subresource: 'approval' },
      );
      return done;
    },
  });
