import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const networkingCases: Readonly<Record<string, KindCases>> = {
  'networking.k8s.io/IngressClass': {
    base: { spec: { controller: 'a.b/c' } },
    create: [
      [
        { 'spec.controller': 'x' },
        'spec.controller: Invalid value: "x": must be a domain-prefixed path (such as "acme.io/foo")',
      ],
      [
        { 'spec.parameters': { kind: '', name: '' } },
        'spec.parameters.kind: Required value',
        'spec.parameters.name: Required value',
      ],
      [
        { 'spec.parameters': { kind: 'K', name: 'n', scope: 'Namespace' } },
        "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
      ],
      [
        { 'spec.parameters': { kind: 'K', name: 'n', scope: 'x' } },
        'spec.parameters.scope: Unsupported value: "x": supported values: "Cluster", "Namespace"',
      ],
      [
        { 'spec.parameters': { kind: 'K', name: 'n', namespace: 'm' } },
        "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
      ],
    ],
    update: [[{ 'spec.controller': 'a.b/d' }, 'spec.controller: Invalid value: "a.b/d": field is immutable']],
  },
  'networking.k8s.io/Ingress': {
    base: {
      spec: {
        rules: [
          {
            host: 'a.b',
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } }],
            },
          },
        ],
      },
    },
    create: [
      [{ 'spec.rules': [] }, 'spec: Invalid value: []: either `defaultBackend` or `rules` must be specified'],
      [
        { 'spec.rules.0.host': '1.1.1.1' },
        'spec.rules[0].host: Invalid value: "1.1.1.1": must be a DNS name, not an IP address',
      ],
      [
        { 'spec.rules.0.host': 'A' },
        "spec.rules[0].host: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
      [{ 'spec.rules.0.http.paths': [] }, 'spec.rules[0].http.paths: Required value'],
      [
        { 'spec.rules.0.http.paths.0.pathType': '' },
        'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
      ],
      [
        { 'spec.rules.0.http.paths.0.pathType': 'x' },
        'spec.rules[0].http.paths[0].pathType: Unsupported value: "x": supported values: "Exact", "ImplementationSpecific", "Prefix"',
      ],
      [
        { 'spec.rules.0.http.paths.0.path': 'x' },
        'spec.rules[0].http.paths[0].path: Invalid value: "x": must be an absolute path',
      ],
      [
        { 'spec.rules.0.http.paths.0.path': '/a//b' },
        'spec.rules[0].http.paths[0].path: Invalid value: "/a//b": must not contain \'//\'',
      ],
      [
        { 'spec.rules.0.http.paths.0.backend': {} },
        'spec.rules[0].http.paths[0].backend: Required value: cannot set neither resource nor service backend',
      ],
      [
        { 'spec.rules.0.http.paths.0.backend.resource': { kind: 'K', name: 'n' } },
        'spec.rules[0].http.paths[0].backend: Invalid value: "": cannot set both resource and service backends',
      ],
      [
        { 'spec.rules.0.http.paths.0.backend.service.port': {} },
        'spec.rules[0].http.paths[0].backend: Required value: port name or number is required',
      ],
      [
        { 'spec.rules.0.http.paths.0.backend.service.port': { name: 'a', number: 1 } },
        'spec.rules[0].http.paths[0].backend: Invalid value: "": cannot set both port name & port number',
      ],
      [
        { 'spec.tls': [{ hosts: ['A'], secretName: 'A' }] },
        "spec.tls[0].hosts[0]: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        "spec.tls[0].secretName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
      [
        { 'spec.ingressClassName': 'A' },
        "spec.ingressClassName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
      [
        { 'spec.ingressClassName': 'a', 'metadata.annotations': { 'kubernetes.io/ingress.class': 'a' } },
        'annotations.kubernetes.io/ingress.class: Invalid value: "a": can not be set when the class field is also set',
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.loadBalancer': { ingress: [{ ip: 'x', hostname: '1.1.1.1' }] } },
          'status.loadBalancer.ingress[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
          'status.loadBalancer.ingress[0].hostname: Invalid value: "1.1.1.1": must be a DNS name, not an IP address',
        ],
      ],
    },
  },
  'networking.k8s.io/IPAddress': {
    base: { metadata: { name: '10.0.0.1' }, spec: { parentRef: { resource: 'services', name: 's', namespace: 'n' } } },
    create: [
      [{ 'metadata.name': 'x' }, 'metadata.name: Invalid value: "x": must be a valid IP address'],
      [
        { 'spec.parentRef': undefined },
        'spec.parentRef.resource: Required value',
        'spec.parentRef.name: Required value',
      ],
      [{ 'spec.parentRef.name': '' }, 'spec.parentRef.name: Required value'],
      [{ 'spec.parentRef.resource': 'a/b' }, 'spec.parentRef.resource: Invalid value: "a/b": may not contain \'/\''],
    ],
    update: [
      [
        { 'spec.parentRef.name': 't' },
        'spec.parentRef: Invalid value: {"Group":"","Resource":"services","Namespace":"n","Name":"t"}: field is immutable',
      ],
    ],
  },
  'networking.k8s.io/NetworkPolicy': {
    base: { spec: { podSelector: {} } },
    create: [
      [
        { 'spec.podSelector': { matchLabels: { 'a/b/c': '' } } },
        "spec.podSelector.matchLabels: Invalid value: \"a/b/c\": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      ],
      [
        { 'spec.policyTypes': ['x'] },
        'spec.policyTypes[0]: Unsupported value: "x": supported values: "Egress", "Ingress"',
      ],
      [{ 'spec.ingress': [{ from: [{}] }] }, 'spec.ingress[0].from[0]: Required value: must specify a peer'],
      [
        { 'spec.ingress': [{ from: [{ ipBlock: { cidr: 'x' } }] }] },
        'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      ],
      [
        { 'spec.ingress': [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/8'] }, podSelector: {} }] }] },
        'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/8": must be a strict subset of `cidr`',
        'spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer',
      ],
      [
        {
          'spec.ingress': [
            {
              ports: [
                { port: 0 },
                { endPort: 1 },
                { port: 'a', endPort: 1 },
                { port: 5, endPort: 4 },
                { protocol: 'x' },
              ],
            },
          ],
        },
        'spec.ingress[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
        'spec.ingress[0].ports[1].port: Required value: must be specified when `endPort` is specified',
        'spec.ingress[0].ports[2].endPort: Invalid value: 1: may not be specified when `port` is non-numeric',
        'spec.ingress[0].ports[3].endPort: Invalid value: 4: must be greater than or equal to `port`',
        'spec.ingress[0].ports[4].protocol: Unsupported value: "x": supported values: "SCTP", "TCP", "UDP"',
      ],
    ],
  },
  'networking.k8s.io/ServiceCIDR': {
    base: { spec: { cidrs: ['10.0.0.0/16'] } },
    create: [
      [{ 'spec.cidrs': [] }, 'spec.cidrs: Required value: at least one CIDR required'],
      [
        { 'spec.cidrs': ['x'] },
        'spec.cidrs[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      ],
      [
        { 'spec.cidrs': ['10.0.0.0/16', '10.1.0.0/16'] },
        'spec.cidrs: Invalid value: ["10.0.0.0/16","10.1.0.0/16"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96',
      ],
      [
        { 'spec.cidrs': ['10.0.0.1/16'] },
        'spec.cidrs[0]: Invalid value: "10.0.0.1/16": must not have bits set beyond the prefix length',
      ],
    ],
    update: [[{ 'spec.cidrs': ['10.1.0.0/16'] }, 'spec.cidrs: Invalid value: ["10.1.0.0/16"]: field is immutable']],
  },
};
