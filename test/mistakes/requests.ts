import type { Mistake } from './mistakes.ts';
import { aService, configMap, deployment, good, json, labels, onePod, template, widget } from './objects.ts';

const big = (length: number) => configMap('big', { data: { a: 'x'.repeat(length) } });

/** What cannot be asked so. */
export const requests: Readonly<Record<string, readonly Mistake[]>> = {
  'wrong field': [
    {
      run: 'create -f -',
      input: deployment({ ...good, replicsa: 1 }),
      says: 'Error from server (BadRequest): error when creating "STDIN": Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replicsa"',
    },
    {
      run: 'apply -f -',
      input: deployment({ ...good, replicsa: 1, template: template({ imagePullPolcy: 'Never' }) }),
      says: 'Error from server (BadRequest): error when creating "STDIN": Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replicsa", unknown field "spec.template.spec.containers[0].imagePullPolcy"',
    },
    {
      run: 'create --validate=warn --dry-run=server -f -',
      input: deployment({ ...good, replicsa: 1 }),
      says: 'Warning: unknown field "spec.replicsa"',
      passes: true,
    },
    {
      run: 'create --validate=ignore --dry-run=server -f -',
      input: deployment({ ...good, replicsa: 1 }),
      says: '',
      passes: true,
    },
    {
      run: 'create -f -',
      input: widget({ size: 1, colr: 'red' }),
      says: 'Error from server (BadRequest): error when creating "STDIN": Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.colr"',
    },
    {
      run: 'create -f -',
      input: json({ kind: 'Pod', metadata: { name: 'p' } }),
      says: 'error: error validating "STDIN": error validating data: apiVersion not set; if you choose to ignore these errors, turn validation off with --validate=false',
    },
    {
      run: 'apply -f -',
      input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: b: c\n',
      says: 'error: error parsing STDIN: error converting YAML to JSON: yaml: line 5: mapping values are not allowed in this context',
    },
    { run: 'explain deployment.spec.replicsa', says: 'error: field "replicsa" does not exist' },
    {
      run: 'get pods --field-selector=spec.colour=red',
      says: 'Error from server (BadRequest): Unable to find "/v1, Resource=pods" that match label selector "", field selector "spec.colour=red": field label not supported: spec.colour',
    },
  ],
  'wrong type': [
    {
      run: 'create -f -',
      input: deployment({ ...good, replicas: 'two' }),
      says: 'Error from server (BadRequest): error when creating "STDIN": Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    },
    {
      run: 'apply -f -',
      input: onePod({ env: [{ name: 'A', value: 1 }] }),
      says: 'Error from server (BadRequest): error when creating "STDIN": Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string',
    },
    {
      run: 'create -f -',
      input: onePod({ resources: { limits: { memory: '64MB' } } }),
      says: `Error from server (BadRequest): error when creating "STDIN": Pod in version "v1" cannot be handled as a Pod: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
    },
    {
      run: 'create -f -',
      input: configMap('c', { data: { enabled: true } }),
      says: 'Error from server (BadRequest): error when creating "STDIN": ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal bool into Go struct field ConfigMap.data of type string',
    },
    {
      run: 'create -f -',
      input: onePod({ command: 'true' }),
      says: 'Error from server (BadRequest): error when creating "STDIN": Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field Container.spec.containers.command of type []string',
    },
    {
      run: 'create -f -',
      input: widget({ size: 'large' }),
      says: 'The Widget "w" is invalid: \n* spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"\n* <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    },
    {
      run: 'create -f -',
      input: aService({ ports: [{ port: 'http' }] }),
      says: 'Error from server (BadRequest): error when creating "STDIN": Service in version "v1" cannot be handled as a Service: json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32',
    },
  ],
  'missing selector and other parts': [
    {
      run: 'create -f -',
      input: deployment({ template: template() }),
      says: 'The Deployment "d" is invalid: \n* spec.selector: Required value\n* spec.template.metadata.labels: Invalid value: {"app":"d"}: `selector` does not match template `labels`',
    },
    {
      run: 'create -f -',
      input: deployment({ ...good, selector: { matchLabels: { app: 'e' } } }),
      says: 'The Deployment "d" is invalid: spec.template.metadata.labels: Invalid value: {"app":"d"}: `selector` does not match template `labels`',
    },
    {
      run: 'create -f -',
      input: json({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: {} }),
      says: 'The Pod "p" is invalid: spec.containers: Required value',
    },
    {
      run: 'create -f -',
      input: onePod({ image: undefined }),
      says: 'The Pod "p" is invalid: spec.containers[0].image: Required value',
    },
    {
      run: 'create -f -',
      input: aService({ selector: labels }),
      says: 'The Service "s" is invalid: spec.ports: Required value',
    },
    {
      run: 'create -f -',
      input: json({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec: { template: template() } }),
      says: 'The Job "j" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    },
    {
      run: 'create -f -',
      input: widget({}),
      says: 'The Widget "w" is invalid: \n* spec.size: Required value\n* <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    },
    {
      run: 'create -f -',
      input: json({ apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
      says: 'The ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    },
  ],
  'immutable change': [
    {
      run: `patch deployment web --type=merge -p '{"spec":{"selector":{"matchLabels":{"x":"y"}}}}'`,
      says: 'The Deployment "web" is invalid: \n* spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`\n* spec.selector: Invalid value: {"matchLabels":{"app":"web","x":"y"}}: field is immutable',
    },
    {
      run: `patch pod waiting --type=merge -p '{"spec":{"nodeSelector":{"no":"thing"},"hostname":"h"}}'`,
      says: 'The Pod "waiting" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n…',
    },
    {
      run: `patch configmap fixed --type=merge -p '{"data":{"a":"2"}}'`,
      says: 'The ConfigMap "fixed" is invalid: data: Forbidden: field is immutable when `immutable` is set',
    },
    {
      run: `patch secret key --type=merge -p '{"type":"other"}'`,
      says: 'The Secret "key" is invalid: type: Invalid value: "other": field is immutable',
    },
    {
      run: `patch service web --type=merge -p '{"spec":{"clusterIP":"10.43.0.77","clusterIPs":["10.43.0.77"]}}'`,
      says: 'The Service "web" is invalid: spec.clusterIPs[0]: Invalid value: ["10.43.0.77"]: may not change once set',
    },
    {
      run: `patch job once --type=merge -p '{"spec":{"completions":3}}'`,
      says: 'The Job "once" is invalid: spec.completions: Invalid value: 3: field is immutable',
    },
    {
      run: `patch statefulset db --type=merge -p '{"spec":{"serviceName":"other"}}'`,
      says: `The StatefulSet "db" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden`,
    },
    {
      run: `patch rolebinding reads --type=merge -p '{"roleRef":{"name":"other"}}'`,
      says: 'The RoleBinding "reads" is invalid: roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"other"}: cannot change roleRef',
    },
    {
      run: `patch configmap settings --type=merge -p '{"metadata":{"name":"other"}}'`,
      says: 'Error from server (BadRequest): the name of the object (other) does not match the name on the URL (settings)',
    },
    {
      run: `patch crd widgets.example.com --type=merge -p '{"spec":{"scope":"Cluster"}}'`,
      says: 'The CustomResourceDefinition "widgets.example.com" is invalid: spec.scope: Invalid value: "Cluster": field is immutable',
    },
  ],
  'no permission': [
    {
      run: 'get secrets --as=jane',
      says: 'Error from server (Forbidden): secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "default"',
    },
    {
      run: 'delete deployment web --as=jane',
      says: 'Error from server (Forbidden): deployments.apps "web" is forbidden: User "jane" cannot delete resource "deployments" in API group "apps" in the namespace "default"',
    },
    {
      run: 'get nodes --as=jane',
      says: 'Error from server (Forbidden): nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope',
    },
    {
      run: 'create configmap c --as=jane',
      says: 'error: failed to create configmap: configmaps is forbidden: User "jane" cannot create resource "configmaps" in API group "" in the namespace "default"',
    },
    {
      run: 'create role r --verb=get --resource=secrets --as=jane',
      says: 'Error from server (Forbidden): roles.rbac.authorization.k8s.io "r" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
    },
    {
      run: 'get pods --as=jane --as-group=others',
      says: 'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    },
    {
      run: 'get pods --token=nonsense --kubeconfig=/dev/null --server=SERVER --insecure-skip-tls-verify',
      says: 'error: You must be logged in to the server (Unauthorized)',
    },
    {
      run: 'get --raw /metrics --as=jane',
      says: 'Error from server (Forbidden): forbidden: User "jane" cannot get path "/metrics"',
    },
    {
      run: 'get pod waiting --as=system:anonymous',
      says: 'Error from server (Forbidden): pods "waiting" is forbidden: User "system:anonymous" cannot get resource "pods" in API group "" in the namespace "default"',
    },
  ],
  'full quota': [
    {
      run: 'create configmap second -n full',
      says: 'error: failed to create configmap: configmaps "second" is forbidden: exceeded quota: few, requested: configmaps=1, used: configmaps=1, limited: configmaps=1',
    },
    {
      run: 'create -n full -f -',
      input: onePod(),
      says: 'Error from server (Forbidden): error when creating "STDIN": pods "p" is forbidden: failed quota: few: must specify limits.cpu for: c',
    },
    {
      run: 'create -n full -f -',
      input: onePod({ resources: { limits: { cpu: '3' } } }),
      says: 'Error from server (Forbidden): error when creating "STDIN": pods "p" is forbidden: exceeded quota: few, requested: limits.cpu=3, used: limits.cpu=0, limited: limits.cpu=1',
    },
  ],
  'unknown kind': [
    { run: 'get gadgets', says: `error: the server doesn't have a resource type "gadgets"` },
    {
      run: 'create -f -',
      input: json({ apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'g' } }),
      says: 'error: resource mapping not found for name: "g" namespace: "" from "STDIN": no matches for kind "Gadget" in version "example.com/v1"\nensure CRDs are installed first',
    },
    {
      run: 'apply -f -',
      input: json({ apiVersion: 'extensions/v1beta1', kind: 'Deployment', metadata: { name: 'd' } }),
      says: 'error: resource mapping not found for name: "d" namespace: "" from "STDIN": no matches for kind "Deployment" in version "extensions/v1beta1"\nensure CRDs are installed first',
    },
    {
      run: 'get --raw /apis/example.com/v1/namespaces/default/gadgets',
      says: 'Error from server (NotFound): the server could not find the requested resource',
    },
    {
      run: 'get pod/missing service/missing',
      says: 'Error from server (NotFound): pods "missing" not found\nError from server (NotFound): services "missing" not found',
    },
    { run: 'explain gadget', says: `the server doesn't have a resource type "gadget"` },
  ],
  'stale version': [
    {
      run: 'replace -f -',
      input: configMap('settings', { metadata: { name: 'settings', resourceVersion: '1' } }),
      says: 'Error from server (Conflict): error when replacing "STDIN": Operation cannot be fulfilled on configmaps "settings": the object has been modified; please apply your changes to the latest version and try again',
    },
    {
      run: `patch configmap settings --type=merge -p '{"metadata":{"resourceVersion":"1"}}'`,
      says: 'Error from server (Conflict): Operation cannot be fulfilled on configmaps "settings": the object has been modified; please apply your changes to the latest version and try again',
    },
    {
      run: 'label configmap settings a=b --resource-version=1',
      says: 'Error from server (Conflict): Operation cannot be fulfilled on configmaps "settings": the object has been modified; please apply your changes to the latest version and try again',
    },
    { run: 'scale deployment web --replicas=1 --current-replicas=7', says: 'error: Expected replicas to be 7, was 0' },
    {
      run: 'create -f -',
      input: configMap('settings', { data: {} }),
      says: 'Error from server (AlreadyExists): error when creating "STDIN": configmaps "settings" already exists',
    },
    {
      run: 'apply --server-side --field-manager=other -f -',
      input: configMap('settings', { data: { mode: 'fast' } }),
      says: 'error: Apply failed with 1 conflict: conflict with "kubectl-create" using v1: .data.mode\nPlease review the fields above--they currently have other managers. Here\nare the ways you can resolve this warning:\n* If you intend to manage all of these fields, please re-run the apply\n  command with the `--force-conflicts` flag.\n* If you do not intend to manage all of the fields, please edit your\n  manifest to remove references to the fields that should keep their\n  current managers.\n* You may co-own fields by updating your manifest to match the existing\n  value; in this case, you\'ll become the manager if the other manager(s)\n  stop managing the field (remove it from their configuration).\nSee https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts',
    },
    {
      run: `patch configmap settings --type=merge -p '{"metadata":{"uid":"00000000-0000-0000-0000-000000000000"}}'`,
      says: 'Error from server (Conflict): Operation cannot be fulfilled on configmaps "settings": StorageError: invalid object, Code: 4, Key: /registry/configmaps/default/settings, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: UID, UID in object meta: UID',
    },
  ],
  'bad patch': [
    {
      run: `patch configmap settings --type=json -p '[{"op":"replace","path":"/data/nope","value":"1"}]'`,
      says: 'The request is invalid: the server rejected our request due to an error in our request',
    },
    {
      run: `patch configmap settings --type=json -p '[{"op":"test","path":"/data/mode","value":"fast"}]'`,
      says: 'The request is invalid: the server rejected our request due to an error in our request',
    },
    {
      run: `patch configmap settings --type=json -p '{"data":{}}'`,
      says: 'Error from server (BadRequest): error decoding patch: json: cannot unmarshal object into Go value of type []interface {}',
    },
    {
      run: `patch deployment web --type=merge -p '{"spec":'`,
      says: 'Error from server (BadRequest): error decoding patch: unexpected end of JSON input',
    },
    {
      run: `patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}'`,
      says: 'Error from server (BadRequest): map: map[image:x] does not contain declared merge key: name',
    },
    {
      run: `patch deployment web -p '{"spec":{"replicas":"many"}}'`,
      says: 'The request is invalid: patch: Invalid value: "map[spec:map[replicas:many]]": unrecognized type: int32',
    },
    {
      run: `patch configmap settings --type=merge -p '{"data":{"mode":7}}'`,
      says: 'The request is invalid: patch: Invalid value: "{\\"apiVersion\\":\\"v1\\",…',
    },
    {
      run: `patch widget none --type=strategic -p '{}'`,
      says: 'Error from server (NotFound): widgets.example.com "none" not found',
    },
    {
      run: `patch configmap settings --type=merge -p '{data}'`,
      says: `Error from server (BadRequest): error decoding patch: invalid character 'd' looking for beginning of object key string`,
    },
    {
      run: `patch configmap settings --type=merge -p '[]'`,
      says: 'Error from server (BadRequest): error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    },
    {
      run: `patch configmap settings --subresource=status --type=merge -p '{}'`,
      says: 'Error from server (NotFound): the server could not find the requested resource',
    },
    {
      run: `patch deployment web --type=json -p '[{"op":"jump","path":"/a"}]'`,
      says: 'The request is invalid: the server rejected our request due to an error in our request',
    },
  ],
  'too large': [
    {
      run: 'create -f -',
      input: big(1_100_000),
      says: 'The ConfigMap "big" is invalid: []: Too long: may not be more than 1048576 bytes',
    },
    {
      run: 'apply -f -',
      input: big(300_000),
      says: 'The ConfigMap "big" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes',
    },
    {
      run: 'create -f -',
      input: big(4_000_000),
      says: 'Error from server (RequestEntityTooLarge): error when creating "STDIN": Request entity too large: limit is 3145728',
    },
  ],
  'wrong place': [
    { run: 'create configmap c -n nowhere', says: 'error: failed to create configmap: namespaces "nowhere" not found' },
    {
      run: 'apply -f -',
      input: configMap('c', { metadata: { name: 'c', namespace: 'other' } }),
      says: 'Error from server (NotFound): error when creating "STDIN": namespaces "other" not found',
    },
    { run: 'get pods -n nowhere', says: 'No resources found in nowhere namespace.', passes: true },
    { run: 'logs waiting', says: '', passes: true },
    { run: 'exec waiting -- true', says: 'Error from server (BadRequest): pod waiting does not have a host assigned' },
    { run: 'logs waiting -c other', says: 'error: container other is not valid for pod waiting' },
    { run: 'create token nobody', says: 'error: failed to create token: serviceaccounts "nobody" not found' },
    {
      run: 'rollout undo deployment/web --to-revision=9',
      says: 'error: unable to find specified revision 9 in history',
    },
  ],
};
