import { open } from 'node:fs/promises';
import { errorCode } from '../../base/errors.ts';
import type { ContainerStatus } from '../runtime/generated/cri.ts';
import { annotationNames } from './labels.ts';

const maxMessageBytes = 4096;
const maxLogBytes = 2048;
const maxLogLines = 80;

/** What an ended container left as its last words: the message file, or on failure the end of its log where it asked for that. */
export async function terminationMessage(status: ContainerStatus): Promise<string> {
  const path = status.annotations[annotationNames.terminationMessagePath];
  const mount = status.mounts.find(({ containerPath }) => containerPath === path);
  const message = mount ? await tail(mount.hostPath, maxMessageBytes) : '';
  const fallBack = status.annotations[annotationNames.terminationMessagePolicy] === 'FallbackToLogsOnError';
  if (message !== '' || !fallBack || status.exitCode === 0) return message;
  const lines = (await tail(status.logPath, maxLogBytes * 4)).split('\n').filter((line) => line !== '');
  const text = lines.map(logText).slice(-maxLogLines).join('');
  return text.slice(-maxLogBytes);
}

/** A CRI log line is `time stream tag text`; tag `P` marks a part of a line. */
export function logText(line: string): string {
  const match = /^\S+ (?:stdout|stderr) (\S+) (.*)$/.exec(line);
  if (!match) return '';
  return match[1]?.startsWith('P') ? (match[2] ?? '') : `${match[2]}\n`;
}

async function tail(path: string, maxBytes: number): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const length = Math.min(size, maxBytes);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
