import { CodedError } from '../base/errors.ts';

/** `kernel`: the kernel lacks something; `tool`: ip or nft refused; `config`: what we were given cannot be used. */
export class NetworkError extends CodedError<'kernel' | 'tool' | 'config'> {}
