import type { PlainRun } from "./start.ts";

/**
 * `[--state DIR] [--quiet] run NAME [-- COMMAND…]`: undefined for everything else. Reading all verbs and options takes about as long as
 * auditing a cage, and the start of a service should not wait for it.
 */
export function plainRun(args: readonly string[]): PlainRun | undefined {
	let state: string | undefined;
	let quiet = false;
	let at = 0;
	for (; args[at] !== "run"; at++) {
		const word = args[at];
		if (word === "--quiet") quiet = true;
		else if (word === "--state" && args[at + 1] !== undefined) state = args[++at];
		else if (word?.startsWith("--state=")) state = word.slice("--state=".length);
		else return undefined;
	}
	const [name, separator, ...command] = args.slice(at + 1);
	if (name === undefined || name.startsWith("-") || (separator !== undefined && separator !== "--")) return undefined;
	return { name, command, options: { ...(state === undefined ? {} : { state }), quiet } };
}
