import { readdirSync, readFileSync, statSync } from "node:fs";
import { systemAccounts } from "../../base/host/accounts.ts";
import { attempt } from "../../base/host/errors.ts";
import { findTool } from "../../base/host/tools.ts";
import { peopleAmong } from "../../base/machine/accounts.ts";
import type { Tools } from "../lines.ts";
import { sharingConfiguration } from "../propose.ts";
import { sharesIn } from "../protocol.ts";
import { probePrograms } from "../protocols.ts";

/** The programs and files of this machine for probing an application started by this command. */
export function probeTools(command: readonly string[]): Tools {
	return {
		programs: new Set(probePrograms.filter((name) => findTool(name) !== undefined)),
		node: process.execPath,
		people: peopleAmong(systemAccounts.users()).map(({ name }) => name),
		served: servedBy(command),
		shares: sharedBy(command),
	};
}

/** Files in the directories that the command names, which a file server could be asked for. */
function servedBy(command: readonly string[]): ReadonlyMap<string, readonly string[]> {
	const directories = command.slice(1).filter((word) => word.startsWith("/"));
	return new Map(directories.map((directory) => [directory, filesIn(directory)] as const).filter(([, names]) => names.length));
}

/** Longer files are data, not configuration. */
const mostRead = 256 * 1024;

function sharedBy(command: readonly string[]): ReadonlyMap<string, string> {
	const configuration = sharingConfiguration(command);
	if (configuration === undefined) return new Map();
	try {
		if (statSync(configuration).size > mostRead) return new Map();
		return new Map(
			sharesIn(readFileSync(configuration, "latin1")).flatMap(({ directory, name }) => {
				const file = filesIn(directory).find((one) => /^[\w.-]+$/.test(one) && isForEverybody(`${directory}/${one}`));
				return file === undefined ? [] : [[name, file] as const];
			}),
		);
	} catch {
		return new Map();
	}
}

function isForEverybody(path: string): boolean {
	const { mode, size } = statSync(path);
	return (mode & 0o004) !== 0 && size <= mostRead;
}

function filesIn(directory: string): string[] {
	return attempt(() => readdirSync(directory, { withFileTypes: true }).flatMap((one) => (one.isFile() ? [one.name] : []))) ?? [];
}
