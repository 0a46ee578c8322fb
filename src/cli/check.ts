import { Failure } from "../core/failure.ts";
import type { ComparingMachine } from "../engine/context.ts";
import { type CheckedCage, checkAll, checkCage, isClean } from "../engine/upkeep/check.ts";
import { checkedText, checkedToJson, nagiosLine } from "../report/check.ts";
import { wrapLines } from "../report/format.ts";
import { stateFolder } from "./state-folder.ts";
import type { Terminal } from "./terminal.ts";

interface CheckOptions {
	readonly all?: boolean;
	readonly deep?: boolean;
	readonly nagios?: boolean;
}

/** Returns 1 if a cage has a finding that nobody accepted. */
export async function check(
	terminal: Terminal<ComparingMachine>,
	names: readonly string[],
	options: CheckOptions,
): Promise<number> {
	const { all = false } = options;
	if (all === names.length > 0) throw new Failure("check-names-or-all", {}, 2);
	if (options.nagios && terminal.options.json) throw new Failure("one-form", { one: "--nagios", other: "--json" }, 2);
	return reportUnknown(terminal, options.nagios ?? false, () => runChecks(terminal, names, options));
}

/** Monitoring expects 3 UNKNOWN if a check fails (Nagios plugin API). */
async function reportUnknown(
	terminal: Terminal<ComparingMachine>,
	nagios: boolean,
	work: () => Promise<number>,
): Promise<number> {
	try {
		return await work();
	} catch (error) {
		if (!nagios || !(error instanceof Failure)) throw error;
		terminal.print(`CAGEWRIGHT UNKNOWN - ${terminal.messages.failure(error)}`);
		return 3;
	}
}

function runChecks(
	terminal: Terminal<ComparingMachine>,
	names: readonly string[],
	{ all = false, deep = false, nagios = false }: CheckOptions,
) {
	return terminal.withContext(async (context) => {
		const checked: CheckedCage[] = all ? await checkAll(context, { deep }) : [];
		for (const name of names) checked.push(await checkCage(context, name, { deep }));
		if (nagios) {
			// A mistyped state folder must not look healthy.
			if (!checked.length) throw new Failure("no-cages", { path: stateFolder(terminal.options.state) });
			const { status, text } = nagiosLine(checked, terminal.messages);
			terminal.print(text);
			return status;
		}
		if (terminal.options.json) {
			terminal.printJson("check", { cages: checked.map((cage) => checkedToJson(cage, terminal.messages)) });
		} else if (checked.length) {
			const text = checked.map((cage) => checkedText(cage, terminal.messages)).join("\n");
			terminal.print(wrapLines(text, terminal.width));
		} else terminal.print(terminal.messages.cli.list.none);
		return checked.every(isClean) ? 0 : 1;
	});
}
