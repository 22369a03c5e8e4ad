import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const podsCases: Readonly<Record<string, KindCases>> = {
  '/Pod': {
    base: { spec: { containers: [{ name: 'c', image: 'i' }] } },
    stored: { 'spec.tolerations': [{ key: 'k', operator: 'Exists' }], 'spec.activeDeadlineSeconds': 4 },
    create: [
      [{ 'spec.containers': [] }, 'spec.containers: Required value'],
      [
        { 'spec.containers.0.name': 'A' },
        "spec.containers[0].name: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      ],
      [
        {
          'spec.containers': [
            { name: 'c', image: 'i' },
            { name: 'c', image: 'i' },
          ],
        },
        'spec.containers[1].name: Duplicate value: "c"',
      ],
      [
        { 'spec.restartPolicy': 'x' },
        'spec.restartPolicy: Unsupported value: "x": supported values: "Always", "OnFailure", "Never"',
      ],
      [
        { 'spec.ephemeralContainers': [{ name: 'e', image: 'i' }] },
        'spec.ephemeralContainers: Forbidden: cannot be set on create',
      ],
      [
        {
          'metadata.annotations': {
            'kubernetes.io/config.mirror': 'x',
            'controller.kubernetes.io/pod-deletion-cost': '1.5',
          },
        },
        'metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set',
        'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "1.5": must be a 32bit integer',
      ],
      [
        { 'spec.nodeName': 'n', 'spec.schedulingGates': [{ name: 'g' }] },
        'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
      ],
      [
        { 'spec.containers.0.volumeMounts': [{ name: 'v', mountPath: '/x' }] },
        'spec.containers[0].volumeMounts[0].name: Not found: "v"',
      ],
      [
        {
          'spec.volumes': [{ name: 'v' }],
          'spec.containers.0.volumeMounts': [
            { name: 'v', mountPath: '/x', mountPropagation: 'Bidirectional' },
            { name: 'v', mountPath: '/x', subPath: '../a' },
          ],
        },
        'spec.containers[0].volumeMounts[0].mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers',
        'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/x": must be unique',
        'spec.containers[0].volumeMounts[1].subPath: Invalid value: "../a": must not contain \'..\'',
      ],
      [
        {
          'spec.volumes': [{ name: 'v' }],
          'spec.containers.0.volumeMounts': [{ name: 'v', mountPath: '/x', recursiveReadOnly: 'Enabled' }],
        },
        'spec.containers[0].volumeMounts[0].recursiveReadOnly: Forbidden: may only be specified when readOnly is true',
      ],
      [
        { 'spec.volumes': [{ name: 'v' }], 'spec.containers.0.volumeDevices': [{ name: 'v', devicePath: '/a/../b' }] },
        'spec.containers[0].volumeDevices[0].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
        'spec.containers[0].volumeDevices[0].devicePath: Invalid value: "/a/../b": can not contain backsteps (\'..\')',
      ],
      [
        { 'spec.volumes': [{ name: 'v', emptyDir: {}, hostPath: { path: '/x' } }] },
        'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type',
      ],
      [
        { 'spec.volumes': [{ name: 'v', secret: { secretName: '', items: [{ key: '', path: '/a' }] } }] },
        'spec.volumes[0].secret.secretName: Required value',
        'spec.volumes[0].secret.items[0].key: Required value',
        'spec.volumes[0].secret.items[0].path: Invalid value: "/a": must be a relative path',
      ],
      [
        {
          'spec.volumes': [
            {
              name: 'v',
              projected: {
                sources: [
                  { configMap: { name: 'm', items: [{ key: 'k', path: 'f' }] } },
                  { secret: { name: 's', items: [{ key: 'k', path: 'f' }] } },
                  {},
                ],
              },
            },
          ],
        },
        'spec.volumes[0].projected: Invalid value: "f": conflicting duplicate paths',
        'spec.volumes[0].projected.sources[2]: Required value: must specify a source type',
      ],
      [
        {
          'spec.volumes': [
            { name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 1 } }] } },
          ],
        },
        'spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
      ],
      [
        {
          'spec.volumes': [
            { name: 'v', csi: { driver: '' } },
            { name: 'w', image: { reference: '' } },
            { name: 'x', ephemeral: {} },
          ],
        },
        'spec.volumes[0].csi.driver: Required value',
        'spec.volumes[1].image.reference: Required value',
        'spec.volumes[2].ephemeral.volumeClaimTemplate: Required value',
      ],
      [
        {
          'spec.containers.0.env': [
            { name: 'A', valueFrom: {} },
            { name: '' },
            { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.x' } } },
          ],
        },
        'spec.containers[0].env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
        'spec.containers[0].env[1].name: Required value',
        'spec.containers[0].env[2].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.x": error converting fieldPath: field label not supported: metadata.x',
      ],
      [
        { 'spec.containers.0.resources': { requests: { cpu: '2' }, limits: { cpu: '1' } } },
        'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
      ],
      [
        { 'spec.containers.0.resources': { limits: { 'example.com/gpu': '0.5', foo: '1' } } },
        'spec.containers[0].resources.limits[example.com/gpu]: Invalid value: "0.5": must be an integer',
        'spec.containers[0].resources.limits: Invalid value: "foo": must be a standard resource for containers',
        'spec.containers[0].resources.requests[example.com/gpu]: Invalid value: "0.5": must be an integer',
        'spec.containers[0].resources.requests: Invalid value: "foo": must be a standard resource for containers',
      ],
      [
        { 'spec.containers.0.resources': { claims: [{ name: 'x' }] } },
        'spec.containers[0].resources.claims[0]: Not found: "x"',
      ],
      [
        {
          'spec.resourceClaims': [{ name: 'x' }, { name: 'x', resourceClaimName: 'a', resourceClaimTemplateName: 'b' }],
        },
        'spec.resourceClaims[0]: Invalid value: "resourceClaim": must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
        'spec.resourceClaims[1].name: Duplicate value: "x"',
        'spec.resourceClaims[1]: Invalid value: "resourceClaim": at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified',
      ],
      [
        { 'spec.resources': { requests: { cpu: '1', 'example.com/x': '1' } } },
        'spec.resources.requests[example.com/x]: Unsupported value: "example.com/x": supported values: "cpu", "memory", "hugepages-"',
        'spec.resources.limits: Required value: Limit must be set for non overcommitable resources',
      ],
      [
        { 'spec.resources': { requests: { cpu: '1' } }, 'spec.containers.0.resources': { requests: { cpu: '2' } } },
        'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2',
      ],
      [
        { 'spec.containers.0.restartPolicyRules': [{ action: 'x', exitCodes: { operator: 'In', values: [1] } }] },
        'spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used',
        'spec.containers[0].restartPolicyRules[0].action: Unsupported value: "x": supported values: "Restart", "RestartAllContainers"',
      ],
      [
        { 'spec.containers.0.livenessProbe': { httpGet: { port: 0 }, exec: {} } },
        'spec.containers[0].livenessProbe.exec.command: Required value',
        'spec.containers[0].livenessProbe.httpGet: Forbidden: may not specify more than 1 handler type',
      ],
      [
        { 'spec.containers.0.livenessProbe': { tcpSocket: { port: 80 }, successThreshold: 2 } },
        'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
      ],
      [
        { 'spec.containers.0.lifecycle': { preStop: {} } },
        'spec.containers[0].lifecycle.preStop: Required value: must specify a handler type',
      ],
      [
        { 'spec.containers.0.securityContext': { runAsUser: -1, procMount: 'Unmasked' } },
        'spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
        'spec.containers[0].securityContext.procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked`',
      ],
      [
        { 'spec.containers.0.securityContext': { privileged: true, allowPrivilegeEscalation: false } },
        'spec.containers[0].securityContext: Invalid value: {"privileged":true,"allowPrivilegeEscalation":false}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
      ],
      [
        { 'spec.securityContext.sysctls': [{ name: 'A B' }] },
        'spec.securityContext.sysctls[0].name: Invalid value: "A B": must have at most 253 characters and match regex ([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?',
      ],
      [
        { 'spec.securityContext.seccompProfile': { type: 'Localhost' } },
        'spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
      ],
      [
        { 'spec.topologySpreadConstraints': [{ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'x' }] },
        'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
        'spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty',
        'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "x": supported values: "DoNotSchedule", "ScheduleAnyway"',
      ],
      [
        {
          'spec.topologySpreadConstraints': [
            {
              maxSkew: 1,
              topologyKey: 'k',
              whenUnsatisfiable: 'DoNotSchedule',
              matchLabelKeys: ['a'],
              nodeTaintsPolicy: 'x',
            },
          ],
        },
        'spec.topologySpreadConstraints[0].nodeTaintsPolicy: Unsupported value: "x": supported values: "Honor", "Ignore"',
        'spec.topologySpreadConstraints[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set',
      ],
      [
        { 'spec.tolerations': [{ operator: 'Equal' }, { key: 'k', tolerationSeconds: 1 }] },
        'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
        'spec.tolerations[1].effect: Invalid value: "": effect must be \'NoExecute\' when `tolerationSeconds` is set',
      ],
      [
        { 'spec.hostnameOverride': 'A', 'spec.setHostnameAsFQDN': true },
        "spec.hostnameOverride: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        'spec.hostnameOverride: Forbidden: may not be specified when setHostnameAsFQDN is true',
      ],
      [
        { 'spec.dnsConfig': { nameservers: ['x'] } },
        'spec.dnsConfig.nameservers[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
      [
        { 'spec.os': { name: 'plan9' } },
        'spec.os.name: Unsupported value: "plan9": supported values: "linux", "windows"',
      ],
      [
        { 'spec.os': { name: 'windows' }, 'spec.hostPID': true, 'spec.containers.0.securityContext': { runAsUser: 1 } },
        'spec.hostPID: Forbidden: cannot be set for a windows pod',
        'spec.containers[0].securityContext.runAsUser: Forbidden: cannot be set for a windows pod',
      ],
      [
        { 'spec.os': { name: 'linux' }, 'spec.securityContext.windowsOptions': { runAsUserName: 'a' } },
        'spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod',
      ],
      [{ 'spec.hostUsers': false, 'spec.hostPID': true }, 'spec.hostPID: Forbidden: when `hostUsers` is false'],
      [
        { 'spec.overhead': { cpu: '-1' } },
        'spec.overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      ],
      [
        { 'spec.activeDeadlineSeconds': 0 },
        'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
      ],
    ],
    update: [
      [
        {
          'spec.containers': [
            { name: 'c', image: 'i' },
            { name: 'd', image: 'i' },
          ],
        },
        'spec.containers: Forbidden: pod updates may not add or remove containers',
      ],
      [
        { 'spec.containers.0.image': ' i' },
        'spec.containers[0].image: Invalid value: " i": must not have leading or trailing whitespace',
        'spec.containers[0].image: Invalid value: " i": must not have leading or trailing whitespace',
      ],
      [
        { 'spec.activeDeadlineSeconds': 5 },
        'spec.activeDeadlineSeconds: Invalid value: 5: must be less than or equal to previous value',
      ],
      [
        { 'spec.tolerations': [] },
        'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
      ],
      [
        { 'spec.schedulingGates': [{ name: 'g' }] },
        "spec.schedulingGates: Forbidden: only deletion is allowed, but found new scheduling gate 'g'",
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.podIPs': [{ ip: 'x' }], 'status.podIP': 'x' },
          'status.podIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        ],
      ],
      ephemeralcontainers: [
        [
          { 'spec.ephemeralContainers': [{ name: 'c', image: 'i' }] },
          'spec.ephemeralContainers[0].name: Duplicate value: "c"',
        ],
      ],
      resize: [
        [
          { 'spec.containers.0.resources': { requests: { cpu: '1' }, limits: { cpu: '1' } } },
          'spec: Invalid value: "BestEffort": Pod QOS Class may not change as a result of resizing',
        ],
      ],
    },
  },
  '/PodTemplate': {
    base: { template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } },
    create: [
      [{ 'template.spec.containers': [] }, 'template.spec.containers: Required value'],
      [
        { 'template.metadata.labels': { 'a/b/c': '' } },
        "template.metadata.labels: Invalid value: \"a/b/c\": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      ],
    ],
  },
  '/ReplicationController': {
    base: {
      spec: {
        selector: { a: 'b' },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    },
    create: [
      [{ 'spec.replicas': -1 }, 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
      [
        { 'spec.selector': { a: 'c' } },
        'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
      ],
      [
        { 'spec.template.spec.restartPolicy': 'Never' },
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
      ],
      [{ 'spec.minReadySeconds': -1 }, 'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0'],
    ],
    subresources: {
      status: [
        [
          { 'status.replicas': 1, 'status.readyReplicas': 2 },
          'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
        ],
      ],
    },
  },
};
