/** The prose that `kubectl explain` shows. It is no part of the program: it may be missing, and then documents go without. */
import { readFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import { errorCode } from '../../base/errors.ts';

export interface Descriptions {
  ofType(definitionName: string): string | undefined;
  ofField(definitionName: string, field: string): string | undefined;
}

type Texts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Far more than all descriptions of Kubernetes. */
const mostBytes = 32 * 1024 * 1024;

/**
 * Reads the file that `tools/descriptions.ts` writes (about 2 MB of text; let go of it when the documents are made).
 * Undefined: there is no such file. Throws when it cannot be read or is damaged.
 */
export function loadDescriptions(file: string): Descriptions | undefined {
  let packed: Buffer;
  try {
    packed = readFileSync(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new Error(`cannot read the descriptions of the API: ${file}`, { cause: error });
  }
  const texts = unpack(file, packed);
  return {
    ofType: (name) => texts[name]?.[''],
    ofField: (name, field) => texts[name]?.[field],
  };
}

function unpack(file: string, packed: Buffer): Texts {
  try {
    return JSON.parse(zstdDecompressSync(packed, { maxOutputLength: mostBytes }).toString('utf8')) as Texts;
  } catch (error) {
    throw new Error(`the descriptions of the API are damaged: ${file}; tools/descriptions.ts writes them anew`, {
      cause: error,
    });
  }
}
