/* The panel of named examples. An example may ask the shop something before it is shown: its
   variables and headers hold `${/where/in/the/answer}`, and `${uuid}` for a key of its own. */

import { UnStyledButton, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { parse } from 'graphql';

export function examplesPlugin(examples, fetcher) {
  return {
    title: 'Examples',
    icon: Icon,
    content: () => <Panel examples={examples} fetcher={fetcher} />,
  };
}

/** What an example puts into the editors, where `answer` is what it asked for before. */
export function contentOf(example, answer) {
  return {
    query: example.query,
    variables: asText(example.variables, answer),
    headers: asText(example.headers, answer),
  };
}

function asText(values, answer) {
  return Object.keys(values).length ? JSON.stringify(filled(values, answer), null, 2) : '';
}

function filled(value, answer) {
  if (typeof value === 'string') {
    return value.replace(/\$\{(.+?)\}/g, (hole, name) =>
      name === 'uuid' ? crypto.randomUUID() : (at(answer, name) ?? hole),
    );
  }
  if (Array.isArray(value)) {
    return value.map(each => filled(each, answer));
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, filled(each, answer)]),
    );
  }
  return value;
}

function at(answer, pointer) {
  return pointer
    .split('/')
    .slice(1)
    .reduce((place, step) => place?.[step], answer);
}

async function asked(query, fetcher) {
  try {
    return (await fetcher({ query })).data;
  } catch {
    return undefined; // the holes stay, and say what belongs there
  }
}

function Panel({ examples, fetcher }) {
  const { addTab, setOperationFacts } = useGraphiQLActions();
  const editors = useGraphiQL(state => ({
    query: state.queryEditor,
    variables: state.variableEditor,
    headers: state.headerEditor,
  }));

  async function show(example) {
    const answer = example.before && (await asked(example.before, fetcher));
    if (holdsWorkOf(editors.query.getValue(), examples)) {
      addTab();
    }
    for (const [pane, text] of Object.entries(contentOf(example, answer))) {
      editors[pane].setValue(text);
    }
    setOperationFacts(factsOf(example)); // GraphiQL finds them too, but later than a quick click
    editors.query.focus();
  }

  return (
    <section aria-label="Examples">
      <div className="graphiql-doc-explorer-title">Examples</div>
      <ul className="examples">
        {examples.map(example => (
          <li key={example.name}>
            <UnStyledButton type="button" onClick={() => show(example)}>
              {example.title}
              <small>{example.about}</small>
            </UnStyledButton>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What GraphiQL wants to know of a document before it runs it. An example is one operation. */
function factsOf(example) {
  const documentAST = parse(example.query);
  const operations = documentAST.definitions;
  return { documentAST, operations, operationName: operations[0].name.value };
}

/** Whether a tab holds something that its owner would miss. */
function holdsWorkOf(text, examples) {
  return text.trim() !== '' && !examples.some(example => example.query === text);
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M6 3.5h9l3 3v14H6z M9 10h6 M9 13.5h6 M9 17h4" />
    </svg>
  );
}
