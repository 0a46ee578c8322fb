import { Failure } from "../core/failure.ts";
import { type CheckedCage, checkAll, checkCage, isClean } from "../engine/upkeep/check.ts";
import { checkedText, checkedToJson, nagiosLine } from "../report/check.ts";
import { stateFolder } from "./state.ts";
import type { Terminal } from "./terminal.ts";

export interface CheckOptions {
	readonly all?: boolean;
	/** Reads every file, of the cage and of the host. */
	readonly deep?: boolean;
	/** One line, and the status that monitoring expects. */
	readonly nagios?: boolean;
}

/** Looks at cages and says what is wrong with them, one line a finding. Status 1 where there is anything that nobody accepted. */
export async function check(terminal: Terminal, names: readonly string[], options: CheckOptions): Promise<number> {
	const { all = false } = options;
	if (all === names.length > 0) throw new Failure("check-names-or-all", {}, 2);
	if (options.nagios && terminal.options.json) throw new Failure("one-form", { one: "--nagios", other: "--json" }, 2);
	return unknownAs(terminal, options.nagios ?? false, () => look(terminal, names, options));
}

/** What keeps a check from being made is to monitoring neither well nor wrong (Nagios plugin API: 3 UNKNOWN). */
async function unknownAs(terminal: Terminal, nagios: boolean, work: () => Promise<number>): Promise<number> {
	try {
		return await work();
	} catch (error) {
		if (!nagios || !(error instanceof Failure)) throw error;
		terminal.print(`CAGEWRIGHT UNKNOWN - ${terminal.messages.failure(error)}`);
		return 3;
	}
}

function look(terminal: Terminal, names: readonly string[], { all = false, deep = false, nagios = false }: CheckOptions) {
	return terminal.withContext(async (context) => {
		const checked: CheckedCage[] = all ? await checkAll(context, { deep }) : [];
		for (const name of names) checked.push(await checkCage(context, name, { deep }));
		if (nagios) {
			// A mistyped folder must not look like one in which all is well.
			if (!checked.length) throw new Failure("no-cages", { path: stateFolder(terminal.options.state) });
			const { status, text } = nagiosLine(checked, terminal.messages);
			terminal.print(text);
			return status;
		}
		if (terminal.options.json) {
			terminal.printJson("check", { cages: checked.map((cage) => checkedToJson(cage, terminal.messages)) });
		} else if (checked.length) terminal.print(checked.map((cage) => checkedText(cage, terminal.messages)).join("\n"));
		else terminal.print(terminal.messages.cli.list.none);
		return checked.every(isClean) ? 0 : 1;
	});
}
