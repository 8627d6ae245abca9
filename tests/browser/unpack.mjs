// Unpacks the Chromium of @sparticuz/chromium into node_modules/.chromium: the browser, the libraries that a small
// machine lacks (NSS, NSPR, Expat), a software renderer, and a font, so that pages look the same everywhere.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const modules = fileURLToPath(new URL("node_modules/", import.meta.url));
const packed = join(modules, "@sparticuz", "chromium", "bin");
const target = join(modules, ".chromium");
mkdirSync(target, { recursive: true });

process.env.TMPDIR = target; // where the package unpacks to
const { inflate } = await import("@sparticuz/chromium");
const parts = ["chromium.br", "al2023.tar.br", "swiftshader.tar.br", "fonts.tar.br"];
await Promise.all(parts.map((part) => inflate(join(packed, part))));

// The package's own names folders of AWS Lambda.
writeFileSync(
  join(target, "fonts.conf"),
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(target, "fonts")}</dir><cachedir>${join(target, "fonts-cache")}</cachedir></fontconfig>
`,
);
