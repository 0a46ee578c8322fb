import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bundle } from "./bundle.js";
import { root, setUp } from "./set-up.js";

/** `npm run reference`: writes the reference, man pages and completions from the definitions of verbs, options and keys. */
setUp();
const folder = await bundle({ reference: "scripts/reference/main.ts" });
const { status } = spawnSync(process.execPath, [join(folder, "reference.js"), root], { stdio: "inherit" });
process.exitCode = status ?? 1;
