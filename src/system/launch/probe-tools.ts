import { readdirSync } from "node:fs";
import type { Tools } from "../../core/application/probe-lines.ts";
import { probePrograms } from "../../core/application/protocols.ts";
import { peopleAmong } from "../../core/machine/people.ts";
import { systemAccounts } from "../accounts/accounts.ts";
import { findTool } from "./tools.ts";

/** What this machine has to ask an application with that this command starts. */
export function probeTools(command: readonly string[]): Tools {
	return {
		programs: new Set(probePrograms.filter((name) => findTool(name) !== undefined)),
		node: process.execPath,
		people: peopleAmong(systemAccounts.users()).map(({ name }) => name),
		served: servedBy(command),
	};
}

/** Files in the directories that the command names: what a file server could be asked for. */
function servedBy(command: readonly string[]): ReadonlyMap<string, readonly string[]> {
	const directories = command.slice(1).filter((word) => word.startsWith("/"));
	return new Map(directories.map((directory) => [directory, filesIn(directory)] as const).filter(([, names]) => names.length));
}

function filesIn(directory: string): string[] {
	try {
		return readdirSync(directory, { withFileTypes: true }).flatMap((one) => (one.isFile() ? [one.name] : []));
	} catch {
		return [];
	}
}
