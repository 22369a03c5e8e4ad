import { readFileSync } from 'node:fs';
import { describeError } from '../../base/log.ts';
import type { Command } from '../command.ts';
import { dataDirFlags, findDataDir } from '../data-dir.ts';
import { parseCommandLine } from '../flags/command-line.ts';
import { UsageError } from '../flags/flag.ts';
import { describeFlags } from '../flags/help.ts';
import { findRunningServer, type RunState } from '../server/run-state.ts';
import { get } from './api.ts';
import { accessOf } from './kubeconfig.ts';
import { componentLines, nodeLine, type StatusLine, statusTable } from './report.ts';

export const statusCommand: Command = {
  help: () =>
    `Usage: k3ts status [--data-dir FOLDER]\n\nShows the server of a data directory, each of its components, and its node; why something is not well\nstands beside it. Exit status 0: all is well; 1: something is not, or no server runs.\n\nFlags:\n${describeFlags(dataDirFlags)}`,
  async run(args, context) {
    const { settings, rest, help } = parseCommandLine(dataDirFlags, args);
    if (help) {
      context.out(this.help());
      return 0;
    }
    if (rest[0] !== undefined) throw new UsageError([`${rest[0]}: status takes flags only`]);
    const dataDir = findDataDir(settings, context.environment);
    const server = findRunningServer(dataDir);
    if (!server) {
      context.out(`- server  none runs on ${dataDir}; start one by: k3ts server --data-dir ${dataDir}\n`);
      return 1;
    }
    const lines: StatusLine[] = [
      { name: 'server', well: true, text: `process ${server.pid}, k3ts ${server.version}, data in ${dataDir}` },
      ...(await askApi(server)),
    ];
    context.out(statusTable(lines));
    return lines.every((line) => line.well) ? 0 : 1;
  },
};

async function askApi(server: RunState): Promise<StatusLine[]> {
  try {
    const access = accessOf(readFileSync(server.kubeconfig, 'utf8'), server.kubeconfig);
    const ready = await get(access, '/readyz');
    const api = {
      name: 'api-server',
      well: ready.status === 200,
      text: `${access.server.origin} answers ${ready.status}`,
    };
    const components = await get(access, '/v1-k3ts/components');
    const lines = [api, ...(components.status === 200 ? componentLines(components.body) : [])];
    if (server.disableAgent) return lines;
    const node = await get(access, `/api/v1/nodes/${server.nodeName}`);
    if (node.status === 200) return [...lines, nodeLine(server.nodeName, JSON.parse(node.body))];
    const why =
      node.status === 404 ? 'not Ready: it has not registered yet' : `cannot be read: the API answers ${node.status}`;
    return [...lines, { name: `node ${server.nodeName}`, well: false, text: why }];
  } catch (error) {
    return [{ name: 'api-server', well: false, text: `does not answer: ${describeError(error)}` }];
  }
}
