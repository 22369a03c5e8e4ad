/** One command line: words as they are typed (quotes keep blanks together), and what it must say. */
export interface KubectlCase {
  readonly run: string;
  /** Of standard output and error together. */
  readonly says?: RegExp;
  readonly never?: RegExp;
  readonly fails?: true;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Tried again until it says what it must: what it shows comes about by itself. */
  readonly settles?: true;
}

const settings = (value: string) =>
  `{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {mode: ${value}}}`;

/** In this order, in a namespace where the Deployment `web` and the pod `client` run. `~` is the test's folder. */
export const cases: readonly KubectlCase[] = [
  // Looking
  { run: 'version', says: /Server Version: v1\.36\.0\+k3ts1/ },
  { run: 'cluster-info', says: /Kubernetes control plane.* is running at .*https:/ },
  { run: 'config view', says: /certificate-authority-data: DATA\+OMITTED/ },
  { run: 'config current-context', says: /^default\n$/ },
  { run: 'api-versions', says: /^apps\/v1$[\s\S]*^v1$/m },
  { run: 'api-resources --namespaced=false', says: /^nodes +no +v1 +false +Node$/m },
  { run: 'api-resources --api-group=apps -o name', says: /^deployments\.apps$/m },
  { run: 'explain pod.spec.containers.livenessProbe', says: /FIELD: livenessProbe <Probe>/ },
  { run: 'explain deployment --recursive', says: /replicas\t<integer>/ },
  { run: 'auth whoami', says: /Username +\S+[\s\S]*system:masters/ },
  { run: 'auth can-i create pods', says: /^yes\n$/ },
  { run: 'auth can-i get secrets --as=system:serviceaccount:default:default', says: /no/, fails: true },
  { run: 'auth can-i --list', says: /\*\.\* +\[\] +\[\] +\[\*\]/ },
  { run: 'get nodes', says: /^n1 +Ready +control-plane/m },
  { run: 'get --raw /readyz?verbose', says: /readyz check passed/ },
  { run: 'get componentstatuses', says: /^etcd-0 +Healthy +ok/m },

  // Making
  { run: 'create configmap settings --from-literal=mode=slow', says: /configmap\/settings created/ },
  { run: 'create secret generic key --from-literal=word=open', says: /secret\/key created/ },
  { run: 'create secret tls pair --cert=~/tls.crt --key=~/tls.key', says: /secret\/pair created/ },
  { run: 'create serviceaccount robot', says: /serviceaccount\/robot created/ },
  { run: 'create token robot --duration=10m', says: /^ey[\w-]+\.[\w-]+\.[\w-]+\n?$/ },
  { run: 'create role reader --verb=get,list --resource=pods', says: /reader created/ },
  { run: 'create rolebinding reads --role=reader --serviceaccount=SPACE:robot', says: /reads created/ },
  { run: 'auth can-i list pods --as=system:serviceaccount:SPACE:robot', says: /^yes\n$/ },
  { run: 'create clusterrole SPACE-nodes --verb=get --resource=nodes', says: /created/ },
  { run: 'delete clusterrole SPACE-nodes', says: /deleted/ },
  { run: 'create deployment made --image=IMAGE --replicas=1 -- sleep 3600', says: /deployment\.apps\/made created/ },
  { run: 'create service clusterip inside --tcp=80:8080', says: /service\/inside created/ },
  { run: 'create service nodeport outside --tcp=80:8080', says: /service\/outside created/ },
  { run: 'create job once --image=IMAGE -- true', says: /job\.batch\/once created/ },
  {
    run: 'create cronjob monthly --image=IMAGE --schedule="0 0 1 * *" -- true',
    says: /cronjob\.batch\/monthly created/,
  },
  { run: 'create quota few --hard=pods=30', says: /resourcequota\/few created/ },
  { run: 'create poddisruptionbudget keep --selector=app=none --min-available=1', says: /keep created/ },
  { run: 'create ingress in --rule="a.example/*=web:80"', says: /in created/ },
  { run: 'create priorityclass SPACE-first --value=5', says: /created/ },
  { run: 'delete priorityclass SPACE-first', says: /deleted/ },
  { run: 'create namespace SPACE-other --dry-run=server', says: /created \(server dry run\)/ },
  { run: 'create -f -', input: settings('again'), fails: true, says: /configmaps "settings" already exists/ },
  { run: 'run brief --image=IMAGE --restart=Never -- sh -c "echo said; exit 0"', says: /pod\/brief created/ },
  { run: 'run -i --rm --quiet --image=IMAGE --restart=Never asked -- cat', input: 'through\n', says: /through/ },
  { run: 'wait --for=jsonpath={.status.phase}=Succeeded pod/brief --timeout=20s', says: /condition met/ },
  { run: 'wait --for=condition=Complete job/once --timeout=20s', says: /condition met/ },
  { run: 'logs brief', says: /^said\n$/ },

  // Reading
  { run: 'get all', says: /deployment\.apps\/web/ },
  { run: 'get deployment web -o wide', says: /CONTAINERS +IMAGES +SELECTOR\nweb +2\/2 +2 +2 / },
  { run: 'get pods -l app=web -o name', says: /^(pod\/web-\S+\n){2}$/ },
  {
    run: 'get pods -o wide --field-selector=status.phase=Running --sort-by=.metadata.name',
    says: /client +1\/1 +Running .*n1/,
  },
  { run: 'get configmap settings -o yaml', says: /data:\n {2}mode: slow\n/ },
  { run: 'get configmap settings -o json --show-managed-fields', says: /"manager": "kubectl-create"/ },
  { run: 'get deployment web -o jsonpath={.spec.template.spec.containers[0].name}', says: /^web$/ },
  { run: 'get pods -o custom-columns=N:.metadata.name --no-headers', says: /^client$/m },
  { run: 'get deployment web -o go-template={{.metadata.name}}', says: /^web$/ },
  { run: 'get pods -w --request-timeout=2s', says: /client +1\/1 +Running/ },
  { run: 'get pods --chunk-size=1', says: /client/ },
  { run: 'get widgets', fails: true, says: /the server doesn't have a resource type "widgets"/ },
  { run: 'get pod missing', fails: true, says: /Error from server \(NotFound\): pods "missing" not found/ },
  { run: 'events --for=pod/client', says: /Scheduled +Pod\/client +Successfully assigned SPACE\/client to n1/ },
  { run: 'describe pod client', says: /Status: +Running[\s\S]*Events:[\s\S]*Started/ },
  {
    run: 'describe node n1',
    says: /Capacity:[\s\S]*Allocated resources:[\s\S]*Non-terminated Pods|Non-terminated Pods:[\s\S]*Allocated resources:/,
  },
  { run: 'describe deployment web', says: /Replicas: +2 desired[\s\S]*NewReplicaSet: +web-/ },
  { run: 'describe service web', says: /Endpoints: +10\.42\.0\.\d+:8080,10\.42\.0\.\d+:8080/ },
  { run: 'describe configmap settings', says: /mode:\n----\nslow/ },
  { run: 'describe secret key', says: /word: +4 bytes/ },
  { run: 'describe job once', says: /Pods Statuses: +0 Active[\s\S]*1 Succeeded/ },
  { run: 'describe cronjob monthly', says: /Schedule: +0 0 1 \* \*/ },
  { run: 'describe ingress in', says: /a\.example/ },
  { run: 'describe quota few', says: /pods +\d+ +30/ },
  { run: 'describe namespace SPACE', says: /Status: +Active/ },
  { run: 'describe serviceaccount robot', says: /Name: +robot/ },
  { run: 'describe role reader', says: /pods +\[\] +\[\] +\[get list\]/ },

  // Changing
  { run: 'diff -f -', input: settings('fast'), fails: true, says: /^\+ {2}mode: fast$/m },
  { run: 'apply -f -', input: settings('fast'), says: /configmap\/settings configured/ },
  { run: 'apply -f -', input: settings('fast'), says: /configmap\/settings unchanged/ },
  { run: 'diff -f -', input: settings('fast') },
  { run: 'apply view-last-applied configmap settings', says: /mode: fast/ },
  {
    run: 'apply --server-side --field-manager=me -f -',
    input: settings('faster'),
    fails: true,
    says: /conflict with "kubectl-client-side-apply"/,
  },
  {
    run: 'apply --server-side --force-conflicts --field-manager=me -f -',
    input: settings('faster'),
    says: /serverside-applied/,
  },
  { run: 'replace -f -', input: settings('fastest'), says: /configmap\/settings replaced/ },
  {
    run: 'edit configmap settings',
    env: { KUBE_EDITOR: 'sed -i s/fastest/edited/' },
    says: /configmap\/settings edited/,
  },
  { run: 'get configmap settings -o jsonpath={.data.mode}', says: /^edited$/ },
  { run: 'label configmap settings tier=front', says: /labeled/ },
  { run: 'label configmap settings tier=back', fails: true, says: /already has a value/ },
  { run: 'label configmap settings tier-', says: /unlabeled/ },
  { run: 'annotate configmap settings note="two words"', says: /annotated/ },
  { run: `patch configmap settings --type=merge -p '{"data":{"a":"1"}}'`, says: /patched/ },
  { run: `patch configmap settings --type=json -p '[{"op":"remove","path":"/data/a"}]'`, says: /patched/ },
  { run: `patch deployment web -p '{"spec":{"template":{"metadata":{"labels":{"x":"y"}}}}}'`, says: /patched/ },
  { run: `patch deployment web --subresource=scale --type=merge -p '{"spec":{"replicas":3}}'`, says: /patched/ },
  { run: 'rollout status deployment/web --timeout=30s', says: /successfully rolled out/ },
  { run: 'scale deployment web --replicas=2 --current-replicas=3', says: /scaled/ },
  { run: 'rollout history deployment/web', says: /^2 +<none>/m },
  { run: 'rollout pause deployment/web', says: /paused/ },
  { run: 'set env deployment/web COLOR=red', says: /updated/ },
  { run: 'rollout resume deployment/web', says: /resumed/ },
  { run: 'rollout restart deployment/web', says: /restarted/ },
  { run: 'rollout status deployment/web --timeout=30s', says: /successfully rolled out/ },
  { run: 'rollout undo deployment/web', says: /rolled back/ },
  { run: 'rollout status deployment/web --timeout=30s', says: /successfully rolled out/ },
  { run: 'set image deployment/made IMAGENAME=IMAGE', says: /^$/ },
  { run: 'set resources deployment/made --limits=memory=64Mi', says: /updated/ },
  { run: 'set serviceaccount deployment/made robot', says: /updated/ },
  { run: 'expose deployment web --name=exposed --port=80 --target-port=8080', says: /exposed/ },
  {
    run: 'get endpointslices -l kubernetes.io/service-name=exposed -o jsonpath={.items[0].endpoints[*].addresses[0]}',
    says: /^\S+ \S+$/,
    settles: true,
  },
  { run: 'autoscale deployment web --min=1 --max=4', says: /autoscaled/ },
  { run: 'get hpa web', says: /Deployment\/web/ },

  // Into pods
  { run: 'exec client -- sh -c "echo $0 $1" a b', says: /sh|a/ },
  { run: 'exec -i client -- cat', input: 'typed', says: /^typed$/ },
  { run: 'exec client -- sh -c "exit 3"', fails: true, says: /exit code 3/ },
  { run: 'cp ~/file client:/tmp/file', never: /./ },
  { run: 'cp client:/tmp/file ~/back', says: /^(tar: removing leading '\/' from member names\n)?$/ },
  { run: 'exec client -- cat /tmp/file', says: /^content\n$/ },
  { run: 'logs deployment/web --all-pods=true --prefix', never: /error/i },
  { run: 'logs client --tail=1 --timestamps', says: /^\d{4}-\d\d-\d\dT\S+ tick\n$/ },
  {
    run: 'debug client --image=IMAGE --target=c -- sh -c "ps | grep -c tick; sleep 1"',
    says: /Targeting container|debugger/,
  },
  {
    run: 'get pod client -o jsonpath={.status.ephemeralContainerStatuses[0].state.terminated.exitCode}',
    says: /^0$/,
    settles: true,
  },
  { run: 'top nodes', fails: true, says: /Metrics API not available/ },

  // Nodes
  { run: 'taint nodes n1 SPACE=yes:NoSchedule', says: /tainted/ },
  { run: 'taint nodes n1 SPACE-', says: /untainted/ },
  { run: 'cordon n1', says: /cordoned/ },
  { run: 'get nodes', says: /Ready,SchedulingDisabled/ },
  { run: 'drain n1 --ignore-daemonsets --force --delete-emptydir-data --dry-run=server', says: /evicting pod|drained/ },
  { run: 'uncordon n1', says: /uncordoned/ },

  // Away
  { run: 'delete pod client --now', says: /pod "client" (force )?deleted/ },
  { run: 'delete deployment,service web', says: /deployment\.apps "web" deleted[\s\S]*service "web" deleted/ },
  { run: 'delete configmap settings --cascade=foreground', says: /deleted/ },
  { run: 'delete all --all --grace-period=1 --timeout=30s', says: /deleted/ },
  { run: 'get pods', says: /No resources found/, settles: true },
];
