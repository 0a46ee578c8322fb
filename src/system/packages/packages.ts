import { join, type Path, pathFromBytes, pathFromText } from "../../core/path/path.ts";
import type { PackageRef } from "../../core/plan/plan.ts";
import type { Files, Packages } from "../../engine/ports.ts";
import { parseApkInstalled } from "./apk.ts";
import { Claims } from "./claims.ts";
import { divertedName, parseDiversions, parseDpkgStatus } from "./dpkg.ts";
import { parsePacmanDesc, parsePacmanFiles } from "./pacman.ts";
import { parseRpmLine, rpmArguments } from "./rpm.ts";
import { securityUpdates } from "./security.ts";

type LookingFiles = Pick<Files, "status" | "list" | "read" | "readLink" | "resolve">;

interface Database {
	/** What only a machine with this package manager has. */
	readonly places: readonly string[];
	readonly claimAll: (claims: Claims, place: Path, files: LookingFiles) => void | Promise<void>;
}

// Only rpm has to be started to be asked, so it comes last.
const databases: readonly Database[] = [
	{ places: ["/var/lib/dpkg/status"], claimAll: claimDpkg },
	{ places: ["/usr/lib/apk/db/installed", "/lib/apk/db/installed"], claimAll: claimApk },
	{ places: ["/var/lib/pacman/local"], claimAll: claimPacman },
	{ places: ["/usr/lib/sysimage/rpm", "/var/lib/rpm"], claimAll: claimRpm },
];

/** Files that each package manager writes when anything is installed or removed. */
const records = [
	"/var/lib/dpkg/status",
	"/usr/lib/apk/db/installed",
	"/lib/apk/db/installed",
	"/var/lib/pacman/local",
	"/usr/lib/sysimage/rpm/rpmdb.sqlite",
	"/var/lib/rpm/rpmdb.sqlite",
	"/var/lib/rpm/Packages",
].map(pathFromText);

/**
 * Which package each file belongs to, from the package manager's own records. All but rpm's are text and read directly: that takes a fraction of
 * the time of their tools, and needs none of them. A path that several packages share (most directories are) has no owner. A machine may have the tools
 * and an empty database of another family too: the first that knows any of the files answers for all.
 */
export function systemPackages(files: LookingFiles): Packages {
	return {
		async owners(paths) {
			for (const { places, claimAll } of databases) {
				const place = (places as readonly Path[]).find((each) => files.status(each) !== undefined);
				if (place === undefined) continue;
				const claims = new Claims(paths, files);
				await claimAll(claims, place, files);
				const owners = claims.owners();
				if (owners.size > 0) return owners;
			}
			return new Map<Path, PackageRef>();
		},
		security: securityUpdates,
		changedAt: () => Math.max(0, ...records.map((place) => files.status(place)?.mtime ?? 0)),
	};
}

/** dpkg(1): status, and for each package info/NAME.list, one path a line. */
function claimDpkg(claims: Claims, status: Path, files: LookingFiles): void {
	const packages = parseDpkgStatus(text(files, status));
	const diversions = parseDiversions(text(files, "/var/lib/dpkg/diversions" as Path));
	const info = "/var/lib/dpkg/info" as Path;
	for (const name of files.list(info)) {
		const known = name.endsWith(".list") ? packages.get(name.slice(0, -".list".length)) : undefined;
		if (known === undefined) continue;
		for (const line of text(files, join(info, name)).split("\n")) {
			if (line !== "") claims.claim(divertedName(line, known.name, diversions), known.ref);
		}
	}
}

function claimApk(claims: Claims, installed: Path, files: LookingFiles): void {
	for (const { ref, files: names } of parseApkInstalled(text(files, installed))) {
		for (const name of names) claims.claim(name, ref);
	}
}

function claimPacman(claims: Claims, local: Path, files: LookingFiles): void {
	for (const name of files.list(local)) {
		const ref = parsePacmanDesc(text(files, join(local, `${name}/desc`)));
		if (ref === undefined) continue;
		for (const file of parsePacmanFiles(text(files, join(local, `${name}/files`)))) claims.claim(file, ref);
	}
}

/** A quarter of a million lines on a big machine: taken as they come. Without the tool nothing is known, which is no error. */
async function claimRpm(claims: Claims): Promise<void> {
	const { execa } = await import("execa");
	const rpm = execa("rpm", rpmArguments, {
		stdin: "ignore",
		stderr: "ignore",
		encoding: "buffer",
		env: { LC_ALL: "C" },
		buffer: false,
		reject: false,
	});
	let rest = "";
	for await (const chunk of rpm.iterable()) {
		const lines = (rest + pathFromBytes(chunk)).split("\n");
		rest = lines.pop() ?? "";
		for (const line of lines) {
			const parsed = parseRpmLine(line);
			if (parsed !== undefined) claims.claim(parsed.file, parsed.ref);
		}
	}
}

function text(files: LookingFiles, path: Path): string {
	return pathFromBytes(files.read(path) ?? Buffer.alloc(0));
}
