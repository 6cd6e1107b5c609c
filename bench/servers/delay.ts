// The delaying proxy in a process of its own: `delay.ts PORT ROUND_TRIP_MS`.
import { createDelayProxy } from '../support/delay-proxy.js';

const server = createDelayProxy(Number(process.argv[2]), Number(process.argv[3]));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  console.log(JSON.stringify({ port: String(port) }));
});

// Ends with whoever started it, however that ends.
process.stdin.on('end', () => process.exit(0)).resume();
