import { holds } from "../core/selftest/verdict.ts";
import { type SelftestOptions, selftestCage } from "../engine/selftest/selftest.ts";
import { selftestText, selftestToJson } from "../report/selftest.ts";
import type { Terminal } from "./terminal.ts";

export interface SelftestVerbOptions extends Pick<SelftestOptions, "network"> {
	readonly unit?: boolean;
	readonly alarm?: boolean;
	readonly dropin?: string;
}

/** Returns 1 if a technique escaped or a protection layer is missing. */
export async function selftest(terminal: Terminal, name: string, options: SelftestVerbOptions): Promise<number> {
	const { alarm = false, dropin, network, unit } = options;
	const underUnit = dropin === undefined ? (unit ? {} : undefined) : { service: dropin };
	return terminal.withContext(async (context) => {
		const test = await selftestCage(context, name, {
			...(network === undefined ? {} : { network }),
			...(alarm ? { alarms: "always" as const } : {}),
			...(underUnit === undefined ? {} : { unit: underUnit }),
		});
		if (terminal.options.json) terminal.printJson("selftest", selftestToJson(name, test));
		else terminal.print(selftestText(name, test, terminal.messages));
		return holds(test) ? 0 : 1;
	});
}
