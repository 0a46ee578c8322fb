import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import type { Mount } from "../../src/base/host/mounts.ts";
import { type Path, pathFromText } from "../../src/base/path/path.ts";
import { rootlessMounts } from "../../src/launch/host/sandbox-mounts.ts";
import { launchScript } from "../../src/launch/launch-script.ts";
import { path, sandbox, spec } from "../launch/launches.ts";
import { temporaryFolder } from "./cagewright.ts";

const mount = (path: string, type = "ext4", readOnly = false): Mount => ({ path: pathFromText(path), type, readOnly });

/** A host described by names: a trailing slash marks a directory, `=` a socket, `->` a link. Everybody can enter everything except for `closed`. */
function rebuild(
	names: readonly string[],
	mounts: readonly Mount[],
	{ open = [], sockets = [], closed = [] }: Partial<Asked> = {},
) {
	const known = new Map(
		names.map((name) => [
			name.replace(/\/$|=$|->.*/, ""),
			name.endsWith("/") ? "directory" : name.endsWith("=") ? "socket" : "file",
		]),
	);
	const sandbox = { scratch: pathFromText("/scratch"), open: open.map(pathFromText), sockets: sockets.map(pathFromText) };
	const made = rootlessMounts(mounts, sandbox, {
		kind: (path) => (names.some((name) => name.startsWith(`${path}->`)) ? "symlink" : (known.get(path) as "file" | undefined)),
		mode: (path) => (closed.includes(path) ? 0 : 0o555),
		list: (above) =>
			[...known.keys()].flatMap((path) => {
				const at = path.lastIndexOf("/");
				return (path.slice(0, at) || "/") === above ? [path.slice(at + 1) as Path] : [];
			}),
		target: (path) => names.find((name) => name.startsWith(`${path}->`))?.split("->")[1] as Path | undefined,
	});
	return made.filter(({ kind }) => kind !== "folder").map(({ kind, path }) => `${kind} ${path}`);
}

interface Asked {
	readonly open: readonly string[];
	readonly sockets: readonly string[];
	readonly closed: readonly string[];
}

test("each item without a mount below gets an overlay, and directories that lead to mounts are recreated", () => {
	const names = ["/bin->usr/bin", "/usr/", "/var/", "/var/lib/", "/var/log/", "/note"];
	expect(rebuild(names, [mount("/"), mount("/var/lib")])).toEqual([
		"skeleton /",
		"link /bin",
		"file /note",
		"overlay /usr",
		"overlay /var/lib",
		"overlay /var/log",
	]);
});

test("kernel file systems and /dev belong to the namespaces", () => {
	const names = ["/proc/", "/sys/", "/dev/", "/dev/shm/", "/dev/pts/"];
	const mounts = ["/", "/proc", "/sys", "/sys/fs/cgroup", "/dev", "/dev/shm", "/dev/pts"].map((path) => mount(path));
	expect(rebuild(names, mounts)).toEqual(["skeleton /", "dev /dev", "proc /proc", "sysfs /sys"]);
});

test("file systems without an overlay are read-only, and their sockets unreachable", () => {
	const names = ["/ro/", "/rw/"];
	expect(rebuild(names, [mount("/"), mount("/ro", "squashfs", true)])).toEqual(["skeleton /", "overlay /ro", "overlay /rw"]);
});

test("a directory that the user cannot enter stays closed, and one that he cannot list still leads to mounts", () => {
	const names = ["/closed/", "/closed/inside/", "/hidden/", "/hidden/mounted/"];
	expect(rebuild(names, [mount("/"), mount("/hidden/mounted")], { closed: ["/closed"] })).toEqual([
		"skeleton /",
		"overlay /hidden/mounted",
	]);
});

test("only requested sockets next to mounts are shown", () => {
	const names = ["/run/", "/run/user/", "/run/lock/", "/run/a.sock=", "/run/b.sock="];
	const mounts = [mount("/"), mount("/run", "tmpfs"), mount("/run/lock", "tmpfs"), mount("/run/user/7", "tmpfs")];
	expect(rebuild(names, mounts, { sockets: ["/run/b.sock"] })).toEqual(["skeleton /", "file /run/b.sock", "overlay /run/lock"]);
});

test("directories to write get one separate upper layer each", () => {
	const names = ["/srv/", "/srv/site/", "/tmp/"];
	expect(rebuild(names, [mount("/"), mount("/tmp", "tmpfs")], { open: ["/srv/site", "/tmp", "/absent"] })).toEqual([
		"skeleton /",
		"overlay /srv",
		"overlay /tmp",
		"overlay /srv/site",
	]);
});

test("a file on a mount with flags is shown read-only by a mount(8) that only keeps the flags it is given (util-linux 2.38)", () => {
	const folder = temporaryFolder("flags");
	const [file, directory] = [path(`${folder}/run/file`), path(`${folder}/new`)];
	const shown = `${directory}${file}`;
	mkdirSync(`${folder}/run`);
	mkdirSync(`${directory}${folder}/run`, { recursive: true });
	chmodSync(`${directory}${folder}/run`, 0o777);
	const rootless = { loopback: path("/nowhere"), lowestPort: 1024 };
	const script = launchScript(spec({ ...sandbox, directory, mounts: [{ kind: "file", path: file }] }, { rootless }));
	const steps = script.slice(script.indexOf(`if [ -e ${file}`), script.indexOf("\nfi\n") + 4);
	const inside = `${steps}cat ${shown}; ! echo changed 2>/dev/null >${shown}; grep -c ' ${shown} ro,nosuid,nodev,noexec' /proc/self/mountinfo`;
	const outside = `
mount -t tmpfs -o nosuid,nodev,noexec tmpfs ${folder}/run
echo seen >${file}
chmod 666 ${file}
exec setpriv --reuid 64321 --regid 64321 --clear-groups unshare --user --map-current-user --keep-caps --mount sh -euc "$1"`;
	const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LIBMOUNT_FORCE_MOUNT2: "always" };
	expect(execFileSync("unshare", ["--mount", "sh", "-euc", outside, "sh", inside], { encoding: "utf8", env })).toBe("seen\n1\n");
});
