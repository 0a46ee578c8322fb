import { Failure } from "../core/failure.ts";
import { foundDetails, foundTable } from "../report/found.ts";
import { systemFiles } from "../system/files/files.ts";
import { systemPackages } from "../system/packages/packages.ts";
import { findApplications, findUnit } from "../system/units/find.ts";
import type { Terminal } from "./terminal.ts";

/** The applications found on this machine, or all that is known of one: a systemd unit, or a name of the list. */
export async function apps(terminal: Terminal, name: string | undefined): Promise<number> {
	const packages = systemPackages(systemFiles());
	if (name === undefined) {
		const found = await findApplications({ packages });
		if (terminal.options.json) terminal.printJson("apps", { applications: found });
		else terminal.print(foundTable(found, terminal.messages));
		return 0;
	}
	const one = (await findUnit(name, { packages })) ?? (await findApplications({ packages })).find((each) => each.name === name);
	if (one === undefined) throw new Failure("app-unknown", { name }, 2);
	if (terminal.options.json) terminal.printJson("apps", { applications: [one] });
	else terminal.print(foundDetails(one, terminal.messages));
	return 0;
}
