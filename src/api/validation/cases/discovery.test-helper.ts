import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const discoveryCases: Readonly<Record<string, KindCases>> = {
  'discovery.k8s.io/EndpointSlice': {
    base: { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ name: 'p', port: 80 }] },
    create: [
      [{ addressType: '' }, 'addressType: Required value'],
      [{ addressType: 'x' }, 'addressType: Unsupported value: "x": supported values: "FQDN", "IPv4", "IPv6"'],
      [{ 'endpoints.0.addresses': [] }, 'endpoints[0].addresses: Required value: must contain at least 1 address'],
      [
        { 'endpoints.0.addresses': ['fd00::1'] },
        'endpoints[0].addresses[0]: Invalid value: "fd00::1": must be an IPv4 address',
      ],
      [
        { 'endpoints.0.hostname': 'A' },
        "endpoints[0].hostname: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      ],
      [
        { 'endpoints.0.nodeName': 'A' },
        "endpoints[0].nodeName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
      [
        { 'ports.0.name': 'A' },
        "ports[0].name: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      ],
      [{ 'ports.1': { name: 'p' } }, 'ports[1].name: Duplicate value: "p"'],
      [
        { 'ports.0.protocol': 'x' },
        'ports[0].protocol: Unsupported value: "x": supported values: "SCTP", "TCP", "UDP"',
      ],
      [{ 'ports.0.port': 0 }, 'ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive'],
      [
        { 'ports.0.appProtocol': 'a b' },
        "ports[0].appProtocol: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
      [
        { 'endpoints.0.deprecatedTopology': { 'a/b/c': '' } },
        "endpoints[0].deprecatedTopology: Invalid value: \"a/b/c\": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      ],
      [
        { 'endpoints.0.addresses': ['127.0.0.1'] },
        'endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      ],
      [
        { endpoints: Array.from({ length: 1001 }, () => ({ addresses: ['10.0.0.1'] })) },
        'endpoints: Too many: 1001: must have at most 1000 items',
      ],
      [
        { 'endpoints.0.hints': { forZones: [{ name: '' }, { name: 'a' }, { name: 'a' }] } },
        'endpoints[0].hints.forZones[2].name: Duplicate value: "a"',
      ],
    ],
    update: [
      [
        { addressType: 'FQDN', 'endpoints.0.addresses': ['a.b'] },
        'addressType: Invalid value: "FQDN": field is immutable',
      ],
    ],
  },
};
