import { requests } from './requests.ts';
import { values } from './values.ts';

/** What somebody does wrong, and what kubectl of every version then says. */
export interface Mistake {
  /** Words as they are typed; quotes keep blanks together. */
  readonly run: string;
  readonly input?: string;
  /** Standard error to the letter, but that `UID` and `N` stand for what is different each time; `…` at the end for any rest. */
  readonly says: string;
  /** It is only warned of. */
  readonly passes?: true;
}

/** By what is wrong. None of them changes anything. */
export const mistakes: Readonly<Record<string, readonly Mistake[]>> = { ...requests, ...values };
