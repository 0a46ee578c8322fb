import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { hostname, release as kernelRelease, machine, userInfo } from "node:os";
import { omitUndefined } from "../../base/collections.ts";
import { attempt } from "../../base/host/errors.ts";
import { sha256 } from "../../base/host/hash.ts";
import type { Files, PackageRef } from "../../base/machine/facts.ts";
import { type Path, pathFromBytes, pathFromText } from "../../base/path/path.ts";
import { parseDpkgStatus } from "../../service/host/databases.ts";
import { distributionIds, osRelease } from "../../service/host/packages.ts";
import { systemctl, systemServices } from "../../unit/host/systemctl.ts";
import type { PackageOrigin } from "../evidence.ts";
import { packageKindOf } from "../packages.ts";
import type { RecordFacts } from "../ports.ts";
import { type AlarmService, alarmUnit, watchedBy } from "../record.ts";

const osReleaseFile = pathFromText("/etc/os-release");

/** The machine's facts for the record. `state` is the state folder, `version` the program's own. */
export function systemRecording(
	files: Files,
	{ state, version }: { readonly state: string; readonly version: string },
): RecordFacts {
	return {
		who() {
			const user = userName();
			const behind = process.env.SUDO_USER;
			return behind ? `${behind} (sudo, ${user})` : user;
		},
		person: () => [process.env.SUDO_USER, userName()].find((name) => name && name !== "root"),
		alarmService: (cage) => alarmService(cage, state),
		host() {
			// Usually a link into /usr.
			const release = files.resolve(osReleaseFile);
			const system = osRelease(files.read(release ?? osReleaseFile)?.toString("utf8") ?? "");
			const kind = packageKindOf(distributionIds());
			return {
				host: hostname(),
				system: system.PRETTY_NAME ?? "",
				distribution: [system.ID, system.VERSION_ID].filter(Boolean).join("-"),
				architecture: machine(),
				...(kind ? { packageKind: kind } : {}),
				kernel: kernelRelease(),
				cagewright: version,
			};
		},
		origins: (packages) => packageOrigins(packages, files),
		sha256,
		asShipped: (paths) => shippedConfiguration(paths, files),
	};
}

const usualState = "/var/lib/cagewright";

/** Asks systemd about the unit, and the running process itself what it watches. */
async function alarmService(cage: string, state: string): Promise<AlarmService | undefined> {
	if (!systemServices.running()) return undefined;
	const { output, status } = await systemctl(["show", "--property=UnitFileState,ActiveState,MainPID", alarmUnit]);
	if (status !== 0) return undefined;
	const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(output)?.[1] ?? "";
	const words = attempt(() => readFileSync(`/proc/${value("MainPID")}/cmdline`, "utf8"))
		?.split("\0")
		.slice(0, -1);
	const watched = watchedBy(words ?? []);
	const isHere = (folder: string) => attempt(() => realpathSync(folder)) === attempt(() => realpathSync(state));
	return {
		installed: value("UnitFileState") === "enabled",
		active: value("ActiveState") === "active",
		covers:
			watched !== undefined && isHere(watched.state ?? usualState) && (!watched.names.length || watched.names.includes(cage)),
	};
}

/** The user id if the account is in no file of the host, because Node throws then. */
function userName(): string {
	return attempt(() => userInfo().username) ?? String(process.geteuid?.());
}

/**
 * Whether the host's copy of configuration files from Debian packages is unmodified (conffiles of deb-conffiles(5); dpkg's status
 * has each MD5). The package's text is known if dpkg stored it next to a modified file. Other package managers are not supported.
 */
function shippedConfiguration(paths: readonly Path[], files: Files): Map<Path, { isSame: boolean; text?: string }> {
	const status = files.read(pathFromText("/var/lib/dpkg/status"));
	if (!status || !paths.length) return new Map();
	const shipped = parseConffiles(pathFromBytes(status));
	return new Map(
		paths.flatMap((path) => {
			const md5 = shipped.get(path);
			const content = md5 === undefined ? undefined : files.read(path);
			if (md5 === undefined || !content) return [];
			const isSame = createHash("md5").update(content).digest("hex") === md5;
			const beside = isSame ? undefined : files.read(`${path}.dpkg-dist` as Path);
			return [[path, { isSame, ...(beside ? { text: beside.toString("utf8") } : {}) }] as const];
		}),
	);
}

/** Parses lines ` PATH MD5` below `Conffiles:`. Files that their package has dropped end with `obsolete`. */
export function parseConffiles(status: string): Map<string, string> {
	const found = new Map<string, string>();
	for (const [, block = ""] of status.matchAll(/^Conffiles:[ \t]*\n((?: .+\n?)*)/gm)) {
		for (const line of block.split("\n")) {
			const [, path, md5, obsolete] = /^ (\/.*) ([0-9a-f]{32})( obsolete)?/.exec(line) ?? [];
			if (path !== undefined && md5 !== undefined && obsolete === undefined) found.set(path, md5);
		}
	}
	return found;
}

/**
 * Source and architecture, from dpkg's status, of packages installed in exactly these versions. Other package managers are not
 * supported.
 */
function packageOrigins(packages: readonly PackageRef[], files: Files): (PackageRef & PackageOrigin)[] {
	const status = packages.length ? files.read("/var/lib/dpkg/status" as Path) : undefined;
	if (!status) return [];
	const installed = parseDpkgStatus(pathFromBytes(status));
	return packages.flatMap((ref) => {
		const known = installed.get(ref.name);
		if (known?.ref.version !== ref.version) return [];
		const { architecture, source, sourceVersion } = known;
		return [{ ...ref, architecture, source, ...omitUndefined({ sourceVersion }) }];
	});
}
