/** The prose that `kubectl explain` shows. It is no part of the program: it may be missing, and then documents go without. */

export interface Descriptions {
  ofType(definitionName: string): string | undefined;
  ofField(definitionName: string, field: string): string | undefined;
}
