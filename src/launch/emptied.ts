import { baseName, isWithin, normalise, type Path, parent, pathFromText } from "../base/path/path.ts";
import { quoteShell, quoteShellLine } from "../base/path/quote.ts";
import { pidFilesOf, type ServiceSettings } from "../service/service-settings.ts";
import type { CageRoot, LaunchSpec } from "./launch.ts";

/** A path in the cage, and the innermost mount that it is in. */
interface MountedPlace<Mount> {
	readonly path: Path;
	readonly mount: Mount;
}

const run = pathFromText("/run");

/**
 * Returns a service's runtime directories and pid files. A description from another machine may name any path, so those that are in no
 * mount, and the directory of all services, are left out. The caller decides with the mount whose rights suffice.
 */
export function leftBehind<Mount extends { readonly path: Path }>(
	service: ServiceSettings,
	mounts: readonly Mount[],
): { readonly directories: readonly MountedPlace<Mount>[]; readonly files: readonly MountedPlace<Mount>[] } {
	const placed = (path: Path, inside: Path) => {
		const over = mounts.filter((mount) => isWithin(inside, mount.path));
		const mount = over.reduce<Mount | undefined>(
			(one, other) => (one && one.path.length > other.path.length ? one : other),
			undefined,
		);
		return mount ? [{ path, mount }] : [];
	};
	const pathsOf = (texts: readonly string[]) => texts.map((text) => normalise(pathFromText(text)));
	const { runtimeDirectories = [] } = service;
	return {
		directories: pathsOf(runtimeDirectories).flatMap((path) => (path === run ? [] : placed(path, path))),
		files: pathsOf(pidFilesOf(service)).flatMap((path) => placed(path, parent(path))),
	};
}

/** Defines `enter ROOT NAME…`, which enters ROOT/NAME/… if each is a directory, and no link to one. */
export const enterExisting = [
	"enter() {",
	'cd "$1" || return 1; shift',
	'for name; do { [ ! -L "$name" ] && [ -d "$name" ] && cd -- "./$name"; } || return 1; done',
	"}",
];

/**
 * As after a boot: systemd removes runtime directories and the pid file when a service ends, but a cage's data survives. The
 * application does not run yet, so it cannot replace a directory meanwhile. In a directory of the host, only what the application could
 * remove itself is removed.
 */
export function emptySteps(spec: LaunchSpec, { capabilities, directory, mounts }: CageRoot): string[] {
	const { identity, rootless, service = {}, setpriv } = spec;
	const { directories, files } = leftBehind(
		service,
		mounts.filter(({ access }) => access === "rw"),
	);
	if (!directories.length && !files.length) return [];
	const isLimited = identity.uid !== 0 && rootless === undefined;
	const limited = quoteShellLine([setpriv, ...accountWords(identity, capabilities), "--"]);
	const step = (place: Path, command: string, isBind = false) => {
		const names = place.split("/").flatMap((name) => (name === "" ? [] : [name as Path]));
		const enter = `enter ${quoteShellLine([directory, ...names])}`;
		return isBind && isLimited
			? `( if ${enter}; then ${limited} ${command}; fi ) 2>/dev/null || :`
			: `( if ${enter}; then ${command}; fi )`;
	};
	return [
		...enterExisting,
		...directories.map(({ mount, path }) => {
			const inside = directories.filter((other) => other.path !== path && isWithin(other.path, path));
			const kept = inside.map((other) => ` ! -path ${quoteShell(`.${other.path.slice(path.length)}`)}`).join("");
			return step(path, `find . -xdev -mindepth 1${kept} -delete`, mount.isBind);
		}),
		...files.map(({ mount, path }) => step(parent(path), `rm -f -- ${quoteShell(`./${baseName(path)}`)}`, mount.isBind)),
	];
}

/** Words for setpriv(1) that give a command the application's account and capabilities, and no others. */
function accountWords({ gid, groups, uid }: LaunchSpec["identity"], capabilities: readonly string[]): string[] {
	const kept = ["-all", ...capabilities.map((name) => `+${name}`)].join(",");
	return [
		`--reuid=${uid}`,
		`--regid=${gid}`,
		groups.length ? `--groups=${groups.join(",")}` : "--clear-groups",
		`--inh-caps=${kept}`,
		`--ambient-caps=${kept}`,
		`--bounding-set=${kept}`,
	];
}
