import { omitUndefined } from "../../base/collections.ts";
import { table, wrapLine } from "../../cli/format.ts";
import type { Terminal } from "../../cli/terminal.ts";
import type { Requirement } from "../ports.ts";

export async function doctor(terminal: Terminal, { fix }: { readonly fix?: boolean }): Promise<number> {
	const words = terminal.messages.cli.doctor;
	return terminal.withContext(async ({ machine }) => {
		let findings = machine.doctor.examine();
		const missing = () => findings.filter(({ state }) => state === "missing");
		// Also for a finding that only makes cages weaker: the package is optional there.
		const packages = () => findings.flatMap(({ package: name, state }) => (state !== "ok" && name ? [name] : []));
		if (fix && packages().length) {
			await machine.doctor.install(packages(), (line) => {
				if (!terminal.options.quiet) terminal.say(line);
			});
			findings = machine.doctor.examine();
		}
		const advice = ({ state, what }: Requirement) => (state === "ok" ? undefined : words.advice[what]);
		if (terminal.options.json) {
			const described = findings.map((one) => ({
				...one,
				ok: one.state !== "missing",
				means: words.needs[one.what],
				...omitUndefined({ advice: advice(one) }),
			}));
			terminal.printJson("doctor", { findings: described, ok: !missing().length });
		} else {
			const rows = findings.map(({ found, notRunning, state, what }) => {
				const shown = notRunning ? words.notRunning(found) : found;
				return [words.states[state], what, shown, words.needs[what]];
			});
			terminal.print(table([words.head, ...rows], terminal.width));
			for (const one of findings) {
				const text = advice(one);
				if (text) terminal.print(wrapLine(`${words.states[one.state]} ${one.what}: ${text}`, terminal.width));
			}
			if (packages().length) terminal.print(wrapLine(words.fix(packages()), terminal.width));
			else if (!missing().length) terminal.print(words.fine);
		}
		return missing().length ? 3 : 0;
	});
}
