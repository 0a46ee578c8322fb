import { readFileSync } from "node:fs";
import { attempt } from "../../base/host/errors.ts";
import { findTool, toolRunner } from "../../base/host/tools.ts";
import type { PackageRef } from "../../base/machine/facts.ts";
import type { Path } from "../../base/path/path.ts";
import type { Packages } from "../ports.ts";
import { Claims } from "./claims.ts";
import { type Database, databases, type LookingFiles } from "./databases.ts";

const changing = databases.flatMap(({ changes, places }) => changes ?? places) as Path[];

/**
 * Finds the package of each file in the package manager's own records. All except rpm's are text files and are read directly,
 * which is much quicker than their tools and needs none of them. A path that several packages share (most directories) has no
 * owner. A machine may also have another family's tools with an empty database, so the first database that knows any of the files
 * answers for all.
 */
export function systemPackages(files: LookingFiles, managers: readonly Database[] = databases): Packages {
	return {
		async owners(paths) {
			for (const one of presentDatabases(files, managers)) {
				const owners = await ownersIn(one, paths, files);
				if (owners.size) return owners;
			}
			return new Map();
		},
		async related(path, known) {
			for (const one of presentDatabases(files, managers)) {
				const owner = known ?? (await ownersIn(one, [path], files)).get(path);
				const related = owner ? await one.database.related(owner, one.place, files) : [];
				if (related.length) return related;
			}
			return [];
		},
		security: securityUpdates,
		changedAt: () => Math.max(0, ...changing.map((place) => files.status(place)?.mtime ?? 0)),
	};
}

interface PresentDatabase {
	readonly database: Database;
	readonly place: Path;
}

function presentDatabases(files: LookingFiles, managers: readonly Database[]): PresentDatabase[] {
	return managers.flatMap((database) => {
		const place = (database.places as readonly Path[]).find((each) => files.status(each) !== undefined);
		return place === undefined ? [] : [{ database, place }];
	});
}

async function ownersIn({ database, place }: PresentDatabase, paths: readonly Path[], files: LookingFiles) {
	const claims = new Claims(paths, files);
	if (paths.length) await database.claimAll(claims, place, files);
	return claims.owners();
}

/** Names of the packages whose given version apt(8) knows from a security archive. Empty without apt or its lists. */
async function securityUpdates(packages: readonly PackageRef[]): Promise<ReadonlySet<string>> {
	const tool = findTool("apt-cache");
	if (tool === undefined || !packages.length) return new Set();
	const run = await toolRunner();
	const asked = await run(tool, ["policy", "--", ...packages.map(({ name }) => name)], {
		reject: false,
		timeout: 20_000,
		stdin: "ignore",
	});
	return asked.exitCode === 0 ? parsePolicy(asked.stdout, packages) : new Set();
}

/**
 * Parses `apt-cache policy`: each package's name with a colon, then a table of versions, each version's line (`     2.41-12 500`,
 * with `***` if installed) followed by its archives (`        500 http://… trixie-security/main amd64 Packages`).
 */
export function parsePolicy(text: string, packages: readonly PackageRef[]): ReadonlySet<string> {
	const found = new Set<string>();
	const wanted = new Map(packages.map(({ name, version }) => [name, version]));
	let [name, version] = ["", ""];
	for (const line of text.split("\n")) {
		const [, header] = /^(\S+):$/.exec(line) ?? [];
		const [, row] = /^ (?:\*\*\*| {3}) (\S+) -?\d+$/.exec(line) ?? [];
		const [, suite] = /^ {8,}-?\d+ \S+ (\S+) /.exec(line) ?? [];
		if (header !== undefined) [name, version] = [header, ""];
		else if (row !== undefined) version = row;
		else if (suite !== undefined && wanted.get(name) === version && /-security(\/|$)/.test(suite)) found.add(name);
	}
	return found;
}

/** The system's own name, then those it is similar to (`ID`, `ID_LIKE` of os-release(5)). Empty if unknown. */
export function distributionIds(file = "/etc/os-release"): string[] {
	const { ID = "", ID_LIKE = "" } = hostRelease(file);
	return `${ID} ${ID_LIKE}`.split(/\s+/).filter(Boolean);
}

/** The assignments of this machine's os-release(5). None if it cannot be read. */
export function hostRelease(file = "/etc/os-release") {
	return osRelease(attempt(() => readFileSync(file, "utf8")) ?? "");
}

/** The assignments of os-release(5). The last one of a name counts, as in a shell. */
export function osRelease(text: string): Readonly<Record<string, string | undefined>> {
	const lines = text.matchAll(/^([A-Z_]+)=(?:"([^"]*)"|'([^']*)'|(\S*))$/gm);
	return Object.fromEntries([...lines].map(([, name, ...values]) => [name ?? "", values.find((one) => one !== undefined) ?? ""]));
}
