import { sendObject } from '../http/respond.ts';
import type { PathRoute } from './paths.ts';

export interface VersionInfo {
  /** `v1.36.0+k3ts1`. */
  readonly gitVersion: string;
  readonly gitCommit: string;
  /** RFC 3339. */
  readonly buildDate: string;
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', arm: 'arm', ia32: '386' };

/** `/version`. The fields that upstream fills with Go's say what really runs here. */
export function versionRoute({ gitVersion, gitCommit, buildDate }: VersionInfo): PathRoute {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  const document = {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    gitVersion,
    gitCommit,
    gitTreeState: 'clean',
    buildDate,
    goVersion: `node ${process.version}`,
    compiler: 'v8',
    platform: `${process.platform}/${architectures[process.arch] ?? process.arch}`,
  };
  return { path: '/version', handler: (request) => sendObject(request, 200, document) };
}
