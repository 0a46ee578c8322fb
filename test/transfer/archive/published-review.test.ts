import { expect, test } from "vitest";
import type { Failure } from "../../../src/base/failure.ts";
import { pathFromText } from "../../../src/base/path/path.ts";
import type { Manifest } from "../../../src/cage/manifest.ts";
import { reviewImport } from "../../../src/transfer/archive/import-review.ts";
import { cageOf, manifestOf, plan, writable } from "../../cage/plans.ts";
import { directory, type Node, socket, tree } from "../../plan/tree.ts";

/** An archive names files that root publishes on this machine: sockets and process numbers. */

const root = { name: "root", uid: 0, gid: 0, groups: [], home: "/root" };
const app = { name: "app", uid: 900, gid: 900, groups: [], home: "/" };
const link = (path: string) => ({ path: pathFromText(path), reach: "link" as const });

interface Archive {
	readonly sockets?: readonly string[];
	readonly pidFiles?: readonly string[];
	readonly writable?: readonly string[];
	readonly binds?: Manifest["binds"];
	readonly isRoot?: boolean;
	readonly allowWrite?: readonly string[];
}

function review(
	{ allowWrite = [], binds = [], isRoot = false, pidFiles = [], sockets = [], writable: data = ["/run"] }: Archive,
	nodes: Readonly<Record<string, Node>> = {},
) {
	const identity = isRoot ? root : app;
	const users = [app].map((user) => ({ ...user, gecos: "", shell: "/usr/sbin/nologin" }));
	const manifest = manifestOf(plan([]), {
		identity,
		binds,
		writable: data.map((path) => writable(path)),
		offeredSockets: sockets.map(link),
		pidFiles: pidFiles.map(pathFromText),
	});
	const cage = cageOf();
	const application = { ...cage.application, ...(isRoot ? {} : { user: "app" }) };
	const facts = {
		users,
		groups: [],
		own: undefined,
		logSocket: undefined,
		stateFolder: pathFromText("/var/lib/cagewright"),
		files: tree({ "/run": directory(), ...nodes }),
		startsProgram: () => false,
	};
	const foreign = { cage: { ...cage, application }, cageJson: {}, manifest, manifestJson: {} };
	const { dropped, manifest: taken } = reviewImport(foreign, facts, { allowSecret: [], allowSetuid: [], allowWrite });
	return {
		published: [
			...(taken.offeredSockets ?? []).filter(({ reach }) => reach === "link").map(({ path }) => path),
			...(taken.pidFiles ?? []),
		],
		dropped: dropped.flatMap(({ values, what }) => (what === "published" ? values : [])),
	};
}

function refusal(archive: Archive): string | undefined {
	try {
		review(archive);
		return undefined;
	} catch (error) {
		return (error as Failure).code;
	}
}

test.each<[string, Archive]>([
	["a process number outside of /run", { pidFiles: ["/etc/passwd"], writable: ["/etc/app"] }],
	["a process number in a directory that the cage does not have", { pidFiles: ["/run/sshd/sshd.pid"], writable: ["/run/app"] }],
	["a process number below its directory", { pidFiles: ["/run/app/../sshd.pid"] }],
	["a process number in a file of another kind", { pidFiles: ["/run/utmp"] }],
	["a socket in a directory that the cage does not have", { sockets: ["/run/dbus/system_bus_socket"], writable: [] }],
	["a socket in a directory inside of the cage's", { sockets: ["/run/dbus/system_bus_socket"] }],
	["a socket in a directory of the service itself, which the host has", { sockets: ["/run/app/a"], writable: [], binds: own() }],
	["a socket with a shell's characters", { sockets: ["/run/a b"] }],
	["a device", { sockets: ["/dev/shm/a"], writable: ["/dev/shm"] }],
])("an archive that publishes %s is refused", (_, archive) => {
	expect(refusal(archive)).toBe("import-published");
});

function own(): Manifest["binds"] {
	return [{ path: "/run/app", access: "rw", created: { mode: 0o755, uid: app.uid, gid: app.gid } }];
}

const dbus = { "/run/dbus": directory(), "/run/dbus/system_bus_socket": socket() };

test.each<[string, Archive, Record<string, Node>]>([
	["another service's socket", { sockets: ["/run/dbus/system_bus_socket"], writable: ["/run/dbus"] }, dbus],
	[
		"root's socket, even for a start as root",
		{ sockets: ["/run/rpcbind.sock"], isRoot: true },
		{ "/run/rpcbind.sock": socket() },
	],
	["a socket that controls the machine, which is not there yet", { sockets: ["/run/docker.sock"] }, {}],
	[
		"a process number in a directory that is not there",
		{ pidFiles: ["/run/app/app.pid"], writable: ["/run/app"] },
		{ "/run": directory() },
	],
	["another service's process number", { pidFiles: ["/run/sshd.pid"] }, { "/run/sshd.pid": "7" }],
	[
		"root's process number in a directory that it calls the service's own",
		{ pidFiles: ["/run/app/app.pid"], writable: [], binds: own() },
		{ "/run/app": directory(), "/run/app/app.pid": "7" },
	],
	[
		"a socket in a directory that everybody can write to",
		{ sockets: ["/run/all/a"], writable: ["/run/all"] },
		{ "/run/all": directory({ mode: 0o1777 }) },
	],
	["a socket among units", { sockets: ["/run/systemd/notify"], writable: ["/run/systemd"] }, { "/run/systemd": directory() }],
	[
		"a socket in a directory that another account can replace",
		{ sockets: ["/run/other/in/a"], writable: ["/run/other/in"] },
		{ "/run/other": directory({ uid: 77 }), "/run/other/in": directory() },
	],
])("an archive does not publish %s", (_, archive, nodes) => {
	const { sockets = [], pidFiles = [] } = archive;
	const named = [sockets, pidFiles].flat();
	expect(review(archive, nodes)).toEqual({ published: [], dropped: named });
});

test("the service's own files are published as on the other machine", () => {
	const archive = { sockets: ["/run/app.sock"], pidFiles: ["/run/app.pid"] };
	const published = ["/run/app.sock", "/run/app.pid"];
	expect(review(archive)).toEqual({ published, dropped: [] });
	const there = { "/run/app.sock": { ...socket(), uid: app.uid }, "/run/app.pid": "" };
	expect(review(archive, there)).toEqual({ published: ["/run/app.sock"], dropped: ["/run/app.pid"] });
	const pidFiles = ["/run/app/app.pid"];
	expect(review({ pidFiles, writable: [], binds: own() })).toEqual({ published: pidFiles, dropped: [] });
	const spool = { "/var/spool/other": directory(), "/var/spool/other/in": directory({ uid: 77, mode: 0o700 }) };
	const inSpool = { sockets: ["/var/spool/other/in/app.sock"], writable: ["/var/spool/other/in"], isRoot: true };
	expect(review(inSpool, spool)).toEqual({ published: inSpool.sockets, dropped: [] });
});

test("a file that exists is replaced if --allow-write names it", () => {
	const archive = { sockets: ["/run/rpcbind.sock"], isRoot: true, allowWrite: ["/run/rpcbind.sock"] };
	expect(review(archive, { "/run/rpcbind.sock": socket() })).toEqual({ published: archive.sockets, dropped: [] });
});
