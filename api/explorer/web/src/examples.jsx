/* The panel of named examples. An example may ask the shop something before it is shown: what it
   is made of holds `${/where/in/the/answers}`, and `${uuid}` for a key of its own. */

import { UnStyledButton, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { parse } from 'graphql';

import { fetcher } from './fetcher.js';

export function examplesPlugin(examples) {
  return { title: 'Examples', icon: Icon, content: () => <Panel examples={examples} /> };
}

/** What an example puts into the editors, where `answers` is what it asked for before. */
export function contentOf(example, answers) {
  return {
    query: example.query,
    variables: asText(example.variables, answers),
    headers: asText(example.headers, answers),
  };
}

function asText(values, answers) {
  return Object.keys(values).length ? JSON.stringify(filled(values, answers), null, 2) : '';
}

function filled(value, answers) {
  if (typeof value === 'string') {
    return value.replace(/\$\{(.+?)\}/g, (hole, name) =>
      name === 'uuid' ? crypto.randomUUID() : (at(answers, name) ?? hole),
    );
  }
  if (Array.isArray(value)) {
    return value.map(each => filled(each, answers));
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, filled(each, answers)]),
    );
  }
  return value;
}

function at(answers, pointer) {
  return pointer
    .split('/')
    .slice(1)
    .reduce((place, step) => place?.[step], answers);
}

async function answersTo(operations) {
  const answers = {};
  try {
    for (const operation of operations) {
      Object.assign(answers, (await fetcher({ query: filled(operation, answers) })).data);
    }
  } catch {
    // the holes stay, and say what belongs there
  }
  return answers;
}

function Panel({ examples }) {
  const { addTab, setOperationFacts } = useGraphiQLActions();
  const editors = useGraphiQL(state => ({
    query: state.queryEditor,
    variables: state.variableEditor,
    headers: state.headerEditor,
  }));

  async function show(example) {
    const answers = await answersTo(example.before);
    if (holdsWorkOf(editors.query.getValue(), examples)) {
      addTab();
    }
    for (const [pane, text] of Object.entries(contentOf(example, answers))) {
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
