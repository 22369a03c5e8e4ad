import type {
  FlowSchema,
  LimitedPriorityLevelConfiguration,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
  Subject,
} from '../../../api/schema/generated/types/flowcontrol-v1.ts';
import type { NewObject } from '../../../client/client.ts';

/** What a cluster has of both kinds. Mandatory ones are kept as they are; suggested ones an administrator may make his own. */
export interface BootstrapConfiguration {
  readonly levels: readonly NewObject<PriorityLevelConfiguration>[];
  readonly schemas: readonly NewObject<FlowSchema>[];
}

export const autoUpdateAnnotation = 'apf.kubernetes.io/autoupdate-spec';

/** Upstream's mandatory objects (kubernetes.io/docs/concepts/cluster-administration/flow-control). */
export const mandatory: BootstrapConfiguration = {
  levels: [
    level('exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
    level('catch-all', {
      type: 'Limited',
      limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
    }),
  ],
  schemas: [
    schema('exempt', { level: 'exempt', precedence: 1, rules: everything(groups('system:masters')) }),
    schema('catch-all', {
      level: 'catch-all',
      precedence: 10_000,
      by: 'ByUser',
      rules: everything(groups('system:unauthenticated', 'system:authenticated')),
    }),
  ],
};

/** Upstream's suggested objects. */
export const suggested: BootstrapConfiguration = {
  levels: [
    level('system', queued(30, 33, [64, 6, 50])),
    level('node-high', queued(40, 25, [64, 6, 50])),
    level('leader-election', queued(10, 0, [16, 4, 50])),
    level('workload-high', queued(40, 50, [128, 6, 50])),
    level('workload-low', queued(100, 90, [128, 6, 50])),
    level('global-default', queued(20, 50, [128, 6, 50])),
  ],
  schemas: [
    schema('probes', {
      level: 'exempt',
      precedence: 2,
      rules: {
        subjects: groups('system:unauthenticated', 'system:authenticated'),
        nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
      },
    }),
    schema('system-leader-election', {
      level: 'leader-election',
      precedence: 100,
      by: 'ByUser',
      rules: leases(...users('system:kube-controller-manager', 'system:kube-scheduler'), ...kubeSystemAccounts('*')),
    }),
    schema('endpoint-controller', {
      level: 'workload-high',
      precedence: 150,
      by: 'ByUser',
      rules: {
        subjects: [
          ...users('system:kube-controller-manager'),
          ...kubeSystemAccounts('endpoint-controller', 'endpointslicemirroring-controller'),
        ],
        resourceRules: [
          { verbs: ['get', 'create', 'update'], apiGroups: [''], resources: ['endpoints'], namespaces: ['*'] },
        ],
      },
    }),
    schema('workload-leader-election', {
      level: 'leader-election',
      precedence: 200,
      by: 'ByUser',
      rules: leases(...kubeSystemAccounts('*')),
    }),
    schema('system-node-high', {
      level: 'node-high',
      precedence: 400,
      by: 'ByUser',
      rules: {
        subjects: groups('system:nodes'),
        resourceRules: [
          {
            verbs: ['*'],
            apiGroups: [''],
            resources: ['nodes', 'nodes/status'],
            namespaces: ['*'],
            clusterScope: true,
          },
          { verbs: ['*'], apiGroups: ['coordination.k8s.io'], resources: ['leases'], namespaces: ['*'] },
        ],
      },
    }),
    schema('system-nodes', {
      level: 'system',
      precedence: 500,
      by: 'ByUser',
      rules: everything(groups('system:nodes')),
    }),
    schema('kube-controller-manager', {
      level: 'workload-high',
      precedence: 800,
      by: 'ByNamespace',
      rules: everything(users('system:kube-controller-manager')),
    }),
    schema('kube-scheduler', {
      level: 'workload-high',
      precedence: 800,
      by: 'ByNamespace',
      rules: everything(users('system:kube-scheduler')),
    }),
    schema('kube-system-service-accounts', {
      level: 'workload-high',
      precedence: 900,
      by: 'ByNamespace',
      rules: everything(kubeSystemAccounts('*')),
    }),
    schema('service-accounts', {
      level: 'workload-low',
      precedence: 9000,
      by: 'ByUser',
      rules: everything(groups('system:serviceaccounts')),
    }),
    schema('global-default', {
      level: 'global-default',
      precedence: 9900,
      by: 'ByUser',
      rules: everything(groups('system:unauthenticated', 'system:authenticated')),
    }),
  ],
};

function level(name: string, spec: PriorityLevelConfigurationSpec): NewObject<PriorityLevelConfiguration> {
  return { metadata: { name }, spec };
}

function queued(
  shares: number,
  lendablePercent: number,
  [queues, handSize, queueLengthLimit]: readonly [number, number, number],
): PriorityLevelConfigurationSpec {
  const queuing: QueuingConfiguration = { queues, handSize, queueLengthLimit };
  const limited: LimitedPriorityLevelConfiguration = {
    nominalConcurrencyShares: shares,
    lendablePercent,
    limitResponse: { type: 'Queue', queuing },
  };
  return { type: 'Limited', limited };
}

function schema(
  name: string,
  {
    level,
    precedence,
    by,
    rules,
  }: {
    readonly level: string;
    readonly precedence: number;
    readonly by?: 'ByUser' | 'ByNamespace';
    readonly rules: PolicyRulesWithSubjects;
  },
): NewObject<FlowSchema> {
  return {
    metadata: { name },
    spec: {
      priorityLevelConfiguration: { name: level },
      matchingPrecedence: precedence,
      ...(by && { distinguisherMethod: { type: by } }),
      rules: [rules],
    },
  };
}

function everything(subjects: readonly Subject[]): PolicyRulesWithSubjects {
  return {
    subjects,
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  };
}

function leases(...subjects: readonly Subject[]): PolicyRulesWithSubjects {
  return {
    subjects,
    resourceRules: [
      {
        verbs: ['get', 'create', 'update'],
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        namespaces: ['*'],
      },
    ],
  };
}

function groups(...names: readonly string[]): Subject[] {
  return names.map((name) => ({ kind: 'Group', group: { name } }));
}

function users(...names: readonly string[]): Subject[] {
  return names.map((name) => ({ kind: 'User', user: { name } }));
}

function kubeSystemAccounts(...names: readonly string[]): Subject[] {
  return names.map((name) => ({ kind: 'ServiceAccount', serviceAccount: { name, namespace: 'kube-system' } }));
}
