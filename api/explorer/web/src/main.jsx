import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './main.css';

import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';

import { contentOf, examplesPlugin } from './examples.jsx';
import { fetcher } from './fetcher.js';

const examples = await (await fetch('/explorer/examples.json')).json();
const panel = examplesPlugin(examples);

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
