import { node } from '../api/core/node.ts';
import { persistentVolume } from '../api/core/persistent-volume.ts';
import { persistentVolumeClaim } from '../api/core/persistent-volume-claim.ts';
import { pod } from '../api/core/pod.ts';
import { secret } from '../api/core/secret.ts';
import { serviceAccount } from '../api/core/service-account.ts';
import { clusterRole } from '../api/rbac/cluster-role.ts';
import { clusterRoleBinding } from '../api/rbac/cluster-role-binding.ts';
import { role } from '../api/rbac/role.ts';
import { roleBinding } from '../api/rbac/role-binding.ts';
import { resourceSlice } from '../api/resource/resource-slice.ts';
import type { PersistentVolume, Pod } from '../api/schema/generated/types/core-v1.ts';
import { csiDriver } from '../api/storage/csi-driver.ts';
import { volumeAttachment } from '../api/storage/volume-attachment.ts';
import type { ApiServerOptions } from '../apiserver/api-server.ts';
import { createAuthentication } from '../apiserver/authentication/authentication.ts';
import type { TokenSubjects } from '../apiserver/authentication/service-account.ts';
import { createTokenSigner, type TokenSigner } from '../apiserver/authentication/service-account-token.ts';
import { createTokenRequestHandler, type TokenRequestHandler } from '../apiserver/authentication/token-request.ts';
import { createTokenReviewHandler } from '../apiserver/authentication/token-review.ts';
import { createAuthorization } from '../apiserver/authorization/authorization.ts';
import { nodeRules } from '../apiserver/authorization/bootstrap/component-roles.ts';
import { countDecisions } from '../apiserver/authorization/counted.ts';
import { nodeAuthorizer } from '../apiserver/authorization/node.ts';
import { createRuleResolver, type RuleResolver, rbacAuthorizer } from '../apiserver/authorization/rbac.ts';
import { createRulesReviewHandler } from '../apiserver/authorization/rules-review.ts';
import type { Authenticator, Authorizer, UserInfo } from '../apiserver/contract.ts';
import { type ApiServerSettings, defaultApiServerSettings } from '../apiserver/settings/settings.ts';
import type { Clock } from '../base/clock.ts';
import { type Logger, silentLogger } from '../base/log.ts';
import type { MetricRegistry } from '../base/metrics/metrics.ts';
import type { Client } from '../client/client.ts';

/** Everything that decides who somebody is and what he may do. */
export interface Access {
  readonly authenticator: Authenticator;
  /** Whose bearer token this is, for the other ports of a server. Throws ApiError `Unauthorized`. */
  authenticateToken(token: string, signal: AbortSignal): Promise<UserInfo | undefined>;
  readonly authorizer: Authorizer;
  readonly resolver: RuleResolver;
  readonly tokenRequest: TokenRequestHandler;
  readonly reviews: ApiServerOptions['reviews'];
  readonly openId: ApiServerOptions['openId'];
  readonly signSecretToken: TokenSigner['signForSecret'];
  /** Stops following configuration files. */
  close(): void;
}

export interface AccessOptions {
  /** Reads roles, accounts and what tokens are bound to; in-process, so never behind. */
  readonly client: Client;
  readonly serviceAccountKeyPem: string;
  readonly clusterDomain: string;
  readonly clock: Clock;
  readonly settings?: ApiServerSettings;
  readonly log?: Logger;
  /** Where decisions are counted. Default: nowhere. */
  readonly metrics?: MetricRegistry;
}

/** Reads the configuration files that `settings` names. Throws Error with the file's name and all that is wrong with it. */
export async function createAccess(options: AccessOptions): Promise<Access> {
  const { client, serviceAccountKeyPem, clusterDomain, clock, metrics, log = silentLogger } = options;
  const { authentication, authorization } = options.settings ?? defaultApiServerSettings;
  const { serviceAccountIssuers, maxTokenSeconds } = authentication;
  const [issuer = `https://kubernetes.default.svc.${clusterDomain}`, ...formerIssuers] = serviceAccountIssuers;
  const audiences = authentication.apiAudiences ?? [issuer, 'k3ts'];
  const signer = createTokenSigner({ keyPem: serviceAccountKeyPem, issuer, formerIssuers, clock });
  const subjects: TokenSubjects = {
    serviceAccounts: client.view(serviceAccount),
    pods: client.view(pod),
    secrets: client.view(secret),
    nodes: client.view(node),
  };
  const who = await createAuthentication({
    settings: authentication,
    serviceAccounts: { signer, subjects },
    audiences,
    client,
    clock,
    log: log.child('authentication'),
  });
  const resolver = createRuleResolver({
    roles: client.view(role),
    roleBindings: client.view(roleBinding),
    clusterRoles: client.view(clusterRole),
    clusterRoleBindings: client.view(clusterRoleBinding),
  });
  const what = await createAuthorization({
    settings: authorization,
    node: nodeAuthorizer({
      pods: subjects.pods,
      persistentVolumes: client.view(persistentVolume),
      volumeAttachments: client.view(volumeAttachment),
      resourceSlices: client.view(resourceSlice),
      rules: nodeRules,
    }),
    rbac: rbacAuthorizer(resolver),
    clock,
    log: log.child('authorization'),
    ...(metrics && { count: countDecisions(metrics) }),
  });
  return {
    authenticator: who.authenticator,
    authenticateToken: async (token, signal) =>
      (await who.tokens.authenticateToken(token, { audiences, signal }))?.user,
    authorizer: what.authorizer,
    resolver,
    tokenRequest: createTokenRequestHandler({
      signer,
      subjects,
      clock,
      audiences,
      extend: authentication.extendTokens,
      nodeAudiences: {
        csiDrivers: client.view(csiDriver),
        volumesOf: (pod) => volumesOf(pod, client),
        authorizer: what.authorizer,
      },
      ...(maxTokenSeconds !== undefined && { maxTokenSeconds }),
    }),
    signSecretToken: (claims) => signer.signForSecret(claims),
    reviews: {
      tokenReview: createTokenReviewHandler(who.tokens, audiences),
      rulesReview: createRulesReviewHandler(resolver, () => what.hasUnlisted()),
    },
    openId: {
      configuration: () => ({
        issuer,
        jwks_uri: `${issuer}/openid/v1/jwks`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['ES256'],
      }),
      keys: async () => ({ keys: await signer.publicKeys() }),
    },
    close() {
      who.close();
      what.close();
    },
  };
}

/** The persistent volumes behind a pod's claims. */
function volumesOf({ metadata, spec }: Pod, client: Client): readonly PersistentVolume[] {
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim: claim, ephemeral }) => {
    const claimName = claim?.claimName ?? (ephemeral && `${metadata.name}-${name}`);
    const volume =
      claimName && client.view(persistentVolumeClaim).get(`${metadata.namespace}/${claimName}`)?.spec?.volumeName;
    return (volume && client.view(persistentVolume).get(volume)) || [];
  });
}
