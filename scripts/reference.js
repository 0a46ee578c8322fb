import { runReference } from "./bundle.js";
import { setUp } from "./set-up.js";

/** `npm run reference`: writes the reference from the definitions of verbs, options and keys. The build writes man pages and completions. */
setUp();
process.exitCode = await runReference();
