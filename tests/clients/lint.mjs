// Holds the OpenAPI document against the recommended rules of Redocly. Prints a line for each breach.

import { createConfig, lint } from "@redocly/openapi-core";

const found = await lint({ ref: process.argv.at(-1), config: await createConfig({ extends: ["recommended"] }) });
for (const one of found) console.log(one.severity, one.ruleId, one.message, one.location[0]?.pointer);
process.exitCode = found.length ? 1 : 0;
