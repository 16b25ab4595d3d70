// Asks a server as the clients of graphql-ws and graphql-sse do; prints what they heard as JSON.
import { createClient as overEvents } from "graphql-sse";
import { createClient as overWebSocket } from "graphql-ws";
import WebSocket from "ws";

const [address, ...queries] = process.argv.slice(2);
const clients = {
  "graphql-ws": overWebSocket({
    url: `ws://${address}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  }),
  "graphql-sse": overEvents({ url: `http://${address}/graphql`, retryAttempts: 0 }),
};

async function heard(client, query) {
  const messages = [];
  try {
    for await (const { data } of client.iterate({ query })) messages.push(data);
    return { messages, end: "complete" };
  } catch (error) {
    return { messages, end: Array.isArray(error) ? error[0].extensions.code : String(error) };
  }
}

for (const [name, client] of Object.entries(clients)) {
  for (const query of queries) {
    console.log(JSON.stringify({ name, query, ...(await heard(client, query)) }));
  }
  client.dispose();
}
