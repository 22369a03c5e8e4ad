import { App, Chart, Cron, Duration, Size, Yaml } from 'cdk8s';
import * as kplus from 'cdk8s-plus-34';

/** `cdk8s-app.ts IMAGE GREETING`: writes the manifest of an application, described in code. */
const [image = '', greeting = ''] = process.argv.slice(2);

const app = new App();
const chart = new Chart(app, 'kiosk', { namespace: 'kiosk', labels: { app: 'kiosk' } });

new kplus.Namespace(chart, 'namespace', { metadata: { name: 'kiosk' } });
// As interfaces: the library's own types do not hold for this project's strictest options.
const page = new kplus.ConfigMap(chart, 'page', { data: { 'index.html': `${greeting}\n` } }) as kplus.IConfigMap;
const password = new kplus.Secret(chart, 'password', { stringData: { word: 'open sesame' } }) as kplus.ISecret;
const account = new kplus.ServiceAccount(chart, 'account') as kplus.IServiceAccount & kplus.ISubject;
const reader = new kplus.Role(chart, 'reader');
reader.allowRead(kplus.ApiResource.PODS, kplus.ApiResource.CONFIG_MAPS);
reader.bind(account);

const local = { image, imagePullPolicy: kplus.ImagePullPolicy.IF_NOT_PRESENT };
const limits = {
  cpu: { request: kplus.Cpu.millis(10), limit: kplus.Cpu.units(1) },
  memory: { request: Size.mebibytes(8), limit: Size.mebibytes(64) },
};
const web = new kplus.Deployment(chart, 'web', {
  replicas: 2,
  serviceAccount: account,
  securityContext: { user: 1000, group: 1000, fsGroup: 1000 },
  terminationGracePeriod: Duration.seconds(1),
  strategy: kplus.DeploymentStrategy.rollingUpdate({ maxUnavailable: kplus.PercentOrAbsolute.absolute(0) }),
});
const container = web.addContainer({
  ...local,
  command: ['httpd', '-f', '-p', '8080', '-h', '/www'],
  ports: [{ number: 8080, name: 'http' }],
  resources: limits,
  readiness: kplus.Probe.fromHttpGet('/', { port: 8080, periodSeconds: Duration.seconds(1) }),
  liveness: kplus.Probe.fromTcpSocket({ port: 8080 }),
  envVariables: { GREETING: kplus.EnvValue.fromConfigMap(page, 'index.html') },
});
container.env.addVariable('PASSWORD', kplus.EnvValue.fromSecretValue({ secret: password, key: 'word' }));
container.mount('/www', kplus.Volume.fromConfigMap(chart, 'www', page));
container.mount('/tmp', kplus.Volume.fromEmptyDir(chart, 'scratch', 'scratch', { sizeLimit: Size.mebibytes(1) }));
const service = web.exposeViaService({ name: 'kiosk', ports: [{ port: 80, targetPort: 8080, name: 'http' }] });
new kplus.Ingress(chart, 'ingress', {
  rules: [{ host: 'kiosk.example.com', path: '/', backend: kplus.IngressBackend.fromService(service) }],
});
new kplus.HorizontalPodAutoscaler(chart, 'scaler', {
  target: new kplus.Deployment(chart, 'scaled', {
    securityContext: { user: 1000 },
    terminationGracePeriod: Duration.seconds(0),
    containers: [{ ...local, command: ['sleep', '3600'], resources: limits }],
  }),
  minReplicas: 1,
  maxReplicas: 3,
});

const greet = { ...local, securityContext: { user: 1000 }, command: ['sh', '-c', 'wget -qO- http://kiosk'] };
new kplus.Job(chart, 'visit', { containers: [greet], restartPolicy: kplus.RestartPolicy.ON_FAILURE, backoffLimit: 6 });
new kplus.CronJob(chart, 'nightly', {
  schedule: Cron.schedule({ minute: '0', hour: '3' }),
  containers: [greet],
  timeZone: 'Europe/Berlin',
});
new kplus.StatefulSet(chart, 'store', {
  replicas: 1,
  service: new kplus.Service(chart, 'store-service', { clusterIP: 'None', ports: [{ port: 6379 }] }),
  terminationGracePeriod: Duration.seconds(0),
  containers: [{ ...local, command: ['sleep', '3600'], securityContext: { user: 1000 }, resources: limits }],
});
new kplus.NetworkPolicy(chart, 'policy', {
  selector: web,
  ingress: { rules: [{ peer: kplus.Pods.all(chart, 'everybody'), ports: [kplus.NetworkPolicyPort.tcp(8080)] }] },
});

process.stdout.write(Yaml.stringify(...chart.toJson()));
