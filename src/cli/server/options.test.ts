import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCidr } from '../../base/cidr.ts';
import { formatIp, type IpAddress, parseIp } from '../../base/ip.ts';
import type { ServerOptions } from '../../options.ts';
import { parseCommandLine } from '../flags/command-line.ts';
import { UsageError } from '../flags/flag.ts';
import { serverFlags } from './flags.ts';
import { serverOptions } from './options.ts';

const addresses = ['192.0.2.7', '2001:db8::7'].map(parseIp).filter((address) => address !== undefined);
const dual = ['--cluster-cidr', '10.42.0.0/16,fd00:42::/56', '--service-cidr', '10.43.0.0/16,fd00:43::/112'];

function options(args: string[], own: readonly IpAddress[] = addresses): ServerOptions {
  const machine = { hostname: 'Box', addresses: own, runtimeDir: '/runtime' };
  return serverOptions(parseCommandLine(serverFlags, args).settings, machine);
}
function problemsOf(args: string[], own?: readonly IpAddress[]): readonly string[] {
  try {
    options(args, own);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error.problems;
  }
  assert.fail(`must be refused: ${args.join(' ')}`);
}

test('nothing given: the documented defaults', () => {
  const made = options([]);
  assert.equal(made.dataDir, '/var/lib/k3ts');
  assert.deepEqual(made.kubeconfig, { path: '/etc/k3ts/k3ts.yaml', mode: 0o600 });
  assert.equal(made.httpsListenPort, 6443);
  assert.equal(formatIp(made.bindAddress), '0.0.0.0');
  assert.equal(made.nodeName, 'box');
  assert.deepEqual(made.nodeIps.map(formatIp), ['192.0.2.7']);
  assert.deepEqual(made.clusterCidrs.map(formatCidr), ['10.42.0.0/16']);
  assert.deepEqual(made.serviceCidrs.map(formatCidr), ['10.43.0.0/16']);
  assert.deepEqual(made.clusterDns.map(formatIp), ['10.43.0.10']);
  assert.equal(made.clusterDomain, 'cluster.local');
  assert.deepEqual(made.serviceNodePortRange, { first: 30000, last: 32767 });
  assert.equal(made.token, undefined);
  assert.ok(Object.isFrozen(made));
});

test('everything given is parsed', () => {
  const made = options([
    ...['--data-dir', '/d/', '-o', '/k', '--write-kubeconfig-mode', '644', '--https-listen-port', '7443'],
    ...['--node-name', 'n1', '--node-label', 'a=b,example.com/c=', '--node-taint', 'k=v:NoSchedule,k:NoExecute'],
    ...[
      '--kubelet-arg',
      '--max-pods=50',
      '--kubelet-arg',
      'system-reserved=cpu=1,memory=1Gi',
      '--disable',
      'traefik,dns',
    ],
    ...['--tls-san', '*.example.com,192.0.2.9', '--token', 's', '--disable-agent', '--debug', '--log', '/l'],
  ]);
  assert.equal(made.dataDir, '/d');
  assert.deepEqual(made.kubeconfig, { path: '/k', mode: 0o644 });
  assert.deepEqual(made.nodeLabels, { a: 'b', 'example.com/c': '' });
  assert.deepEqual(made.nodeTaints, [
    { key: 'k', value: 'v', effect: 'NoSchedule' },
    { key: 'k', value: '', effect: 'NoExecute' },
  ]);
  assert.equal(made.nodeSettings.maxPods, 50);
  assert.deepEqual(made.nodeSettings.reserved, [{ cpu: '1', memory: '1Gi' }]);
  assert.deepEqual([...made.disabled], ['ingress', 'dns']);
  assert.deepEqual([made.token, made.disableAgent, made.debug, made.logFile], ['s', true, true, '/l']);
});

test('two families: addresses and DNS of both, in the order of the blocks', () => {
  const made = options(dual);
  assert.deepEqual(made.nodeIps.map(formatIp), ['192.0.2.7', '2001:db8::7']);
  assert.deepEqual(made.clusterDns.map(formatIp), ['10.43.0.10', 'fd00:43::a']);
});

