import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Mount, topMounts } from "../../src/base/host/mounts.ts";
import { type Path, pathFromText } from "../../src/base/path/path.ts";
import { sandboxMounts } from "../../src/launch/host/sandbox-mounts.ts";

describe("mountinfo", () => {
	test("has place, type and write access of each mount", () => {
		const text = [
			"22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro",
			"23 22 0:21 / /proc rw,nosuid shared:12 master:3 - proc proc rw",
			"24 22 8:2 /sub /mnt/ro ro,relatime - ext4 /dev/sda2 rw",
			"25 22 8:3 / /mnt/super rw,relatime - iso9660 /dev/sr0 ro,nojoliet",
		].join("\n");
		expect(topMounts(`${text}\n`)).toEqual([
			{ path: "/", type: "ext4", readOnly: false },
			{ path: "/proc", type: "proc", readOnly: false },
			{ path: "/mnt/ro", type: "ext4", readOnly: true },
			{ path: "/mnt/super", type: "iso9660", readOnly: true },
		]);
	});
	test("may contain blanks, tabs, newlines, backslashes and any byte", () => {
		const line = "22 1 8:1 / /a\\040b\\011c\\012d\\134040\\043\xff rw - ext4 none rw";
		expect(topMounts(line)).toEqual([{ path: "/a b\tc\nd\\040#\xff", type: "ext4", readOnly: false }]);
	});
	test("has mount points that cannot be taken for another field", () => {
		const line = "22 1 8:1 / /-\\040-\\040proc rw - ext4 - rw";
		expect(topMounts(line)).toEqual([{ path: "/- - proc", type: "ext4", readOnly: false }]);
	});
	test("has only the last of several mounts at one place", () => {
		const lines = ["1 0 0:1 / /a rw - ext4 x rw", "2 0 0:2 / /b rw - xfs x rw", "3 0 0:3 / /a ro - tmpfs x rw"];
		expect(topMounts(lines.join("\n"))).toEqual([
			{ path: "/b", type: "xfs", readOnly: false },
			{ path: "/a", type: "tmpfs", readOnly: true },
		]);
	});
	test("may contain invalid lines, which are skipped", () => {
		expect(topMounts("\nnonsense\n1 2 3\n22 1 8:1 / /x rw shared:1 ext4\n")).toEqual([]);
	});
	test("of this machine can be read", () => {
		const mounts = topMounts(readFileSync("/proc/self/mountinfo", "latin1"));
		expect(mounts.find((mount) => mount.path === "/proc")?.type).toBe("proc");
		for (const { path } of mounts) expect(path.startsWith("/")).toBe(true);
	});
});

describe("the mounts of a sandbox", () => {
	const mount = (path: string, type = "ext4", readOnly = false): Mount => ({ path: pathFromText(path), type, readOnly });
	const rebuild = (mounts: Mount[], files: string[] = [], gone: string[] = []) =>
		sandboxMounts(mounts, "/scratch" as Path, (path) =>
			gone.includes(path) ? undefined : files.includes(path) ? "file" : "directory",
		);
	const own = ["proc /proc", "sysfs /sys", "dev /dev"];
	const kinds = (mounts: Mount[], files?: string[], gone?: string[]) =>
		rebuild(mounts, files, gone)
			.map(({ kind, path }) => `${kind} ${path}`)
			.filter((one) => !own.includes(one));

	test("are made from the root downwards, whatever the host's order", () => {
		expect(kinds([mount("/var/lib/x"), mount("/var"), mount("/"), mount("/home")])).toEqual([
			"overlay /",
			"overlay /var",
			"overlay /home",
			"overlay /var/lib/x",
		]);
	});
	test("have a separate upper layer for each overlay", () => {
		const places = rebuild([mount("/"), mount("/var"), mount("/ro", "ext4", true), mount("/srv")]).flatMap((one) =>
			one.kind === "overlay" ? [one.scratch] : [],
		);
		expect(new Set(places).size).toBe(4);
		for (const place of places) expect(place).toMatch(/^\/scratch\/\w+$/);
	});
	test("keep a directory's layer, whatever else is mounted later", () => {
		const layers = (mounts: Mount[]) =>
			rebuild(mounts).flatMap((one) => (one.kind === "overlay" ? [[one.path, one.scratch]] : []));
		const [first, later] = [
			[mount("/"), mount("/var/lib/x")],
			[mount("/"), mount("/mnt"), mount("/var/lib/x")],
		];
		expect(layers(later)).toEqual(expect.arrayContaining(layers(first)));
	});
	test("show files and automounts read-only, hide kernel interfaces, and cover storage with overlays", () => {
		const all = [
			mount("/"),
			mount("/ro", "squashfs", true),
			mount("/ram", "ramfs"),
			mount("/etc/hosts"),
			mount("/queues", "mqueue"),
			mount("/jail/proc", "proc"),
			mount("/jail/dev", "devtmpfs"),
			mount("/jail/dev/shm", "tmpfs"),
			mount("/mnt/auto", "autofs"),
			mount("/mnt/namespace", "nsfs"),
			mount("/var/lib/nfs/rpc_pipefs", "rpc_pipefs"),
		];
		expect(kinds(all, ["/etc/hosts", "/mnt/namespace"])).toEqual([
			"overlay /",
			"overlay /ro",
			"overlay /ram",
			"bind /mnt/auto",
			"file /etc/hosts",
		]);
		expect(rebuild(all).find(({ path }) => path === "/ro")).toMatchObject({ readOnly: true });
		expect(rebuild(all).find(({ path }) => path === "/ram")).not.toHaveProperty("readOnly");
	});
	test("include a new proc, sysfs and /dev without the host's mounts below", () => {
		const all = ["/proc", "/proc/sys/fs/binfmt_misc", "/sys", "/sys/fs/cgroup", "/dev", "/dev/shm", "/processes"].map((path) =>
			mount(path, "tmpfs"),
		);
		expect(rebuild([mount("/"), ...all]).map(({ kind, path }) => `${kind} ${path}`)).toEqual([
			"overlay /",
			"overlay /processes",
			...own,
		]);
		expect(rebuild([mount("/")], [], ["/sys"]).map(({ kind }) => kind)).toEqual(["overlay", "proc", "dev"]);
	});
	test("omit storage of containers and user sessions without examining them, because a broken one would hang or fail", () => {
		const looked: string[] = [];
		const all = [
			"/",
			"/run/user/1000",
			"/run/user/1000/gvfs",
			"/var/lib/docker/overlay2/x",
			"/run/netns/a",
			"/var/lib/docker-data",
		];
		const made = sandboxMounts(
			all.map((path) => mount(path)),
			"/scratch" as Path,
			(path) => {
				looked.push(path);
				return "directory";
			},
		);
		expect(made.map(({ path }) => path)).toEqual(["/", "/var/lib/docker-data", "/proc", "/sys", "/dev"]);
		expect(looked).toEqual(["/", "/var/lib/docker-data", "/proc", "/sys", "/dev"]);
	});
	test("omit what is not visible", () => {
		expect(kinds([mount("/"), mount("/gone//deleted"), mount("/hidden/below")], [], ["/gone//deleted", "/hidden/below"])).toEqual(
			["overlay /"],
		);
	});
	test("include a root even if it is no separate mount", () => {
		expect(kinds([mount("/proc", "proc"), mount("/data")])).toEqual(["overlay /", "overlay /data"]);
		expect(kinds([])).toEqual(["overlay /"]);
	});
});
