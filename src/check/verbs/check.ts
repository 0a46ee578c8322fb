import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { stateFolder } from "../../cli/arguments.ts";
import { wrapLines } from "../../cli/format.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { logInRecord } from "../../record/verbs/record-log.ts";
import { reportedFinding } from "../acknowledgement.ts";
import { type CheckedCage, isClean } from "../checked-cage.ts";
import { acknowledge, checkAll, checkCage } from "../engine/check.ts";
import { checkedText, checkedToJson, nagiosLine, openNames } from "../report/check.ts";

interface CheckOptions {
	readonly all?: boolean;
	readonly deep?: boolean;
	readonly nagios?: boolean;
	readonly accept?: readonly string[];
	readonly revoke?: readonly string[];
	readonly until?: string;
}

/** Returns 1 if a cage has a finding that nobody accepted. */
export async function check(terminal: Terminal, names: readonly string[], options: CheckOptions): Promise<number> {
	const { accept, all = false, nagios = false, revoke, until } = options;
	if (all === names.length > 0) throw new Failure("check-names-or-all", {}, 2);
	if (nagios && terminal.options.json) throw new Failure("one-form", { one: "--nagios", other: "--json" }, 2);
	if ((accept || revoke) && (names.length !== 1 || nagios)) throw new Failure("accept-one-cage", {}, 2);
	if (until !== undefined && !accept) throw new Failure("until-without-accept", {}, 2);
	if (all) terminal.requireNamedState();
	return runChecks(terminal, names, options);
}

function runChecks(terminal: Terminal, names: readonly string[], options: CheckOptions) {
	const { all = false, deep = false, nagios = false } = options;
	return terminal.withContext(async (context) => {
		const checked: CheckedCage[] = all ? await checkAll(context, { deep }) : [];
		for (const name of new Set(names)) checked.push(await checkOne(terminal, context, name, options));
		if (nagios) {
			// A state folder without cages must not look healthy.
			if (!checked.length) throw new Failure("no-cages", { path: stateFolder(terminal.options.state) });
			const { status, text } = nagiosLine(checked, terminal.messages);
			terminal.print(text);
			return status;
		}
		if (terminal.options.json) {
			terminal.printJson("check", { cages: checked.map((cage) => checkedToJson(cage, terminal.messages)) });
		} else {
			printResults(terminal, checked);
		}
		return checked.every(isClean) ? 0 : 1;
	});
}

/** Checks a cage, after its findings were acknowledged if the options say so. */
async function checkOne(
	terminal: Terminal,
	context: Context,
	name: string,
	{ accept = [], deep = false, revoke = [], until }: CheckOptions,
): Promise<CheckedCage> {
	const checked = await checkCage(context, name, { deep });
	if (!accept.length && !revoke.length) return checked;
	const { store } = context.machine;
	const request = { accept, revoke, ...omitUndefined({ until }) };
	await acknowledge(context, checked, request, (action, details) => logInRecord(store, name, action, details));
	const now = await checkCage(context, name, { deep });
	for (const { accepted, severity, ...finding } of now.findings) {
		const { id } = reportedFinding({ severity, ...finding });
		if (severity !== "danger" || accepted || !now.acknowledged.has(id)) continue;
		const command = terminal.commandLine("run", name, "--accept-finding", id);
		terminal.say(terminal.messages.cli.check.stillPrevents(name, id, command));
	}
	return now;
}

function printResults(terminal: Terminal, checked: readonly CheckedCage[]): void {
	const { messages } = terminal;
	const openOnly = terminal.options.quiet ?? false;
	const text = checked
		.map((cage) => checkedText(cage, messages, openOnly))
		.filter(Boolean)
		.join("\n");
	if (!checked.length) terminal.print(messages.cli.list.none);
	else if (text) terminal.print(wrapLines(text, terminal.width));
	const [first] = checked.flatMap((cage) => openNames(cage).map((id) => [cage.name, id] as const));
	// For people, not for scripts.
	if (first && terminal.isTTY("stderr")) {
		terminal.remark(messages.cli.check.toAcknowledge(terminal.commandLine("check", first[0], "--accept", first[1])));
	}
}
