import type { PlainRun } from "./start.ts";

/**
 * `[--state DIR] [--quiet] run NAME [-- COMMAND…]`: undefined for everything else, which the reader of all verbs and options reads. The start of a service should
 * not wait for that.
 */
export function plainRun(args: readonly string[]): PlainRun | undefined {
	let state: string | undefined;
	let quiet = false;
	let at = 0;
	for (; args[at]?.startsWith("-"); at++) {
		const word = args[at];
		if (word === "--quiet") quiet = true;
		else if (word === "--state" && args[at + 1]) state = args[++at];
		else if (word?.startsWith("--state=") && word !== "--state=") state = word.slice("--state=".length);
		else return undefined;
	}
	const [verb, name, separator, ...command] = args.slice(at);
	if (verb !== "run" || name === undefined || name.startsWith("-")) return undefined;
	if (separator !== undefined && separator !== "--") return undefined;
	return { name, command, options: { ...(state === undefined ? {} : { state }), quiet } };
}
