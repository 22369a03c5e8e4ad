import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const resourceCases: Readonly<Record<string, KindCases>> = {
  'resource.k8s.io/DeviceClass': {
    base: { spec: {} },
    create: [
      [{ 'spec.selectors': [{}] }, 'spec.selectors[0].cel: Required value'],
      [
        { 'spec.selectors': [{ cel: { expression: 'x'.repeat(10241) } }] },
        'spec.selectors[0].cel.expression: Too long: may not be more than 10240 bytes',
      ],
      [
        { 'spec.selectors': Array.from({ length: 33 }, () => ({ cel: { expression: 'true' } })) },
        'spec.selectors: Too many: 33: must have at most 32 items',
      ],
      [{ 'spec.config': [{}] }, 'spec.config[0].opaque: Required value'],
      [
        { 'spec.config': [{ opaque: { driver: '', parameters: 'x' } }] },
        'spec.config[0].opaque.driver: Required value',
        'spec.config[0].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object',
      ],
      [
        { 'spec.extendedResourceName': 'x' },
        'spec.extendedResourceName: Invalid value: "x": must be a valid extended resource name',
      ],
    ],
  },
  'resource.k8s.io/ResourceClaim': {
    base: { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'c' } }] } } },
    create: [
      [
        { 'spec.devices.requests.0.name': 'A' },
        "spec.devices.requests[0].name: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      ],
      [
        { 'spec.devices.requests.0.exactly': undefined },
        'spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required',
      ],
      [
        { 'spec.devices.requests.0.firstAvailable': [{ name: 's', deviceClassName: 'c' }] },
        'spec.devices.requests[0]: Invalid value: "null": exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set',
      ],
      [
        { 'spec.devices.requests.0.exactly.deviceClassName': '' },
        'spec.devices.requests[0].exactly.deviceClassName: Required value',
      ],
      [
        { 'spec.devices.requests.0.exactly.allocationMode': 'x' },
        'spec.devices.requests[0].exactly.allocationMode: Unsupported value: "x": supported values: "All", "ExactCount"',
      ],
      [
        { 'spec.devices.requests.0.exactly.allocationMode': 'All', 'spec.devices.requests.0.exactly.count': 1 },
        "spec.devices.requests[0].exactly.count: Invalid value: 1: must not be specified when allocationMode is 'All'",
      ],
      [
        { 'spec.devices.requests.0.exactly.count': -1 },
        'spec.devices.requests[0].exactly.count: Invalid value: -1: must be greater than zero',
      ],
      [
        { 'spec.devices.requests.1': { name: 'r', exactly: { deviceClassName: 'c' } } },
        'spec.devices.requests[1]: Duplicate value: "r"',
      ],
      [
        {
          'spec.devices.requests.0.exactly.tolerations': [{ key: 'a b', operator: 'Exists', value: 'v', effect: 'x' }],
        },
        "spec.devices.requests[0].exactly.tolerations[0].key: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        'spec.devices.requests[0].exactly.tolerations[0].value: Invalid value: "v": must be empty for operator `Exists`',
        'spec.devices.requests[0].exactly.tolerations[0].effect: Unsupported value: "x": supported values: "NoExecute", "NoSchedule", "None"',
      ],
      [
        { 'spec.devices.constraints': [{ requests: ['x'], matchAttribute: 'model' }, {}] },
        'spec.devices.constraints[0].requests[0]: Invalid value: "x": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
        'spec.devices.constraints[0].matchAttribute: Invalid value: "model": a fully qualified name must be a domain and a name separated by a slash',
        'spec.devices.constraints[1]: Required value: exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set',
      ],
      [
        { 'spec.devices.constraints': [{ matchAttribute: 'a.b/9' }] },
        "spec.devices.constraints[0].matchAttribute: Invalid value: \"9\": a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')",
      ],
      [
        { 'spec.devices.config': [{ requests: ['r', 'r'], opaque: { driver: 'gpu.example.com', parameters: {} } }] },
        'spec.devices.config[0].requests[1]: Duplicate value: "r"',
      ],
    ],
    update: [
      [
        { 'spec.devices.requests.0.name': 's' },
        'spec: Invalid value: {"devices":{"requests":[{"name":"s","exactly":{"deviceClassName":"c","allocationMode":"ExactCount","count":1}}]}}: field is immutable',
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.reservedFor': [{ resource: 'pods', name: 'p', uid: 'u' }] },
          'status.reservedFor: Forbidden: may not be specified when `allocated` is not set',
        ],
        [
          {
            'status.allocation': {
              devices: { results: [{ request: 'x', driver: '', pool: '', device: 'A' }], config: [{ source: 'x' }] },
            },
          },
          'status.allocation.devices.results[0].request: Invalid value: "x": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
          'status.allocation.devices.results[0].driver: Required value',
          'status.allocation.devices.results[0].pool: Required value',
          "status.allocation.devices.results[0].device: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
          'status.allocation.devices.config[0].source: Unsupported value: "x": supported values: "FromClaim", "FromClass"',
          'status.allocation.devices.config[0].opaque: Required value',
        ],
        [
          {
            'status.allocation': {
              devices: {
                results: [
                  { request: 'r', driver: 'gpu.example.com', pool: 'p', device: 'd', bindingConditions: ['a'] },
                ],
              },
            },
          },
          'status.allocation.devices.results[0].bindingConditions: Invalid value: ["a"]: bindingFailureConditions are required to use bindingConditions',
        ],
        [
          {
            'status.devices': [
              {
                driver: 'gpu.example.com',
                pool: 'p',
                device: 'd',
                networkData: { ips: ['x'], interfaceName: 'x'.repeat(257) },
              },
            ],
          },
          'status.devices[0]: Invalid value: "gpu.example.com/p/d": must be an allocated device in the claim',
          'status.devices[0].networkData.interfaceName: Too long: may not be more than 256 bytes',
          'status.devices[0].networkData.ips[0]: Invalid value: "x": must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)',
        ],
      ],
    },
  },
  'resource.k8s.io/ResourceClaimTemplate': {
    base: { spec: { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'c' } }] } } } },
    create: [
      [
        { 'spec.metadata': { labels: { 'a/b/c': '' } } },
        "spec.metadata.labels: Invalid value: \"a/b/c\": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      ],
      [
        { 'spec.spec.devices.requests.0.name': '' },
        "spec.spec.devices.requests[0].name: Invalid value: \"\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      ],
    ],
    update: [
      [
        { 'spec.spec.devices.requests.0.name': 's' },
        'spec: Invalid value: {"spec":{"devices":{"requests":[{"name":"s","exactly":{"deviceClassName":"c","allocationMode":"ExactCount","count":1}}]}},"metadata":{}}: field is immutable',
      ],
    ],
  },
  'resource.k8s.io/ResourceSlice': {
    base: {
      spec: {
        driver: 'gpu.example.com',
        pool: { name: 'p', resourceSliceCount: 1, generation: 1 },
        nodeName: 'n',
        devices: [{ name: 'd' }],
      },
    },
    create: [
      [{ 'spec.driver': '' }, 'spec.driver: Required value'],
      [
        { 'spec.pool': { name: '', resourceSliceCount: 0, generation: -1 } },
        'spec.pool.name: Required value',
        'spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero',
        'spec.pool.generation: Invalid value: -1: must be greater than or equal to zero',
      ],
      [
        { 'spec.nodeName': undefined },
        'spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required',
      ],
      [
        { 'spec.allNodes': true },
        'spec: Invalid value: "{`nodeName`, `allNodes`}": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set',
      ],
      [{ 'spec.allNodes': false }, 'spec.allNodes: Invalid value: false: must be either unset or set to true'],
      [
        {
          'spec.nodeName': undefined,
          'spec.nodeSelector': {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'k', operator: 'Exists' }] },
              { matchExpressions: [{ key: 'k', operator: 'Exists' }] },
            ],
          },
        },
        'spec.nodeSelector.nodeSelectorTerms: Invalid value: [{"matchExpressions":[{"key":"k","operator":"Exists"}]},{"matchExpressions":[{"key":"k","operator":"Exists"}]}]: must have exactly one node selector term',
      ],
      [
        { 'spec.devices.0.name': 'A' },
        "spec.devices[0].name: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      ],
      [{ 'spec.devices.1': { name: 'd' } }, 'spec.devices[1]: Duplicate value: "d"'],
      [
        {
          'spec.devices.0.attributes': {
            '9': { bool: true },
            a: {},
            b: { version: 'x' },
            c: { string: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' },
            d: { int: 1, bool: true },
          },
        },
        "spec.devices[0].attributes: Invalid value: \"9\": a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')",
        'spec.devices[0].attributes[a]: Invalid value: "": exactly one value must be specified',
        'spec.devices[0].attributes[b].version: Invalid value: "x": must be a string compatible with semver.org spec 2.0.0',
        'spec.devices[0].attributes[c].string: Too long: may not be more than 64 bytes',
        'spec.devices[0].attributes[d]: Invalid value: {"int":1,"bool":true}: exactly one value must be specified',
      ],
      [
        { 'spec.devices.0.capacity': { m: { value: '1', requestPolicy: { default: '1' } } } },
        'spec.devices[0].capacity[m].requestPolicy: Forbidden: allowMultipleAllocations must be true',
      ],
      [
        {
          'spec.devices.0.allowMultipleAllocations': true,
          'spec.devices.0.capacity': {
            m: { value: '4', requestPolicy: { default: '3', validRange: { min: '1', step: '4' } } },
            n: { value: '4', requestPolicy: { default: '3', validValues: ['2', '1'] } },
          },
        },
        'spec.devices[0].capacity[m].requestPolicy.validRange.step: Invalid value: "4": one step 4 is larger than capacity value: 4',
        'spec.devices[0].capacity[m].requestPolicy.validRange.step: Invalid value: "3": value is not a multiple of a given step (4) from (1)',
        'spec.devices[0].capacity[n].requestPolicy.validValues[1]: Invalid value: "1": values must be sorted in ascending order',
        'spec.devices[0].capacity[n].requestPolicy.validValues: Invalid value: "3": default value is not valid according to the requestPolicy',
      ],
      [
        { 'spec.devices.0.taints': [{ key: '', effect: 'x' }] },
        'spec.devices[0].taints[0].key: Invalid value: "": name part must be non-empty',
        "spec.devices[0].taints[0].key: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        'spec.devices[0].taints[0].effect: Unsupported value: "x": supported values: "NoExecute", "NoSchedule", "None"',
      ],
      [
        { 'spec.devices.0.consumesCounters': [{ counterSet: '', counters: {} }] },
        'spec.devices[0].consumesCounters[0].counterSet: Required value',
        'spec.devices[0].consumesCounters[0].counters: Required value',
      ],
      [
        { 'spec.devices.0.nodeName': 'n' },
        'spec.devices[0]: Invalid value: "null": `nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec',
      ],
      [
        { 'spec.nodeName': undefined, 'spec.perDeviceNodeSelection': true },
        'spec.devices[0]: Required value: exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec',
      ],
      [
        { 'spec.sharedCounters': [{ name: 'A', counters: {} }], 'spec.devices': [] },
        "spec.sharedCounters[0].name: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        'spec.sharedCounters[0].counters: Required value',
      ],
    ],
    update: [
      [{ 'spec.driver': 'other.example.com' }, 'spec.driver: Invalid value: "other.example.com": field is immutable'],
      [{ 'spec.pool.name': 'q' }, 'spec.pool.name: Invalid value: "q": field is immutable'],
      [{ 'spec.nodeName': 'm' }, 'spec.nodeName: Invalid value: "m": field is immutable'],
    ],
  },
};
