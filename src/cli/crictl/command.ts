import { existsSync } from 'node:fs';
import { connectCri } from '../../node/runtime/cri.ts';
import { containerdSocket } from '../../options.ts';
import type { Command } from '../command.ts';
import { dataDirFlags, findDataDir } from '../data-dir.ts';
import { parseCommandLine } from '../flags/command-line.ts';
import { type Flag, UsageError } from '../flags/flag.ts';
import { suggestion } from '../flags/nearest.ts';
import type { CrictlWord } from './context.ts';
import { exec } from './exec.ts';
import { images, pods, ps, stats } from './lists.ts';
import { logs } from './logs.ts';
import { info, inspect, inspectPod, pull, rmi } from './single.ts';

/** Every word of crictl, in the order of the help. */
const words: readonly CrictlWord[] = [ps, pods, images, logs, exec, inspect, inspectPod, stats, pull, rmi, info];

const globalFlags: readonly Flag[] = [
  ...dataDirFlags,
  {
    name: 'runtime-endpoint',
    short: 'r',
    type: 'text',
    placeholder: 'SOCKET',
    variables: ['CONTAINER_RUNTIME_ENDPOINT'],
    help: "another runtime's socket",
  },
];

export const crictlCommand: Command = {
  help() {
    const list = words.map((word) => {
      const flags = word.flags.map((flag) => ` [${flag.short ? `-${flag.short}|` : ''}--${flag.name}]`).join('');
      return `  ${word.name}${flags}${word.usage === '' ? '' : ` ${word.usage}`}\n      ${word.summary}\n`;
    });
    return `Usage: k3ts crictl [--data-dir FOLDER | --runtime-endpoint SOCKET] WORD …\n\nAsks the container runtime directly. Ids may be shortened.\n\n${list.join('')}`;
  },
  async run(args, context) {
    const first = parseCommandLine(globalFlags, args, { stopAtFirst: true });
    const [name = '', ...rest] = first.rest;
    if (first.help || name === '' || name === 'help') {
      context.out(this.help());
      return name === '' && !first.help ? 2 : 0;
    }
    const word = words.find((candidate) => candidate.name === name);
    if (!word) {
      const known = words.map((candidate) => candidate.name);
      throw new UsageError([`${name}: no such word${suggestion(name, known)}; there are ${known.join(', ')}`]);
    }
    const own = parseCommandLine(word.flags, rest, { stopAtFirst: word.stopAtFirst ?? false });
    if (own.help) {
      context.out(this.help());
      return 0;
    }
    const dataDir = findDataDir(first.settings, context.environment);
    const given =
      first.settings.get('runtime-endpoint')?.values[0] ?? context.environment['CONTAINER_RUNTIME_ENDPOINT'];
    const socket = given ? given.replace(/^unix:\/\//, '') : containerdSocket(dataDir);
    if (!existsSync(socket)) throw new Error(`${socket}: no such socket: no container runtime runs there`);
    const cri = connectCri(socket);
    try {
      return await word.run({ cri, context, flags: own.settings, args: own.rest, dataDir, now: Date.now() });
    } finally {
      cri.close();
    }
  },
};
