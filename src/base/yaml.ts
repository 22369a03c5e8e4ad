import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The YAML library, loaded when it is first needed: 8 MB that most servers do without. */
export function yaml(): typeof import('yaml') {
  return require('yaml');
}
