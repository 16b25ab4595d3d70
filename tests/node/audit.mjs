// Asks a server everything that the GraphQL-over-HTTP specification asks of it; prints JSON.
import { auditServer } from "graphql-http";

const results = await auditServer({ url: process.argv[2] });
console.log(
  JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason })))
);
