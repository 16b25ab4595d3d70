/* Queries and mutations go by HTTP, subscriptions by WebSocket, both to where the page came from. */

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';

const endpoint = new URL('/graphql', window.location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:';

/** Each operation has a socket of its own, if it needs one: it opens for whom its headers say. */
export function fetcher(operation, options) {
  const send = createGraphiQLFetcher({
    url: endpoint.href,
    wsClient: createClient({
      url: socket.href,
      connectionParams: credentials(options?.headers),
    }),
    enableIncrementalDelivery: false,
  });
  return send(operation, options);
}

/** A browser's WebSocket has no headers: what they say of the caller goes into the first message. */
function credentials(headers = {}) {
  const given = new Headers(headers);
  const payload = {
    authorization: given.get('authorization'),
    guestToken: given.get('guest-token'),
  };
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== null));
}
