import { Failure } from "../core/failure.ts";
import { type CheckedCage, checkAll, checkCage, isClean } from "../engine/check.ts";
import { checkedText, checkedToJson } from "../report/check.ts";
import type { Terminal } from "./terminal.ts";

/** Looks at cages and says what is wrong with them, one line a finding. Status 1 where there is anything that nobody accepted. */
export async function check(terminal: Terminal, names: readonly string[], all: boolean): Promise<number> {
	if (all === names.length > 0) throw new Failure("check-names-or-all", {}, 2);
	return terminal.withContext(async (context) => {
		const checked: CheckedCage[] = all ? await checkAll(context) : [];
		for (const name of names) checked.push(await checkCage(context, name));
		if (terminal.options.json) {
			terminal.printJson("check", { cages: checked.map((cage) => checkedToJson(cage, terminal.messages)) });
		} else if (checked.length) terminal.print(checked.map((cage) => checkedText(cage, terminal.messages)).join("\n"));
		else terminal.print(terminal.messages.cli.list.none);
		return checked.every(isClean) ? 0 : 1;
	});
}
