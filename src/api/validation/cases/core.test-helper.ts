import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const coreCases: Readonly<Record<string, KindCases>> = {
  '/ConfigMap': {
    base: { data: { a: 'b' } },
    stored: { immutable: true },
    create: [
      [
        { 'metadata.name': 'A' },
        "metadata.name: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
      [
        { data: { 'a/b': 'x' } },
        "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ],
      [{ binaryData: { a: 'AA==' } }, 'data[a]: Invalid value: "a": duplicate of key present in binaryData'],
      [{ data: { '..': '' } }, 'data[..]: Invalid value: "..": must not be \'..\''],
    ],
    update: [
      [{ data: { a: 'c' } }, 'data: Forbidden: field is immutable when `immutable` is set'],
      [{ immutable: false }, 'immutable: Forbidden: field is immutable when `immutable` is set'],
    ],
  },
  '/Event': {
    base: { involvedObject: { kind: 'Pod', name: 'p', namespace: 'n' }, reason: 'R' },
    create: [
      [
        { 'involvedObject.namespace': 'm' },
        'involvedObject.namespace: Invalid value: "m": does not match event.namespace',
      ],
      [
        { 'involvedObject.namespace': '' },
        'involvedObject.namespace: Invalid value: "": does not match event.namespace',
      ],
      [
        { eventTime: '2026-01-01T00:00:00.000000Z' },
        'reportingComponent: Required value',
        'reportingComponent: Invalid value: "": name part must be non-empty',
        "reportingComponent: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        'reportingInstance: Required value',
        'action: Required value',
      ],
      [
        {
          eventTime: '2026-01-01T00:00:00.000000Z',
          reportingComponent: 'a/b/c',
          reportingInstance:
            'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
          action: 'A',
          message: 'x'.repeat(1025),
        },
        "reportingComponent: Invalid value: \"a/b/c\": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
        'reportingInstance: Invalid value: "": can have at most 128 characters',
        'message: Invalid value: "": can have at most 1024 characters',
      ],
    ],
  },
  '/LimitRange': {
    base: { spec: { limits: [{ type: 'Container', max: { cpu: '2' } }] } },
    create: [
      [
        { 'spec.limits.0.min': { cpu: '3' } },
        'spec.limits[0].min[cpu]: Invalid value: "3": min value 3 is greater than max value 2',
        'spec.limits[0].min[cpu]: Invalid value: "3": min value 3 is greater than default request value 2',
        'spec.limits[0].min[cpu]: Invalid value: "3": min value 3 is greater than default value 2',
      ],
      [{ 'spec.limits.1': { type: 'Container' } }, 'spec.limits[1].type: Duplicate value: "Container"'],
      [
        { 'spec.limits.0.max': { cpu: '-1' } },
        'spec.limits[0].max[cpu]: Invalid value: "-1": must be greater than or equal to 0',
        'spec.limits[0].default[cpu]: Invalid value: "-1": must be greater than or equal to 0',
        'spec.limits[0].defaultRequest[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      ],
      [
        { 'spec.limits.0': { type: 'Pod', default: { cpu: '1' } } },
        "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
      ],
      [
        { 'spec.limits.0': { type: 'PersistentVolumeClaim', max: { cpu: '1' } } },
        'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
      ],
    ],
  },
  '/Namespace': {
    base: {},
    create: [
      [
        { 'metadata.name': 'a.b' },
        "metadata.name: Invalid value: \"a.b\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      ],
      [
        { 'spec.finalizers': ['x'] },
        'spec.finalizers[0]: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified',
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.phase': 'Terminating' },
          'status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty',
        ],
      ],
      finalize: [
        [
          { 'spec.finalizers': ['mine'] },
          'spec.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
        ],
      ],
    },
  },
  '/Node': {
    base: { spec: { podCIDRs: ['10.42.0.0/24'], providerID: 'k3ts://o' } },
    create: [
      [
        { 'spec.taints': [{ key: 'a/b/c', effect: 'NoSchedule' }] },
        "metadata.taints[0].key: Invalid value: \"a/b/c\": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      ],
      [{ 'spec.taints': [{ key: 'k', effect: '' }] }, 'metadata.taints[0].effect: Required value'],
      [
        { 'spec.taints': [{ key: 'k', effect: 'x' }] },
        'metadata.taints[0].effect: Unsupported value: "x": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      ],
      [
        { 'spec.podCIDRs': ['10.0.0.0/8', '10.1.0.0/16'] },
        'spec.podCIDRs: Invalid value: ["10.0.0.0/8","10.1.0.0/16"]: may specify no more than one CIDR for each IP family',
      ],
      [
        { 'spec.podCIDRs': ['x'] },
        'spec.podCIDRs[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      ],
    ],
    update: [
      [
        { 'spec.podCIDRs': ['10.43.0.0/24'], 'spec.podCIDR': '10.43.0.0/24' },
        'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
      ],
      [
        { 'spec.providerID': 'other' },
        'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.capacity': { cpu: '-1' } },
          'status.capacity.cpu: Invalid value: "-1": must be greater than or equal to 0',
          'status.allocatable.cpu: Invalid value: "-1": must be greater than or equal to 0',
        ],
        [
          {
            'status.addresses': [
              { type: 'InternalIP', address: '10.0.0.1' },
              { type: 'InternalIP', address: '10.0.0.1' },
            ],
          },
          'status.addresses[1]: Duplicate value: {"Type":"InternalIP","Address":"10.0.0.1"}',
        ],
      ],
    },
  },
  '/ResourceQuota': {
    base: { spec: { hard: { pods: '1' } } },
    create: [
      [{ 'spec.hard': { x: '1' } }, 'spec.hard[x]: Invalid value: "x": must be a standard resource for quota'],
      [{ 'spec.hard': { cpu: '-1' } }, 'spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
      [
        { 'spec.scopes': ['BestEffort', 'NotBestEffort'] },
        'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
      ],
      [{ 'spec.scopes': ['x'] }, 'spec.scopes: Invalid value: ["x"]: unsupported scope'],
      [
        { 'spec.scopeSelector': { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] } },
        "spec.scopeSelector.matchExpressions[0].values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      ],
    ],
    update: [[{ 'spec.scopes': ['BestEffort'] }, 'spec.scopes: Invalid value: ["BestEffort"]: field is immutable']],
    subresources: {
      status: [
        [{ 'status.hard': { x: '1' } }, 'status.hard[x]: Invalid value: "x": must be a standard resource for quota'],
      ],
    },
  },
  '/Secret': {
    base: { data: { a: 'eA==' } },
    create: [
      [{ type: 'kubernetes.io/tls' }, 'data[tls.crt]: Required value', 'data[tls.key]: Required value'],
      [{ type: 'kubernetes.io/basic-auth' }, 'data[username]: Required value', 'data[password]: Required value'],
      [{ type: 'kubernetes.io/ssh-auth' }, 'data[ssh-privatekey]: Required value'],
      [
        { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'eA==' } },
        'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid JSON',
      ],
      [
        { type: 'kubernetes.io/service-account-token' },
        'metadata.annotations[kubernetes.io/service-account.name]: Required value',
      ],
      [
        { data: { 'a b': '' } },
        "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ],
    ],
    update: [[{ type: 'x' }, 'type: Invalid value: "x": field is immutable']],
  },
  '/ServiceAccount': {
    base: {},
    create: [
      [
        { 'metadata.name': 'A' },
        "metadata.name: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
    ],
  },
};
