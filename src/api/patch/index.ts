export { jsonPatch } from './json-patch.ts';
export { mergePatch } from './merge-patch.ts';
export { jsonEqual, refuseDeep } from './record.ts';
export { strategicMergePatch } from './strategic/strategic.ts';
