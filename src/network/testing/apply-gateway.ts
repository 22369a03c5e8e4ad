import { text } from 'node:stream/consumers';
import { applyGateway } from '../gateway/apply.ts';

/** Applies the plan on standard input in the network namespace in which this program was started. */
const { ip, plan } = JSON.parse(await text(process.stdin));
await applyGateway(ip, plan);
