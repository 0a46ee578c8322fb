import { Failure } from "../../base/failure.ts";
import { systemFiles } from "../../base/host/files.ts";
import { printable, quoteShellLine } from "../../base/path/quote.ts";
import { fields, indent, table, wrapLine } from "../../cli/format.ts";
import type { Terminal } from "../../cli/terminal.ts";
import type { Messages } from "../../messages/messages.ts";
import { findApplications, findUnit } from "../../template/host/find.ts";
import { type FoundApplication, obstacle } from "../found.ts";
import { systemPackages } from "../host/packages.ts";

/** Characters of a command in the table. */
const longestCommand = 80;

/** `name` is a systemd unit or a name from the list. */
export async function apps(terminal: Terminal, name: string | undefined): Promise<number> {
	const packages = systemPackages(systemFiles());
	if (name === undefined) {
		const found = await findApplications({ packages });
		return terminal.result("apps", { applications: found }, () => foundTable(found, terminal.messages, terminal.width));
	}
	const one = (await findUnit(name, { packages })) ?? (await findApplications({ packages })).find((each) => each.name === name);
	if (one === undefined) throw new Failure("app-unknown", { name }, 2);
	return terminal.result("apps", { applications: [one] }, () => foundDetails(one, terminal.messages, terminal.width));
}

/** Lists applications that can be caged and why they were found, then the others with the reason why not. */
function foundTable(found: readonly FoundApplication[], messages: Messages, width: number | undefined): string {
	const words = messages.cli.apps;
	const can = found.filter(({ startable }) => startable);
	const cannot = found.filter(({ startable }) => !startable);
	const lines: string[] = [];
	if (can.length) {
		const rows = can.map((one) => [
			printable(one.name),
			reasonText(one, messages),
			portsText(one).slice(0, 3).join(", "),
			printable(one.package?.name ?? ""),
			shortened(commandText(one)),
		]);
		lines.push(table([words.head, ...rows], width));
	}
	if (cannot.length) {
		const rows = cannot.map((one) => [printable(one.name), obstacleText(one, messages)]);
		lines.push(`${words.cannot}:`, indent(table(rows, width && width - 2)));
	}
	return lines.length ? [...lines, wrapLine(words.next, width)].join("\n") : wrapLine(words.none, width);
}

function shortened(command: string): string {
	return command.length <= longestCommand ? command : `${command.slice(0, longestCommand - 1)}…`;
}

function foundDetails(found: FoundApplication, messages: Messages, width: number | undefined): string {
	const words = messages.cli.apps;
	const { application } = found;
	const known = (value: string | undefined) => (value ? printable(value) : undefined);
	return [
		wrapLine(printable(found.description === "" ? found.name : `${found.name}: ${found.description}`), width),
		fields(
			[
				[words.found, reasonText(found, messages)],
				[words.file, known(found.file)],
				[words.package, known(found.package && `${found.package.name} ${found.package.version}`)],
				[words.listens, portsText(found)],
				[words.command, known(commandText(found))],
				[words.account, printable(application.user ?? "root")],
				[words.directory, known(application.cwd)],
				// Names only: values may be secrets.
				[words.environment, known(Object.keys(application.env ?? {}).join(" "))],
				[words.directories, application.directories?.map(printable)],
				[words.notes, found.notes.map(({ code, values }) => printable(messages.note(code, values)))],
			],
			width,
		),
		...(found.startable && found.unit !== undefined ? [words.make(found.unit)] : []),
	].join("\n");
}

function reasonText(one: FoundApplication, messages: Messages): string {
	const words = messages.cli.apps;
	const parts = [
		words.reasons[one.reason],
		...(one.enabled ? [words.enabled] : []),
		...(one.pid === undefined ? [] : [words.running(one.pid)]),
	];
	return parts.join(", ");
}

function portsText({ ports }: FoundApplication): string[] {
	return ports.map((port) => (port.protocol === "unix" ? printable(`unix ${port.path}`) : `${port.protocol} ${port.port}`));
}

function commandText({ application }: FoundApplication): string {
	return printable(quoteShellLine(application.command ?? []));
}

function obstacleText(one: FoundApplication, messages: Messages): string {
	const note = obstacle(one);
	return note === undefined ? "" : messages.note(note.code, note.values);
}
