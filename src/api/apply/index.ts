export { type ApplyRequest, type ApplyResult, applyPatch, planApply } from './apply-patch.ts';
export { checkDeclared } from './check-declared.ts';
export type { FieldTree } from './field-set.ts';
export { maxUpdateManagers } from './managers.ts';
export { resetFieldsOf } from './reset-fields.ts';
export { trackUpdate, type UpdateRequest } from './track-update.ts';
export { changesIn, type OtherVersions, otherVersionsOf } from './versions.ts';
