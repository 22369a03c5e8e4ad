import { request } from 'node:https';
import { getCACertificates, rootCertificates } from 'node:tls';

const timeoutMs = 10_000;
const maxBytes = 1024 * 1024;

let systemAuthorities: readonly string[] | undefined;

/** GETs a JSON document over HTTPS, trusting `ca` (PEM) or the system's authorities. Follows no redirects. Rejects with Error. */
export async function fetchJson(url: string, ca: string | undefined): Promise<unknown> {
  if (new URL(url).protocol !== 'https:') throw new Error(`cannot fetch ${url}: only https is allowed`);
  const text = await get(url, ca === undefined ? [...authoritiesOfSystem()] : [ca]);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`cannot read ${url}: it is no JSON`, { cause: error });
  }
}

/** Those of the machine, which a company may have added to, and those that Node brings. */
function authoritiesOfSystem(): readonly string[] {
  systemAuthorities ??= [...new Set([...getCACertificates('system'), ...rootCertificates])];
  return systemAuthorities;
}

function get(url: string, ca: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new Error(`cannot fetch ${url}: ${error.message}`, { cause: error }));
    const signal = AbortSignal.timeout(timeoutMs);
    const headers = { Accept: 'application/json', 'User-Agent': 'k3ts' };
    const asked = request(url, { ca, signal, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) asked.destroy(new Error(`it is larger than ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      response.once('error', fail);
      response.once('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else fail(new Error(`the answer has the status ${response.statusCode}`));
      });
    });
    asked.once('error', (error) => fail(signal.aborted ? new Error(`no answer within ${timeoutMs} ms`) : error));
    asked.end();
  });
}
