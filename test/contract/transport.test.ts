import { createFetchTransport } from '../../src/core/http/fetch-transport.js';
import { createNodeTransport } from '../../src/core/http/node-transport.js';
import { transportContract } from './transport.js';

transportContract('node:http', () => createNodeTransport());
transportContract('fetch', () => createFetchTransport());
