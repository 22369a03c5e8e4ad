import { parentPort, workerData } from 'node:worker_threads';
import { Database } from './database.ts';
import { failureOf } from './failure.ts';
import { type DatabaseOptions, openedId, type Part, type Reply, type Request } from './protocol.ts';

/** The thread that owns the database file. A disk that stalls stalls this thread and nothing else. */

const port = parentPort;
if (!port) throw new Error('the datastore thread was started as a program');
const options = workerData as DatabaseOptions;

function reply(id: number, work: () => Exclude<Reply, { failure: object }>['result']): boolean {
  try {
    const result = work();
    port?.postMessage({ id, result } satisfies Reply, result && 'data' in result ? [result.data] : []);
    return true;
  } catch (error) {
    port?.postMessage({ id, failure: failureOf(error, options.file) } satisfies Reply);
    return false;
  }
}

let database: Database | undefined;

function handle(request: Request): Exclude<Reply, { failure: object }>['result'] {
  if (!database) throw new Error('it is closed');
  switch (request.type) {
    case 'write':
      return void database.write(request.batch);
    case 'get':
      return database.get(request.key);
    case 'list':
      for (const part of database.list(request.prefix))
        port?.postMessage({ id: request.id, part } satisfies Part, [part.data]);
      return undefined;
    case 'stats':
      return database.stats();
    case 'close':
      return void database.close(request.revision);
  }
}

const opened = reply(openedId, () => {
  database = new Database(options);
  return database.open();
});
if (opened) {
  port.on('message', (request: Request) => {
    reply(request.id, () => handle(request));
    if (request.type === 'close') port.close();
  });
}
