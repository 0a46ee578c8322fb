import { omitUndefined } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { join, type Path, pathFromText, root } from "../../base/path/path.ts";
import { quoteShellLine } from "../../base/path/quote.ts";
import { octal } from "../../base/text.ts";
import type { Cage } from "../../cage/cage.ts";
import { entriesByPath, type Manifest, type ManifestEntry, rootsOf } from "../../cage/manifest.ts";
import { confineName } from "../../confine/confiner.ts";
import { launchDirectory } from "../../confine/places.ts";
import { serverSignals } from "../../service/signals.ts";
import { pathText } from "../../unit/lines.ts";
import { systemdUnit } from "../../unit/unit.ts";
import { exportedApplication } from "./exported-application.ts";
import { accountLines, accountName, sysusers, sysusersPath, unusableNames } from "./sysusers.ts";
import type { AddedFile } from "./tree.ts";
import { imageName } from "./workload.ts";

/** A portable service (portablectl(1)): an image with its units, which systemd attaches to the host. */

/** The unit's name without suffix, which is also the prefix that the image may use. */
export const portableName = (cage: string) => `cage-${imageName(cage)}`;

/** The version of systemd from which all settings of the unit work (PrivatePIDs=). Older ones ignore some of them. */
const systemdVersion = 257;

/** Where the state is on the host: below one directory, so that no other service uses it. */
const stateFolder = (cage: string) => pathFromText(`/var/lib/${portableName(cage)}`);

/** The profile adds nothing, because the unit contains all settings. */
const profilePath = pathFromText("/usr/lib/systemd/portable/profile/cagewright/service.conf");
const profile = "# The unit of a cage contains all of its settings.\n[Service]\n";

/**
 * Returns the files that make a generation a portable service. `contents`: of files that only an account may read. The host gets these
 * with the account's name as owner, because the image can only contain a number. Throws `unit-inexpressible` (exit 2).
 */
export function portableFiles(
	{ cage, manifest }: { cage: Cage; manifest: Manifest },
	osRelease: string,
	contents: ReadonlyMap<Path, Uint8Array>,
): AddedFile[] {
	const [unusable] = unusableNames(manifest.accounts);
	if (unusable !== undefined) throw new Failure("unit-inexpressible", { setting: "sysusers.d", value: unusable }, 2);
	const name = portableName(cage.name);
	const text = (path: Path, content: string) => ({ path, content: Buffer.from(content), replaces: true });
	const empty = ["/dev", "/proc", "/run", "/sys"].map((path) => ({ path: pathFromText(path) }));
	const release = `${osRelease}PORTABLE_PREFIXES=${name}\n`;
	const closed = ownedByNumber(manifest);
	return [
		...empty,
		...closed.filter(({ kind }) => kind !== "file").map(({ path }) => ({ path, replaces: true })),
		...[...contents.keys()].map((path) => ({ path, content: Buffer.alloc(0), mode: 0o600, replaces: true })),
		text(pathFromText("/usr/lib/os-release"), release),
		text(pathFromText("/etc/os-release"), release),
		text(pathFromText(`/usr/lib/systemd/system/${name}.service`), unitOf(cage, manifest, [...contents.keys()])),
		text(profilePath, profile),
		text(sysusersPath(name), sysusers(manifest)),
		// It repeats the contents, and only root creates files with it.
		{ ...text(tmpfilesPath(name), tmpfiles(cage.name, manifest, contents)), mode: 0o600 },
	];
}

const tmpfilesPath = (unit: string) => pathFromText(`/usr/lib/tmpfiles.d/${unit}.conf`);

function unitOf(cage: Cage, manifest: Manifest, files: readonly Path[]): string {
	const { name } = cage;
	const { application } = exportedApplication(cage.application);
	const reloadSignal = serverSignals(application.command)?.reload;
	return systemdUnit({
		name,
		root,
		isPortable: true,
		systemdVersion,
		launcher: launchDirectory,
		groupNames: new Map(manifest.accounts.groups.map((group) => [group.gid, group.name])),
		data: manifest.writable.map(({ path }) => ({ path, source: join(stateFolder(name), path.slice(1)) })),
		binds: manifest.binds,
		files: [...files, ...accountFiles].map((path) => ({ path, source: fileOnHost(name, path) })),
		plan: {
			application,
			identity: manifest.identity,
			entries: manifest.entries.map((entry) => ({ ...entry, decision: "include" as const })),
			permissions: manifest.permissions,
		},
		confiner: { folder: launchDirectory, name: confineName, startsSession: false },
		keepsAccount: cage.keepsAccount ?? false,
		...omitUndefined({ limits: application.limits }),
		...(reloadSignal === undefined ? { reloadsByCommand: Boolean(application.service?.reload?.length) } : { reloadSignal }),
	});
}

/** Files with a machine's own numbers of accounts. */
const accountFiles = ["passwd", "group"].map((name) => pathFromText(`/etc/${name}`));

/** Returns shell commands for the machine that starts the service, after its accounts exist. */
export function accountCommands(cage: string, { accounts }: Manifest): string[] {
	return (["passwd", "group"] as const).map((database) => {
		const place = quoteShellLine([`${fileOnHost(cage, pathFromText(`/etc/${database}`))}`]);
		return `{ ${accountLines(accounts, database).join("; ")}; } | install -D -m 644 /dev/stdin ${place}`;
	});
}

/** Where a file of the image is on the host, next to the state. */
const fileOnHost = (cage: string, path: Path) => join(stateFolder(cage), `.files${path}`);

/** Returns state directories and files of accounts in the form of tmpfiles.d(5), with owners by name. */
function tmpfiles(cage: string, manifest: Manifest, contents: ReadonlyMap<Path, Uint8Array>): string {
	const { accounts, writable } = manifest;
	const user = (uid: number) => (uid === 0 ? "root" : (accountName(accounts.users, "uid", uid) ?? uid));
	const group = (gid: number) => (gid === 0 ? "root" : (accountName(accounts.groups, "gid", gid) ?? gid));
	const top = stateFolder(cage);
	const outer = rootsOf(manifest);
	const owned = (mode: number, uid: number, gid: number) => `${octal(mode)} ${user(uid)} ${group(gid)} -`;
	const entries = entriesByPath(manifest);
	const files = [...contents].map(([path, content]) => {
		const { gid = 0, mode = 0, uid = 0 } = entries.get(path) ?? {};
		const place = pathText("BindReadOnlyPaths", fileOnHost(cage, path));
		// The host's file system has no nosuid.
		return `f+~ "${place}" ${owned(mode & 0o777, uid, gid)} ${Buffer.from(content).toString("base64")}`;
	});
	return [
		`d ${top} 0755 root root -`,
		...writable
			.filter(({ path }) => outer.includes(path))
			.map(({ gid, mode, path, uid }) => {
				const place = pathText("BindPaths", join(top, path.slice(1)));
				return `d "${place}" ${owned(mode, uid, gid)}`;
			}),
		...files,
	]
		.map((line) => `${line}\n`)
		.join("");
}

/** Returns what only an account may read, by a number that another machine gives to another account. */
export function ownedByNumber({ entries }: Manifest): ManifestEntry[] {
	return entries.filter(({ gid, kind, mode, uid }) => (uid !== 0 || gid !== 0) && kind !== "symlink" && !(mode & 0o004));
}
