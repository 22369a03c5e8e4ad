/** Settings of K3s's server that this one does not have: they are refused by name, so that nobody believes they count. */
const names = [
  'vmodule alsologtostderr supervisor-port apiserver-port apiserver-bind-address advertise-address',
  'advertise-port tls-san-security flannel-backend flannel-ipv6-masq flannel-external-ip',
  'egress-selector-mode servicelb-namespace write-kubeconfig-group write-kubeconfig-name helm-job-image',
  'token-file agent-token agent-token-file server cluster-init cluster-reset cluster-reset-restore-path',
  'etcd-arg kube-controller-manager-arg kube-scheduler-arg helm-controller-arg',
  'kube-cloud-controller-manager-arg kine-tls datastore-endpoint datastore-cafile datastore-certfile',
  'datastore-keyfile etcd-expose-metrics etcd-disable-snapshots etcd-snapshot-name',
  'etcd-snapshot-schedule-cron etcd-snapshot-reconcile-interval etcd-snapshot-retention',
  'etcd-snapshot-dir etcd-snapshot-compress etcd-s3 etcd-s3-endpoint etcd-s3-endpoint-ca',
  'etcd-s3-skip-ssl-verify etcd-s3-access-key etcd-s3-secret-key etcd-s3-session-token etcd-s3-bucket',
  'etcd-s3-bucket-lookup-type etcd-s3-region etcd-s3-folder etcd-s3-retention etcd-s3-proxy',
  'etcd-s3-config-secret etcd-s3-insecure etcd-s3-timeout default-local-storage-path disable-scheduler',
  'disable-cloud-controller disable-kube-proxy disable-network-policy disable-helm-controller',
  'disable-apiserver disable-controller-manager disable-etcd embedded-registry supervisor-metrics',
  'with-node-id image-credential-provider-bin-dir image-credential-provider-config docker',
  'container-runtime-endpoint default-runtime image-service-endpoint disable-default-registry-endpoint',
  'nonroot-devices pause-image snapshotter private-registry system-default-registry',
  'airgap-extra-registry node-external-ip node-internal-dns node-external-dns resolv-conf flannel-iface',
  'flannel-conf flannel-cni-conf vpn-auth vpn-auth-file kube-proxy-arg protect-kernel-defaults',
  'secrets-encryption secrets-encryption-provider rootless prefer-bundled-bin selinux',
  'lb-server-port kube-controller-arg kube-cloud-controller-arg',
];

const absent: ReadonlySet<string> = new Set(names.flatMap((line) => line.split(' ')));

/** Why an unknown name is refused, where there is more to say than that it is unknown. */
export function explainK3sFlag(name: string): string | undefined {
  return absent.has(name) ? 'a setting of K3s that k3ts does not have yet; leave it out' : undefined;
}
