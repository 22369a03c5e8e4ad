import { systemClock } from '../src/base/clock.ts';
import { giveBackWhenIdle } from '../src/base/idle-memory.ts';
import { silentLogger } from '../src/base/log.ts';
import { createSteps } from '../src/base/steps.ts';
import { parseCommandLine } from '../src/cli/flags/command-line.ts';
import { readSettings } from '../src/cli/flags/settings.ts';
import { serverFlags } from '../src/cli/server/flags.ts';
import { explainK3sFlag } from '../src/cli/server/k3s-flags.ts';
import { inspectMachine } from '../src/cli/server/machine.ts';
import { serverOptions } from '../src/cli/server/options.ts';
import { productVersion } from '../src/cli/version/version.ts';
import { startControlPlane } from '../src/composition/control-plane.ts';

// The API server alone, with keys, datastore and roles, but without controllers, scheduler and node: what bench/memory.ts
// measures. Takes the flags of `k3ts server`; tells its parent when it serves, and ends with it.

const explain = { explain: explainK3sFlag };
const given = parseCommandLine(serverFlags, process.argv.slice(2), explain);
const settings = readSettings(serverFlags, given.settings, { environment: process.env, ...explain });
const steps = createSteps({ log: silentLogger, show: () => undefined });
await startControlPlane({
  options: serverOptions(settings, inspectMachine(process.env)),
  version: productVersion(),
  commit: '',
  log: silentLogger,
  steps,
});
giveBackWhenIdle({ clock: systemClock }); // as src/server.ts does
process.send?.('serving');
process.once('disconnect', async () => {
  await steps.stop(10_000);
  process.exit(0);
});
