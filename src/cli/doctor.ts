import { table } from "../report/format.ts";
import type { Terminal } from "./terminal.ts";

export async function doctor(terminal: Terminal, fix: boolean): Promise<number> {
	const words = terminal.messages.cli.doctor;
	return terminal.withContext(async ({ machine }) => {
		let findings = machine.doctor.examine();
		const missing = () => findings.filter((finding) => !finding.ok);
		const packages = () => missing().flatMap((finding) => finding.package ?? []);
		if (fix && packages().length) {
			await machine.doctor.install(packages(), (line) => {
				if (!terminal.options.quiet) terminal.say(line);
			});
			findings = machine.doctor.examine();
		}
		if (terminal.options.json) terminal.printJson("doctor", { findings, ok: !missing().length });
		else {
			terminal.print(
				table([
					words.head,
					...findings.map((finding) => [
						finding.ok ? words.ok : words.lacks,
						finding.what,
						finding.found,
						words.needs[finding.what],
					]),
				]),
			);
			if (packages().length) terminal.print(words.fix(packages()));
			else if (!missing().length) terminal.print(words.fine);
		}
		return missing().length ? 3 : 0;
	});
}
