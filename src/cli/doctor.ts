import type { Finding } from "../engine/ports.ts";
import { table } from "../report/format.ts";
import type { Terminal } from "./terminal.ts";

export async function doctor(terminal: Terminal, fix: boolean): Promise<number> {
	const words = terminal.messages.cli.doctor;
	return terminal.withContext(async ({ machine }) => {
		let findings = machine.doctor.examine();
		const missing = () => findings.filter(({ state }) => state === "missing");
		// What is only weaker is better with its package as well, but nobody has to install it.
		const packages = () => findings.flatMap(({ package: name, state }) => (state !== "ok" && name ? [name] : []));
		if (fix && packages().length) {
			await machine.doctor.install(packages(), (line) => {
				if (!terminal.options.quiet) terminal.say(line);
			});
			findings = machine.doctor.examine();
		}
		const advice = ({ state, what }: Finding) => (state === "ok" ? undefined : words.advice[what]);
		if (terminal.options.json) {
			const told = findings.map((one) => ({
				...one,
				ok: one.state !== "missing",
				means: words.needs[one.what],
				advice: advice(one),
			}));
			terminal.printJson("doctor", { findings: told, ok: !missing().length });
		} else {
			const rows = findings.map(({ found, state, what }) => [words.states[state], what, found, words.needs[what]]);
			terminal.print(table([words.head, ...rows]));
			for (const one of findings) {
				const text = advice(one);
				if (text) terminal.print(`${words.states[one.state]} ${one.what}: ${text}`);
			}
			if (packages().length) terminal.print(words.fix(packages()));
			else if (!missing().length) terminal.print(words.fine);
		}
		return missing().length ? 3 : 0;
	});
}
