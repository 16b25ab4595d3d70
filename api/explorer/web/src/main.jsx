import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './main.css';

import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';

import { contentOf, examplesPlugin } from './examples.jsx';

const endpoint = new URL('/graphql', window.location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:';

const fetcher = createGraphiQLFetcher({
  url: endpoint.href,
  subscriptionUrl: socket.href, // the headers pane goes along as connection_init's payload
  enableIncrementalDelivery: false,
});

const examples = await (await fetch('/explorer/examples.json')).json();
const panel = examplesPlugin(examples, fetcher);

createRoot(document.getElementById('explorer')).render(
  <GraphiQL
    fetcher={fetcher}
    schemaDescription
    defaultTabs={[contentOf(examples[0])]}
    defaultEditorToolsVisibility="variables"
    plugins={[panel, HISTORY_PLUGIN]}
    visiblePlugin={panel}
  >
    <GraphiQL.Logo>Tradepost</GraphiQL.Logo>
  </GraphiQL>,
);
