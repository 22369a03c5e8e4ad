import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const admissionregistrationCases: Readonly<Record<string, KindCases>> = {
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': {
    base: {
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        },
        validations: [{ expression: 'true' }],
      },
    },
    create: [
      [{ 'spec.failurePolicy': 'x' }, 'spec.failurePolicy: Unsupported value: "x": supported values: "Fail", "Ignore"'],
      [{ 'spec.matchConstraints': undefined }, 'spec.matchConstraints: Required value'],
      [{ 'spec.matchConstraints.resourceRules': [] }, 'spec.matchConstraints.resourceRules: Required value'],
      [
        { 'spec.matchConstraints.matchPolicy': 'x' },
        'spec.matchConstraints.matchPolicy: Unsupported value: "x": supported values: "Equivalent", "Exact"',
      ],
      [
        { 'spec.matchConstraints.resourceRules.0.operations': ['*', 'CREATE'] },
        'spec.matchConstraints.resourceRules[0].operations: Invalid value: ["*","CREATE"]: if \'*\' is present, must not specify other operations',
      ],
      [
        { 'spec.matchConstraints.resourceRules.0.resources': ['*/*', 'pods'] },
        'spec.matchConstraints.resourceRules[0].resources: Invalid value: ["*/*","pods"]: if \'*/*\' is present, must not specify other resources',
      ],
      [
        { 'spec.matchConstraints.resourceRules.0.resourceNames': ['a/b', 'c', 'c'] },
        'spec.matchConstraints.resourceRules[0].resourceNames[0]: Invalid value: "a/b": may not contain \'/\'',
        'spec.matchConstraints.resourceRules[0].resourceNames[2]: Duplicate value: "c"',
      ],
      [
        { 'spec.paramKind': { apiVersion: '', kind: '' } },
        'spec.paramKind.apiVersion: Required value',
        'spec.paramKind.kind: Required value',
      ],
      [
        { 'spec.paramKind': { apiVersion: 'a/b/c', kind: 'a.b' } },
        'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
        "spec.paramKind.kind: Invalid value: \"a.b\": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      ],
      [
        {
          'spec.variables': [
            { name: '', expression: '' },
            { name: 'a-b', expression: '1' },
          ],
        },
        'spec.variables[0].name: Required value: name is not specified',
        'spec.variables[0].expression: Required value: expression is not specified',
        'spec.variables[1].name: Invalid value: "a-b": name is not a valid CEL identifier',
      ],
      [
        { 'spec.validations': [] },
        'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
        'spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item',
      ],
      [
        { 'spec.validations.0': { expression: ' ', message: 'a\nb', messageExpression: ' ', reason: 'x' } },
        'spec.validations[0].expression: Required value: expression is not specified',
        'spec.validations[0].messageExpression: Invalid value: " ": must be non-empty if specified',
        'spec.validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
        'spec.validations[0].reason: Unsupported value: "x": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"',
      ],
      [
        { 'spec.auditAnnotations': [{ key: 'a b', valueExpression: '' }] },
        "spec.auditAnnotations[0].key: Invalid value: \"o/a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        'spec.auditAnnotations[0].valueExpression: Required value: valueExpression is not specified',
      ],
      [
        {
          'spec.matchConditions': [
            { name: '', expression: '' },
            { name: 'a', expression: 'true' },
            { name: 'a', expression: 'true' },
          ],
        },
        'spec.matchConditions[0].expression: Required value',
        'spec.matchConditions[0].name: Required value',
        'spec.matchConditions[2].name: Duplicate value: "a"',
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.typeChecking': { expressionWarnings: [{ fieldRef: '', warning: '' }] } },
          'status.typeChecking.expressionWarnings[0].warning: Required value',
          'status.typeChecking.expressionWarnings[0].fieldRef: Required value',
        ],
        [
          {
            'status.conditions': [
              { type: 'Ready', status: 'x', reason: 'R', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
            ],
          },
          'status.conditions[0].status: Unsupported value: "x": supported values: "False", "True", "Unknown"',
        ],
      ],
    },
  },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': {
    base: { spec: { policyName: 'p', validationActions: ['Deny'] } },
    create: [
      [{ 'spec.policyName': '' }, 'spec.policyName: Required value'],
      [
        { 'spec.validationActions': [] },
        'spec.validationActions: Required value: at least one validation action is required',
      ],
      [
        { 'spec.validationActions': ['x', 'Deny', 'Deny'] },
        'spec.validationActions[0]: Unsupported value: "x": supported values: "Audit", "Deny", "Warn"',
        'spec.validationActions[2]: Duplicate value: "Deny"',
      ],
      [
        { 'spec.validationActions': ['Deny', 'Warn'] },
        'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ],
      [
        { 'spec.paramRef': {} },
        'spec.paramRef: Required value: one of name or selector must be specified',
        'spec.paramRef.parameterNotFoundAction: Required value',
      ],
      [
        { 'spec.paramRef': { name: 'a', selector: {}, parameterNotFoundAction: 'x' } },
        'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
        'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
        'spec.paramRef.parameterNotFoundAction: Unsupported value: "x": supported values: "Deny", "Allow"',
      ],
      [
        { 'spec.matchResources': { matchPolicy: 'x' } },
        'spec.matchResources.matchPolicy: Unsupported value: "x": supported values: "Equivalent", "Exact"',
      ],
    ],
  },
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': {
    base: {
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        },
        reinvocationPolicy: 'Never',
        mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } }],
      },
    },
    create: [
      [{ 'spec.mutations': [] }, 'spec.mutations: Required value: mutations must contain at least one item'],
      [{ 'spec.mutations.0.patchType': '' }, 'spec.mutations[0].patchType: Required value'],
      [
        { 'spec.mutations.0.patchType': 'x' },
        'spec.mutations[0].patchType: Unsupported value: "x": supported values: "ApplyConfiguration", "JSONPatch"',
      ],
      [
        { 'spec.mutations.0.patchType': 'ApplyConfiguration' },
        'spec.mutations[0].applyConfiguration: Required value: must be specified when patchType is ApplyConfiguration',
        'spec.mutations[0].jsonPatch: Invalid value: "{jsonPatch}": must not be specified when patchType is ApplyConfiguration',
      ],
      [
        { 'spec.reinvocationPolicy': 'x' },
        'spec.reinvocationPolicy: Unsupported value: "x": supported values: "IfNeeded", "Never"',
      ],
      [{ 'spec.reinvocationPolicy': '' }, 'spec.reinvocationPolicy: Required value'],
    ],
  },
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': {
    base: { spec: { policyName: 'p' } },
    create: [
      [
        { 'spec.policyName': 'A' },
        "spec.policyName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
      [
        { 'spec.paramRef': { name: 'a/b' } },
        'spec.paramRef.name: Invalid value: "a/b": may not contain \'/\'',
        'spec.paramRef.parameterNotFoundAction: Required value',
      ],
    ],
  },
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': {
    base: {
      webhooks: [
        {
          name: 'w.example.com',
          clientConfig: { url: 'https://h/p' },
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        },
      ],
    },
    create: [
      [
        { 'webhooks.0.name': 'a' },
        'webhooks[0].name: Invalid value: "a": should be a domain with at least three segments separated by dots',
      ],
      [
        {
          'webhooks.1': {
            name: 'w.example.com',
            clientConfig: { url: 'https://h/p' },
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
            rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
          },
        },
        'webhooks[1].name: Duplicate value: "w.example.com"',
      ],
      [
        { 'webhooks.0.reinvocationPolicy': 'x' },
        'webhooks[0].reinvocationPolicy: Unsupported value: "x": supported values: "IfNeeded", "Never"',
      ],
      [
        { 'webhooks.0.clientConfig': {} },
        'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
      ],
      [
        { 'webhooks.0.sideEffects': 'Some' },
        'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
      ],
      [
        { 'webhooks.0.admissionReviewVersions': [] },
        'webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1',
      ],
      [
        { 'webhooks.0.timeoutSeconds': 31 },
        'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
      ],
    ],
  },
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': {
    base: {
      webhooks: [
        {
          name: 'w.example.com',
          clientConfig: { url: 'https://h/p' },
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        },
      ],
    },
    create: [
      [{ 'webhooks.0.name': '' }, 'webhooks[0].name: Required value'],
      [
        { 'webhooks.0.rules.0.resources': ['a/*', 'a/b'] },
        'webhooks[0].rules[0].resources[1]: Invalid value: "a/b": if \'a/*\' is present, must not specify a/b',
      ],
      [
        { 'webhooks.0.rules.0.apiGroups': ['*', 'a'] },
        'webhooks[0].rules[0].apiGroups: Invalid value: ["*","a"]: if \'*\' is present, must not specify other API groups',
      ],
      [
        { 'webhooks.0.failurePolicy': 'x' },
        'webhooks[0].failurePolicy: Unsupported value: "x": supported values: "Fail", "Ignore"',
      ],
      [
        { 'webhooks.0.sideEffects': '' },
        'webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun',
      ],
      [
        { 'webhooks.0.admissionReviewVersions': ['v2'] },
        'webhooks[0].admissionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1',
      ],
      [
        { 'webhooks.0.clientConfig': { service: { name: '', namespace: '', path: 'a//b', port: 0 } } },
        'webhooks[0].clientConfig.service.name: Required value: service name is required',
        'webhooks[0].clientConfig.service.namespace: Required value: service namespace is required',
        'webhooks[0].clientConfig.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive',
        'webhooks[0].clientConfig.service.path: Invalid value: "a//b": must start with a \'/\'',
        'webhooks[0].clientConfig.service.path: Invalid value: "a//b": segment[0] may not be empty',
        'webhooks[0].clientConfig.service.path: Invalid value: "a//b": segment[1] may not be empty',
      ],
      [
        { 'webhooks.0.clientConfig': { url: 'http://u@h/?q#f' } },
        'webhooks[0].clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
        'webhooks[0].clientConfig.url: Forbidden: user information is not permitted in the URL; desired format: https://host[/path]',
        'webhooks[0].clientConfig.url: Invalid value: "#f": fragments are not permitted in the URL',
        'webhooks[0].clientConfig.url: Invalid value: "?q": query parameters not permitted in the URL',
      ],
    ],
  },
};
