import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const servicesCases: Readonly<Record<string, KindCases>> = {
  '/Endpoints': {
    base: { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] },
    create: [
      [{ 'subsets.0.addresses': [] }, 'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
      [
        { 'subsets.0.addresses.0.ip': 'x' },
        'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
      [
        { 'subsets.0.ports.0.port': 0 },
        'subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      ],
      [
        { 'subsets.0.ports.0.protocol': 'x' },
        'subsets[0].ports[0].protocol: Unsupported value: "x": supported values: "SCTP", "TCP", "UDP"',
      ],
    ],
  },
  '/Service': {
    base: {
      spec: {
        ports: [{ port: 80 }],
        clusterIP: '10.43.0.1',
        clusterIPs: ['10.43.0.1'],
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
      },
    },
    create: [
      [
        { 'metadata.name': '1a' },
        "metadata.name: Invalid value: \"1a\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      ],
      [{ 'spec.ports': [] }, 'spec.ports: Required value'],
      [
        { 'spec.ports': [{ port: 80 }, { port: 81 }] },
        'spec.ports[0].name: Required value',
        'spec.ports[1].name: Required value',
      ],
      [
        {
          'spec.ports': [
            { name: 'a', port: 80 },
            { name: 'a', port: 80 },
          ],
        },
        'spec.ports[1].name: Duplicate value: "a"',
        'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
      ],
      [
        { 'spec.ports.0.port': 0, 'spec.ports.0.targetPort': 80 },
        'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      ],
      [
        { 'spec.ports.0.protocol': 'x' },
        'spec.ports[0].protocol: Unsupported value: "x": supported values: "SCTP", "TCP", "UDP"',
      ],
      [
        { 'spec.ports.0.targetPort': 'A_B' },
        'spec.ports[0].targetPort: Invalid value: "A_B": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        'spec.ports[0].targetPort: Invalid value: "A_B": must contain at least one letter (a-z)',
      ],
      [
        { 'spec.ports.0.appProtocol': 'a b' },
        "spec.ports[0].appProtocol: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
      [
        { 'spec.ports.0.nodePort': 30000 },
        "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
      ],
      [
        { 'spec.type': 'x' },
        'spec.type: Unsupported value: "x": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      ],
      [
        { 'spec.type': 'ExternalName' },
        'spec.clusterIPs: Forbidden: may not be set for ExternalName services',
        'spec.ipFamilies: Forbidden: may not be set for ExternalName services',
        'spec.ipFamilyPolicy: Forbidden: may not be set for ExternalName services',
        'spec.externalName: Required value',
      ],
      [
        { 'spec.type': 'LoadBalancer', 'spec.ports.0.port': 10250 },
        'spec.ports[0]: Invalid value: 10250: may not expose port 10250 externally since it is used by kubelet',
      ],
      [
        { 'spec.type': 'NodePort', 'spec.clusterIP': 'None', 'spec.clusterIPs': ['None'] },
        'spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services',
      ],
      [
        { 'spec.sessionAffinity': 'x' },
        'spec.sessionAffinity: Unsupported value: "x": supported values: "ClientIP", "None"',
      ],
      [
        { 'spec.sessionAffinity': 'ClientIP', 'spec.sessionAffinityConfig': { clientIP: { timeoutSeconds: 0 } } },
        'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 0: must be greater than 0 and less than 86400',
      ],
      [
        { 'spec.clusterIPs': ['10.43.0.2'] },
        'spec.clusterIPs: Invalid value: ["10.43.0.2"]: first value must match `clusterIP`',
      ],
      [
        { 'spec.clusterIPs': ['10.43.0.1', '10.43.0.2'] },
        'spec.clusterIPs: Invalid value: ["10.43.0.1","10.43.0.2"]: may specify no more than one IP for each IP family',
      ],
      [
        { 'spec.ipFamilies': ['IPv6'] },
        'spec.clusterIPs[0]: Invalid value: "10.43.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`',
      ],
      [{ 'spec.ipFamilies': ['IPv4', 'IPv4'] }, 'spec.ipFamilies[1]: Duplicate value: "IPv4"'],
      [
        { 'spec.ipFamilyPolicy': 'x' },
        'spec.ipFamilyPolicy: Unsupported value: "x": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"',
      ],
      [
        { 'spec.externalIPs': ['127.0.0.1', '0.0.0.0', '169.254.1.1', '224.0.0.1', 'x'] },
        'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
        'spec.externalIPs[1]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)',
        'spec.externalIPs[2]: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
        'spec.externalIPs[3]: Invalid value: "224.0.0.1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
        'spec.externalIPs[4]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
      [
        { 'spec.externalTrafficPolicy': 'Local' },
        'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
      ],
      [
        { 'spec.internalTrafficPolicy': 'x' },
        'spec.internalTrafficPolicy: Unsupported value: "x": supported values: "Cluster", "Local"',
      ],
      [
        { 'spec.loadBalancerSourceRanges': ['x'] },
        "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
        'spec.LoadBalancerSourceRanges[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      ],
      [
        { 'spec.loadBalancerClass': 'x' },
        "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
      ],
      [
        { 'spec.healthCheckNodePort': 30000 },
        "spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ],
      [
        { 'spec.allocateLoadBalancerNodePorts': true },
        "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'",
      ],
      [
        { 'spec.trafficDistribution': 'x' },
        'spec.trafficDistribution: Unsupported value: "x": supported values: "PreferClose", "PreferSameNode", "PreferSameZone"',
      ],
    ],
    update: [
      [
        { 'spec.clusterIP': '10.43.0.9', 'spec.clusterIPs': ['10.43.0.9'] },
        'spec.clusterIPs[0]: Invalid value: ["10.43.0.9"]: may not change once set',
      ],
      [
        { 'spec.ipFamilies': ['IPv6'] },
        'spec.clusterIPs[0]: Invalid value: "10.43.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`',
        'spec.ipFamilies[0]: Invalid value: ["IPv6"]: may not change once set',
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.loadBalancer': { ingress: [{ ip: '1.1.1.1' }] } },
          "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'",
        ],
      ],
    },
  },
};
