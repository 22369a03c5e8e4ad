import { clientSuite } from '../client/client-suite.ts';
import { createHttpClient } from '../client/http/http-client.ts';
import { startTestServer } from './api-server.test-helper.ts';
import { createInProcessClient } from './in-process-client.ts';

// Both forms of the client, against the same server.

clientSuite('in process', async () => {
  const server = await startTestServer();
  const client = createInProcessClient({ registry: server.registry, user: { name: 'tester', groups: [] } });
  return { client, close: () => server.close() };
});

clientSuite('over HTTP/2', async () => {
  const server = await startTestServer();
  const { keyPem, certificatePem } = server.admin;
  const client = createHttpClient({
    server: server.url,
    ca: server.ca,
    cert: certificatePem,
    key: keyPem,
    name: 'tester',
  });
  return {
    client,
    close: async () => {
      client.close();
      await server.close();
    },
  };
});
