// All rules of graphql-schema-linter but these, and with these exceptions.
module.exports = {
  rules: [
    "defined-types-are-used",
    "deprecations-have-a-reason",
    "descriptions-are-capitalized",
    "enum-values-all-caps",
    "fields-are-camel-cased",
    "input-object-values-are-camel-cased",
    "relay-connection-arguments-spec",
    "relay-connection-types-spec",
    "relay-page-info-spec",
    "types-are-capitalized",
    // Left out, on purpose:
    // *-have-descriptions: a name that says it all needs no sentence that says it again.
    // *-sorted-alphabetically: fields stand in the order in which they are understood.
  ],
  ignore: {
    // They begin with the name of a field or an argument, which is spelt as it is.
    "descriptions-are-capitalized": [
      "CartLine.subtotal",
      "Mutation.paymentCapture",
      "Mutation.productStatusUpdate",
      "Mutation.sessionRevoke",
      "Query.rateLimit",
      "Stock.available",
      "Subscription.orderPlaced",
    ],
  },
};
