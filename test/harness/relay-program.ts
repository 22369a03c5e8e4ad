import { connect, createServer } from 'node:net';

/** `relay-program.ts SOCKET PORT`: what connects to the socket talks to that port of the network that this runs in. */
const [socket = '', port = ''] = process.argv.slice(2);
const server = createServer((incoming) => {
  const outgoing = connect(Number(port), '127.0.0.1');
  // Either end's failure ends the other; who talks through here sees its connection end.
  incoming.on('error', () => outgoing.destroy()).on('close', () => outgoing.destroy());
  outgoing.on('error', () => incoming.destroy()).on('close', () => incoming.destroy());
  incoming.pipe(outgoing).pipe(incoming);
});
server.listen(socket, () => console.log('ready'));