test('each wrong value is refused with the flag, the value and what is allowed', () => {
  const cases: [string[], RegExp][] = [
    [['--data-dir', '/'], /--data-dir: \/: /],
    [['--data-dir='], /--data-dir: "": must not be empty/],
    [['--write-kubeconfig-mode', '888'], /--write-kubeconfig-mode: 888: .*octal/],
    [['--https-listen-port', '0'], /--https-listen-port: 0: .*1 to 65535/],
    [['--https-listen-port', '10250'], /--https-listen-port: 10250: .*node agent/],
    [['--https-listen-port', '30443'], /--service-node-port-range: 30000-32767: .*port 30443/],
    [['--service-node-port-range', '40000-30000'], /--service-node-port-range: 40000-30000: .*FROM-TO/],
    [['--service-node-port-range', '10000-11000'], /port 10250/],
    [['--bind-address', 'all'], /--bind-address: all: /],
    [['--node-name', 'A_b'], /--node-name: A_b: /],
    [['--node-ip', '127.0.0.1'], /--node-ip: 127.0.0.1: /],
    [['--node-ip', '192.0.2.1,192.0.2.2'], /--node-ip: 192.0.2.2: only one address of IPv4/],
    [['--node-label', 'a'], /--node-label: a: must be KEY=VALUE/],
    [['--node-label', 'a=b c'], /--node-label: a=b c: /],
    [['--node-label', 'node-role.kubernetes.io/x=y'], /must not give itself labels of node-role/],
    [['--node-taint', 'a=b'], /--node-taint: a=b: must be KEY=VALUE:EFFECT/],
    [['--node-taint', 'a=b:Never'], /NoSchedule, PreferNoSchedule, NoExecute/],
    [['--node-taint', 'a=b:NoExecute,a=c:NoExecute'], /a=c:NoExecute: there is a taint/],
    [['--cluster-cidr', '10.42.0.0'], /--cluster-cidr: 10.42.0.0: must be a CIDR/],
    [['--cluster-cidr', '10.42.0.0/25'], /at most that/],
    [['--cluster-cidr', '10.42.0.0/16,10.44.0.0/16'], /only one block of IPv4/],
    [['--cluster-cidr', '10.43.128.0/17'], /--service-cidr: 10.43.0.0\/16: overlaps --cluster-cidr 10.43.128.0\/17/],
    [['--cluster-cidr', '192.0.0.0/16'], /own address 192.0.2.7 lies in it/],
    [['--cluster-cidr', 'fd00:42::/56'], /families \(IPv4\) must be those of --cluster-cidr \(IPv6\)/],
    [['--service-cidr', '10.0.0.0/8'], /too large/],
    [['--service-cidr', '10.43.0.0/29'], /too small/],
    [['--cluster-dns', '10.44.0.10'], /--cluster-dns: 10.44.0.10: must lie in the service CIDR \(10.43.0.0\/16\)/],
    [['--cluster-dns', '10.43.0.1'], /which the API server has/],
    [[...dual, '--cluster-dns', '10.43.0.10'], /one address for each service CIDR/],
    [['--cluster-domain', 'Cluster_Local'], /--cluster-domain: Cluster_Local: /],
    [['--tls-san', 'a b'], /--tls-san: a b: /],
    [['--disable', 'treafik'], /--disable: treafik: .*did you mean traefik\?/],
    [['--kubelet-arg', '=x'], /--kubelet-arg: =x: /],
    [['--kube-apiserver-arg', 'oidc'], /--kube-apiserver-arg: oidc: must be NAME=VALUE/],
    [
      ['--kube-apiserver-arg', 'etcd-prefix=x'],
      /etcd-prefix is not supported by this API server; it knows .*oidc-issuer-url/,
    ],
    [['--kube-apiserver-arg', 'oidc-issuer-url=http://a'], /oidc-issuer-url=http:..a: must be a URL with https/],
    [
      ['--kube-apiserver-arg', 'authorization-mode=ABAC'],
      /authorization-mode=ABAC: ABAC with its policy file is not supported/,
    ],
    [['--kubelet-arg', 'max-pods'], /--kubelet-arg: max-pods: must be NAME=VALUE, with one of max-pods/],
    [['--kubelet-arg', 'max-pods=x'], /--kubelet-arg: max-pods=x: must be a whole number/],
    [
      ['--kubelet-arg', 'root-dir=/x'],
      /--kubelet-arg: root-dir=\/x: root-dir means nothing to this node agent; it knows/,
    ],
    [['--debug=maybe'], /--debug: maybe: must be true or false/],
  ];
  for (const [args, expected] of cases) assert.match(problemsOf(args).join('\n'), expected, args.join(' '));
});

test('everything that is wrong is told at once, and a secret is never shown', () => {
  assert.equal(problemsOf(['--https-listen-port', 'x', '--node-taint', 'x', '--cluster-dns', 'x']).length, 3);
  assert.deepEqual(problemsOf(['--token=']), ['--token: must not be empty']);
});

test('a machine without an address says so', () => {
  assert.match(problemsOf([], []).join(), /--node-ip: "": this machine has no IPv4 address/);
  assert.deepEqual(options(['--node-ip', '192.0.2.50'], []).nodeIps.map(formatIp), ['192.0.2.50']);
});
