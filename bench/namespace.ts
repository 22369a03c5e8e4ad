import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { run } from '../src/base/process.ts';

const mark = 'K3TS_BENCH_NAMESPACE';
/** Of the benchmark's node (RFC 5737: for documentation, routed nowhere). */
export const nodeAddress = '192.0.2.10';

/**
 * Gives this process a network of its own, with one interface, so that several servers and clusters of the machine do not
 * meet: started outside, it runs itself again inside and ends with that one's status. The namespace goes with its last
 * process. Call it first.
 */
export async function enterOwnNetwork(): Promise<void> {
  if (process.env[mark]) return setUp();
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const inside = spawn('unshare', ['--net', '--', ...again], {
    stdio: 'inherit',
    env: { ...process.env, [mark]: '1' },
  });
  // The terminal sends ^C to both; the one inside ends its server first.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => inside.kill('SIGTERM'));
  const [code, signal] = (await once(inside, 'exit')) as [number | null, NodeJS.Signals | null];
  process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0));
}

async function setUp(): Promise<void> {
  const commands = [
    'link set lo up',
    'link add eth0 type veth peer name peer0',
    `address add ${nodeAddress}/24 dev eth0`,
    'link set peer0 up',
    'link set eth0 up',
    'route add default via 192.0.2.1',
  ];
  for (const command of commands) await run('ip', command.split(' '));
}
