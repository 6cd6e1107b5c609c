import { AzureFilesClient } from '../../src/files/index.js';
import type { TransferOrder } from './killed-worker.js';

/* Moves one file, in a process that may be killed at any moment. Says when it begins, as starting takes its time. */

const order = JSON.parse(process.argv[2] ?? '') as TransferOrder;
const { connectionString, share, path, local, notes, rangeSize, concurrency } = order;
await using client = AzureFilesClient.builder().connectionString(connectionString).build();
const request = { share, path, resume: notes, rangeSize, concurrency };
process.send?.('begun');
if (order.way === 'upload') await client.streaming.uploadFrom(request, local);
else await client.streaming.downloadTo(request, local);
process.disconnect?.();
