import { omitUndefined } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { pathToJson } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { outputPath } from "../../cli/output-file.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { type ForeignRequest, selftestForeign } from "../engine/foreign.ts";
import { type SelftestOptions, selftestCage } from "../engine/selftest.ts";
import { foreignHolds } from "../foreign.ts";
import { writeTechniques } from "../host/selftest.ts";
import { foreignText, foreignToJson } from "../report/foreign-selftest.ts";
import { selftestText, selftestToJson } from "../report/selftest.ts";
import { holds } from "../verdict.ts";

interface SelftestVerbOptions extends Pick<SelftestOptions, "network"> {
	readonly unit?: boolean;
	readonly alarm?: boolean;
	readonly dropin?: string;
	readonly container?: readonly string[];
	readonly pid?: readonly string[];
	readonly program?: string;
}

/**
 * Returns 1 if a technique escaped, or if a protection layer of a cage is missing. Tests a cage, or other sandboxes. With `--unit`, a name
 * that no cage has is a running unit.
 */
export async function selftest(terminal: Terminal, names: readonly string[], options: SelftestVerbOptions): Promise<number> {
	const { container = [], pid = [], program, unit = false } = options;
	if (program !== undefined) {
		if (names.length) throw new Failure("selftest-target", {}, 2);
		return writeProgram(terminal, program);
	}
	const requests: ForeignRequest[] = [
		...container.map((name) => ({ kind: "container" as const, name })),
		...pid.map((name) => ({ kind: "pid" as const, name })),
		...(unit ? names : []).map((name) => ({ kind: "unit" as const, name })),
	];
	const [name] = names;
	if (name === undefined ? !requests.length || unit : names.length > 1 && !unit) throw new Failure("selftest-target", {}, 2);
	if (name !== undefined && (!unit || (await hasCage(terminal, names)))) {
		if (requests.length > (unit ? 1 : 0)) throw new Failure("foreign-or-cage", {}, 2);
		return selftestOfCage(terminal, name, options);
	}
	if (options.dropin ?? options.network) throw new Failure("foreign-or-cage", {}, 2);
	return terminal.withContext(async (context) => {
		const tests = await selftestForeign(context, requests);
		terminal.result("selftest", foreignToJson(tests), () => foreignText(tests, terminal.messages));
		return tests.every(foreignHolds) ? 0 : 1;
	});
}

/** Writes the program of the escape techniques to a new file, for sandboxes that Cagewright does not test itself. */
function writeProgram(terminal: Terminal, output: string): Promise<number> {
	return terminal.withContext(async () => {
		const file = outputPath(terminal, output);
		await writeTechniques(file);
		return terminal.wrote("selftest", { file: pathToJson(file) }, () =>
			terminal.messages.selftest.programWritten(showPath(file)),
		);
	});
}

function hasCage(terminal: Terminal, names: readonly string[]): Promise<boolean> {
	return terminal.withContext(async ({ machine }) => (await machine.store.names()).some((cage) => names.includes(cage)));
}

async function selftestOfCage(terminal: Terminal, name: string, options: SelftestVerbOptions): Promise<number> {
	const { alarm = false, dropin, network, unit } = options;
	const underUnit = dropin === undefined ? (unit ? {} : undefined) : { service: dropin };
	return terminal.withContext(async (context) => {
		const test = await selftestCage(context, name, {
			...omitUndefined({ network }),
			...(alarm ? { alarms: "always" as const } : {}),
			...omitUndefined({ unit: underUnit }),
		});
		terminal.result("selftest", selftestToJson(name, test), () => selftestText(name, test, terminal.messages));
		return holds(test) ? 0 : 1;
	});
}
