import { holds } from "../core/selftest/verdict.ts";
import { type SelftestOptions, selftestCage } from "../engine/selftest.ts";
import { selftestText, selftestToJson } from "../report/selftest.ts";
import type { Terminal } from "./terminal.ts";

/** 1 where something got out, or something that should hold is missing. */
export async function selftest(terminal: Terminal, name: string, options: Pick<SelftestOptions, "network">): Promise<number> {
	return terminal.withContext(async (context) => {
		const test = await selftestCage(context, name, options);
		if (terminal.options.json) terminal.printJson("selftest", selftestToJson(name, test));
		else terminal.print(selftestText(name, test, terminal.messages));
		return holds(test) ? 0 : 1;
	});
}
