"""The schema as linters want it; exceptions and their reasons stand in their configurations."""

from tests.node.tools import HOME, MODULES, tools

SCHEMA = "schema/schema.graphql"


def test_graphql_schema_linter_has_nothing_to_say() -> None:
    script = MODULES / "graphql-schema-linter/lib/cli.js"
    told = tools().run(script, "--config-directory", str(HOME), SCHEMA)
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_relay_rules_of_graphql_eslint_have_nothing_to_say() -> None:
    script = MODULES / "eslint/bin/eslint.js"
    told = tools().run(script, "--max-warnings=0", f"--config={HOME / 'eslint.config.mjs'}", SCHEMA)
    assert told.returncode == 0, told.stdout + told.stderr
