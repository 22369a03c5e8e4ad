import { readFileSync } from 'node:fs';

/** The product's version, `1.36.0+k3ts1`: Kubernetes' version and ours. */
export function productVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const content: unknown = JSON.parse(text);
  if (typeof content === 'object' && content !== null && 'version' in content && typeof content.version === 'string')
    return content.version;
  throw new Error('package.json has no version');
}
