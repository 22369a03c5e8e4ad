import { inflateRawSync } from 'node:zlib';

/**
 * One file out of a zip archive (APPNOTE.TXT 6.3, stored or deflated, no zip64), as `unzip` is not on every machine.
 * Throws when the archive has no such file, or is damaged.
 */
export function readZipEntry(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0) throw new Error(`cannot read ${name}: not a zip archive`);
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (archive.readUInt32LE(at) !== 0x02014b50)
      throw new Error(`cannot read ${name}: damaged directory of the archive`);
    const nameLength = archive.readUInt16LE(at + 28);
    if (archive.toString('utf8', at + 46, at + 46 + nameLength) === name) return content(archive, at, name);
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error(`cannot read ${name}: not in the archive`);
}

function content(archive: Buffer, entry: number, name: string): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const packedBytes = archive.readUInt32LE(entry + 20);
  const bytes = archive.readUInt32LE(entry + 24);
  const local = archive.readUInt32LE(entry + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + packedBytes);
  if (method !== 0 && method !== 8) throw new Error(`cannot read ${name}: packed with method ${method}, not 0 or 8`);
  const plain = method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: bytes });
  if (plain.length !== bytes) throw new Error(`cannot read ${name}: ${plain.length} bytes instead of ${bytes}`);
  return plain;
}
