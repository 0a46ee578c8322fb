import { holds } from "../core/selftest/verdict.ts";
import { type SelftestOptions, selftestCage } from "../engine/selftest/selftest.ts";
import { selftestText, selftestToJson } from "../report/selftest.ts";
import type { Terminal } from "./terminal.ts";

export interface TestedOptions extends Pick<SelftestOptions, "network"> {
	readonly unit?: boolean;
	/** A service of the host. */
	readonly dropin?: string;
}

/** 1 where something got out, or something that should hold is missing. */
export async function selftest(terminal: Terminal, name: string, options: TestedOptions): Promise<number> {
	const { dropin, network, unit } = options;
	const underUnit = dropin === undefined ? (unit ? {} : undefined) : { service: dropin };
	return terminal.withContext(async (context) => {
		const test = await selftestCage(context, name, {
			...(network === undefined ? {} : { network }),
			...(underUnit === undefined ? {} : { unit: underUnit }),
		});
		if (terminal.options.json) terminal.printJson("selftest", selftestToJson(name, test));
		else terminal.print(selftestText(name, test, terminal.messages));
		return holds(test) ? 0 : 1;
	});
}
