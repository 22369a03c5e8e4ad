import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const flowcontrolCases: Readonly<Record<string, KindCases>> = {
  'flowcontrol.apiserver.k8s.io/FlowSchema': {
    base: {
      spec: {
        matchingPrecedence: 10,
        priorityLevelConfiguration: { name: 'l' },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'u' } }],
            resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true }],
          },
        ],
      },
    },
    create: [
      [{ 'spec.matchingPrecedence': -1 }, 'spec.matchingPrecedence: Invalid value: -1: must be a positive value'],
      [
        { 'spec.matchingPrecedence': 10001 },
        'spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000',
      ],
      [
        { 'spec.priorityLevelConfiguration.name': '' },
        'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
      ],
      [
        { 'spec.distinguisherMethod': { type: 'x' } },
        'spec.distinguisherMethod.type: Unsupported value: "x": supported values: "ByNamespace", "ByUser"',
      ],
      [
        { 'spec.rules.0.subjects': [] },
        'spec.rules[0].subjects: Required value: subjects must contain at least one value',
      ],
      [
        { 'spec.rules.0.subjects': [{ kind: 'x' }] },
        'spec.rules[0].subjects[0].kind: Unsupported value: "x": supported values: "Group", "ServiceAccount", "User"',
      ],
      [
        { 'spec.rules.0.resourceRules.0.verbs': ['*', 'get'] },
        'spec.rules[0].resourceRules[0].verbs: Invalid value: ["*","get"]: if \'*\' is present, must not specify other verbs',
      ],
      [
        { 'spec.rules.0.resourceRules.0.clusterScope': false },
        'spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
      ],
      [
        {
          'spec.rules.0.resourceRules': [],
          'spec.rules.0.nonResourceRules': [{ verbs: ['x'], nonResourceURLs: ['x'] }],
        },
        'spec.rules[0].nonResourceRules[0].verbs: Unsupported value: ["x"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
        'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "x": must start with slash',
      ],
    ],
  },
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': {
    base: { spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } } },
    create: [
      [{ 'spec.type': 'x' }, 'spec.type: Unsupported value: "x": supported values: "Exempt", "Limited"'],
      [
        { 'spec.limited.nominalConcurrencyShares': -1 },
        'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
      ],
      [
        { 'spec.limited.lendablePercent': 101 },
        'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
      ],
      [
        { 'spec.limited.borrowingLimitPercent': -1 },
        'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
      ],
      [
        { 'spec.limited.limitResponse': { type: 'Queue', queuing: { queues: 1, handSize: 2, queueLengthLimit: -1 } } },
        'spec.limited.limitResponse.queuing.queueLengthLimit: Invalid value: -1: must be positive',
        'spec.limited.limitResponse.queuing.handSize: Invalid value: 2: should not be greater than queues (1)',
      ],
      [
        { 'spec.limited.limitResponse.queuing': { queues: 1 } },
        'spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited',
      ],
      [{ 'spec.limited': undefined }, 'spec.limited: Required value: must not be empty when type is Limited'],
      [{ 'spec.exempt': {} }, 'spec.exempt: Forbidden: must be nil if the type is Limited'],
      [
        {
          'spec.limited.limitResponse': { type: 'Queue', queuing: { queues: 1000, handSize: 20, queueLengthLimit: 1 } },
        },
        'spec.limited.limitResponse.queuing.handSize: Invalid value: 20: required entropy bits of deckSize 1000 and handSize 20 should not be greater than 60',
      ],
    ],
  },
};
