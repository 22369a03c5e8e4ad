import { createHash } from 'node:crypto';
import type { Container } from './types.ts';

/**
 * Tells whether a running container is still the wanted one. Only what can change in a running pod and needs a new
 * container counts: its image (and its name, by which it is found).
 */
export function specHash(container: Container): string {
  return createHash('sha256')
    .update(JSON.stringify([container.name, container.image]))
    .digest('hex')
    .slice(0, 16);
}
