/** One entry of a tar archive that is built in memory. */
export interface TarEntry {
  /** Relative, without a leading slash. */
  readonly path: string;
  readonly type?: 'file' | 'directory' | 'symlink';
  readonly content?: Uint8Array;
  readonly target?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

const typeFlags = { file: '0', directory: '5', symlink: '2' } as const;

/** A POSIX ustar archive; the same entries always give the same bytes (all times are zero). */
export function tar(entries: readonly TarEntry[]): Buffer {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? []);
    parts.push(header(entry, content.length), content, Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function header(entry: TarEntry, size: number): Buffer {
  const { type = 'file', mode = type === 'directory' ? 0o755 : 0o644, uid = 0, gid = 0, target = '' } = entry;
  const block = Buffer.alloc(512);
  const { name, prefix } = splitName(entry.path);
  block.write(name, 0, 100);
  const octal = (value: number, at: number, width: number) =>
    block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, width);
  octal(mode, 100, 8);
  octal(uid, 108, 8);
  octal(gid, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write('        ', 148, 8);
  block.write(typeFlags[type], 156, 1);
  if (Buffer.byteLength(target) > 100) throw new Error(`the link target is longer than tar allows: ${target}`);
  block.write(target, 157, 100);
  block.write('ustar\x0000', 257, 8, 'latin1');
  block.write(prefix, 345, 155);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8);
  return block;
}

function splitName(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: '' };
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return { name, prefix };
  }
  throw new Error(`the name is longer than tar allows: ${path}`);
}
