import type { Mistake } from './mistakes.ts';
import { aService, configMap, container, deployment, good, json, onePod, template, widget } from './objects.ts';

/** What objects may not have, and what they are warned of. */
export const values: Readonly<Record<string, readonly Mistake[]>> = {
  'what is protected': [
    {
      run: 'delete namespace default',
      says: 'Error from server (Forbidden): namespaces "default" is forbidden: this namespace may not be deleted',
    },
    {
      run: 'delete namespace kube-system',
      says: 'Error from server (Forbidden): namespaces "kube-system" is forbidden: this namespace may not be deleted',
    },
    {
      run: 'delete priorityclass system-node-critical',
      says: 'Error from server (Forbidden): priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
    },
    {
      run: 'create -n strict -f -',
      input: onePod(),
      says: 'Error from server (Forbidden): error when creating "STDIN": pods "p" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    },
    {
      run: 'create -n warns --dry-run=server -f -',
      input: deployment({ ...good, template: template({}, { hostNetwork: true }) }),
      says: 'Warning: would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
      passes: true,
    },
    {
      run: 'create configmap c --from-literal=password=open',
      says: `error: failed to create configmap: configmaps "c" is forbidden: ValidatingAdmissionPolicy 'no-secrets-in-maps' with binding 'everywhere' denied request: passwords belong into secrets`,
    },
    {
      run: 'create -f -',
      input: configMap('c', { data: { password: 'open' } }),
      says: `The configmaps "c" is invalid: : ValidatingAdmissionPolicy 'no-secrets-in-maps' with binding 'everywhere' denied request: passwords belong into secrets`,
    },
    {
      run: 'create -f -',
      input: onePod({}, { priorityClassName: 'nope' }),
      says: 'Error from server (Forbidden): error when creating "STDIN": pods "p" is forbidden: no PriorityClass with name nope was found',
    },
    {
      run: 'create -f -',
      input: onePod({}, { serviceAccountName: 'nope' }),
      says: 'Error from server (Forbidden): error when creating "STDIN": pods "p" is forbidden: error looking up service account default/nope: serviceaccount "nope" not found',
    },
  ],
  'invalid values': [
    {
      run: 'create configmap Bad_Name',
      says: `error: failed to create configmap: ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    },
    {
      run: 'label configmap settings a=b/c',
      says: `error: invalid label value: "a=b/c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    },
    {
      run: `patch configmap settings --type=merge -p '{"metadata":{"labels":{"a":"b/c"}}}'`,
      says: `The ConfigMap "settings" is invalid: metadata.labels: Invalid value: "b/c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    },
    {
      run: `patch configmap settings --type=merge -p '{"data":{"a/b":"c"}}'`,
      says: `The ConfigMap "settings" is invalid: data[a/b]: Invalid value: "a/b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
    },
    {
      run: 'create -f -',
      input: onePod({ ports: [{ containerPort: 80, name: 'HTTP_PORT' }, { containerPort: 70000 }] }),
      says: 'The Pod "p" is invalid: \n* spec.containers[0].ports[0].name: Invalid value: "HTTP_PORT": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)\n* spec.containers[0].ports[0].name: Invalid value: "HTTP_PORT": must contain at least one letter (a-z)\n* spec.containers[0].ports[1].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    },
    {
      run: 'create -f -',
      input: onePod({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
      says: 'The Pod "p" is invalid: spec.containers[0].volumeMounts[0].name: Not found: "v"',
    },
    {
      run: 'create -f -',
      input: onePod({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
      says: 'The Pod "p" is invalid: spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    },
    {
      run: 'create -f -',
      input: onePod({}, { containers: [container, container] }),
      says: 'The Pod "p" is invalid: spec.containers[1].name: Duplicate value: "c"',
    },
    {
      run: 'create -f -',
      input: onePod({ imagePullPolicy: 'Sometimes', image: ' none' }),
      says: 'The Pod "p" is invalid: \n* spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"\n* spec.containers[0].image: Invalid value: " none": must not have leading or trailing whitespace',
    },
    {
      run: 'create -f -',
      input: onePod({ livenessProbe: { httpGet: { port: 0 }, exec: { command: ['true'] } } }),
      says: 'The Pod "p" is invalid: spec.containers[0].livenessProbe.httpGet: Forbidden: may not specify more than 1 handler type',
    },
    {
      run: 'create -f -',
      input: deployment({ ...good, replicas: -1, template: template({}, { restartPolicy: 'Never' }) }),
      says: 'The Deployment "d" is invalid: \n* spec.replicas: Invalid value: -1: must be greater than or equal to 0\n* spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    },
    {
      run: 'create -f -',
      input: aService({ type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }),
      says: 'The Service "s" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    },
    {
      run: 'create -f -',
      input: aService({ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }),
      says: 'The Service "s" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    },
    {
      run: 'create -f -',
      input: aService({ clusterIP: '10.43.0.1', ports: [{ port: 80 }] }),
      says: 'The Service "s" is invalid: spec.clusterIPs: Invalid value: ["10.43.0.1"]: failed to allocate IP 10.43.0.1: provided IP is already allocated',
    },
    {
      run: 'create -f -',
      input: aService({ clusterIP: '192.0.2.7', ports: [{ port: 80 }] }),
      says: 'The Service "s" is invalid: spec.clusterIPs: Invalid value: ["192.0.2.7"]: failed to allocate IP 192.0.2.7: the provided network does not match the current range',
    },
    {
      run: 'create -f -',
      input: aService({ type: 'ExternalName' }),
      says: 'The Service "s" is invalid: spec.externalName: Required value',
    },
    {
      run: 'create cronjob c --image=none --schedule="every day"',
      says: 'error: failed to create cronjob: CronJob.batch "c" is invalid: spec.schedule: Invalid value: "every day": expected exactly 5 fields, found 2: [every day]',
    },
    {
      run: 'autoscale deployment web --min=3 --max=2',
      says: 'error: --max=MAXPODS must be larger or equal to --min=MINPODS, max: 2, min: 3',
    },
    {
      run: 'scale deployment web --replicas=-1',
      says: 'error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0',
    },
    {
      run: 'create -f -',
      input: json({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'n' },
        spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0' } }] }] },
      }),
      says: 'The NetworkPolicy "n" is invalid: spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    },
    {
      run: 'create -f -',
      input: json({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'r' },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: [] }],
      }),
      says: 'The Role "r" is invalid: rules[0].verbs: Required value: verbs must contain at least one value',
    },
    {
      run: 'create -f -',
      input: widget({ size: 400, colour: 'green', name: 'UP' }),
      says: `The Widget "w" is invalid: \n* spec.colour: Unsupported value: "green": supported values: "red", "blue"\n* spec.name: Invalid value: "UP": spec.name in body should match '^[a-z]+$'\n* spec.size: Invalid value: 400: spec.size in body should be less than or equal to 100\n* <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation`,
    },
    {
      run: 'create -f -',
      input: widget({ size: 40, colour: 'red' }),
      says: 'The Widget "w" is invalid: spec: Invalid value: coloured widgets are small',
    },
    {
      run: 'create -f -',
      input: configMap('c', { metadata: { name: 'c', finalizers: ['mine'] } }),
      says: 'The ConfigMap "c" is invalid: metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
    },
    {
      run: 'create -f -',
      input: configMap('c', {
        metadata: { name: 'c', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '' }] },
      }),
      says: 'The ConfigMap "c" is invalid: metadata.ownerReferences[0].uid: Invalid value: "": must not be empty',
    },
    {
      run: 'annotate configmap settings "a b=c"',
      says: `The ConfigMap "settings" is invalid: metadata.annotations: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    },
    {
      run: 'taint node n1 a=b:Nope',
      says: `error: invalid taint effect: Nope, unsupported taint effect\nSee 'kubectl taint -h' for help and examples`,
    },
    {
      run: 'create secret tls t --cert=/dev/null --key=/dev/null',
      says: 'error: tls: failed to find any PEM data in certificate input',
    },
    {
      run: 'create -f -',
      input: json({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'c' },
        spec: { accessModes: ['Often'], resources: {} },
      }),
      says: 'The PersistentVolumeClaim "c" is invalid: \n* spec.accessModes: Unsupported value: "Often": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"\n* spec.resources[storage]: Required value',
    },
    {
      run: 'create -f -',
      input: json({
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'p' },
        spec: { minAvailable: 1, maxUnavailable: 1 },
      }),
      says: 'The PodDisruptionBudget "p" is invalid: spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
    },
  ],
  'warned of': [
    {
      run: 'create --dry-run=server -f -',
      input: onePod({
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      }),
      says: 'Warning: spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
      passes: true,
    },
    {
      run: 'create --dry-run=server -f -',
      input: onePod({ ports: [{ containerPort: 80 }, { containerPort: 80 }] }),
      says: 'Warning: spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
      passes: true,
    },
    {
      run: 'create --dry-run=server -f -',
      input: onePod({ resources: { requests: { memory: '100m' } } }),
      says: 'Warning: spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer',
      passes: true,
    },
    {
      run: 'create --dry-run=server -f -',
      input: onePod({}, { nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }),
      says: 'Warning: spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
      passes: true,
    },
    {
      run: 'create --dry-run=server -f -',
      input: onePod({}, {}, 'dotted.name'),
      says: `Warning: metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')]`,
      passes: true,
    },
    { run: 'get componentstatuses', says: 'Warning: v1 ComponentStatus is deprecated in v1.19+', passes: true },
    {
      run: 'delete configmap settings --force --dry-run=server',
      says: 'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.',
      passes: true,
    },
  ],
};
