import type { FileHandle } from 'node:fs/promises';

const blockBytes = 64 * 1024;

/** Where the last `lines` lines of a file of `size` bytes begin; an unfinished last line does not count. */
export async function tailStart(file: FileHandle, size: number, lines: number): Promise<number> {
  const block = Buffer.alloc(blockBytes);
  let left = lines + 1;
  for (let end = size; end > 0; ) {
    const start = Math.max(end - blockBytes, 0);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    for (let at = block.lastIndexOf(0x0a, bytesRead - 1); at >= 0; at = at === 0 ? -1 : block.lastIndexOf(0x0a, at - 1))
      if (--left === 0) return start + at + 1;
    end = start;
  }
  return 0;
}
