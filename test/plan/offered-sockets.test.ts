import { describe, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { HostAccess } from "../../src/plan/host-access.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { mayPublish } from "../../src/plan/published.ts";
import { application, asApp, asRoot, type Did, entryAt, planFor, rules, trace, users, writableOf } from "./traces.ts";
import { directory, file, link, type Node, socket, tree } from "./tree.ts";

type Values = Parameters<typeof planFor>[2];
const own = { uid: asApp.uid, gid: asApp.gid };
const sockets = ({ offeredSockets }: Plan) => offeredSockets.map(({ path, reach }) => `${reach} ${path}`);
const codes = ({ notes }: Plan) => notes.map(({ code }) => code).filter((code) => code.startsWith("offered"));
const service = (nodes: Record<string, Node>, did: Record<string, Did>, values: Values = {}) =>
	planFor(tree(nodes), trace(did), { identity: asApp, ...values });
const listen = "listen create";

describe("a directory below /run with files of the application", () => {
	const nodes = { "/run/app": directory(own), "/run/app/key": file("secret", own), "/run/app/app.pid": file("7", own) };
	const binds = ({ rules }: Plan) => rules.binds.map(({ path }) => path);

	test("is mounted from the host if the cage is adopted, because tools read them", () => {
		const made = service(nodes, { "/run/app/key": "write create" }, { stateInPlace: [] });
		expect([binds(made), writableOf(made)]).toEqual([["/run/app"], []]);
		expect(entryAt(made, "/run/app")?.reasons).toEqual([{ kind: "offered-file", file: "/run/app/key" }]);
	});
	test("stays in a cage that runs beside the service", () => {
		expect(binds(service(nodes, { "/run/app/key": "write create" }))).toEqual([]);
	});
	test("stays in the cage if it holds only process ids, which are other numbers there", () => {
		expect(binds(service(nodes, { "/run/app/app.pid": "write create" }, { stateInPlace: [] }))).toEqual([]);
	});
	test("stays in the cage if others keep files there too", () => {
		const shared = { ...nodes, "/run/app/other": file("", { uid: 77, gid: 77 }) };
		expect(binds(service(shared, { "/run/app/key": "write create" }, { stateInPlace: [] }))).toEqual([]);
	});
});

describe("a directory of sockets that belongs to the application alone", () => {
	const nodes = {
		"/run/app": directory({ ...own, mode: 0o2750 }),
		"/run/app/app.pid": file("7", own),
		"/run/app/app.sock": socket(),
	};
	const made = service(nodes, { "/run/app/app.sock": listen, "/run/app/app.pid": "write create" });

	test("is mounted from the host with its owner and mode, and holds no state of the cage", () => {
		expect(sockets(made)).toEqual(["host /run/app/app.sock"]);
		const created = { uid: own.uid, gid: own.gid, mode: 0o2750 };
		expect(made.rules.binds).toEqual([{ path: "/run/app", access: "rw", created }]);
		expect(writableOf(made)).toEqual([]);
		expect(entryAt(made, "/run/app")).toMatchObject({
			kind: "bind",
			reasons: [{ kind: "offered", socket: "/run/app/app.sock" }],
		});
	});
	test("has a file with a process number that tools of the host read", () => {
		expect([made.pidFiles, codes(made)]).toEqual([["/run/app/app.pid"], []]);
		const renamed = { "/run/app/app.pid.tmp": "create write remove", "/run/app/app.pid": "create" } as const;
		expect(service(nodes, { "/run/app/app.sock": listen, ...renamed }).pidFiles).toEqual(["/run/app/app.pid"]);
	});
	test("is created at the start if the service manager or the application does so", () => {
		const directories = ["/run/app:0710", "/run/more:0700:other"];
		const [unit, tmpfiles, itself] = ["/run/app/a.sock", "/run/more/a.sock", "/run/itself/a.sock"].map((path) =>
			service({}, { [path]: listen }, { application: { ...application, directories } }),
		);
		expect(unit?.rules.binds).toMatchObject([{ created: { ...own, mode: 0o710, isRuntime: true } }]);
		expect(tmpfiles?.rules.binds).toEqual([{ path: "/run/more", access: "rw", created: { uid: 1000, gid: 1000, mode: 0o700 } }]);
		expect(itself?.rules.binds).toEqual([{ path: "/run/itself", access: "rw", created: { ...own, mode: 0o755 } }]);
	});
	test("begins with the directories that the service manager creates below it", () => {
		const directories = ["/run/app/in/jail:0700:root", "/run/app/open:1777:root", "/run/else"];
		const made = service(nodes, { "/run/app/app.sock": listen }, { application: { ...application, directories } });
		const below = [
			{ path: "in", uid: 0, gid: 0, mode: 0o755 },
			{ path: "in/jail", uid: 0, gid: 0, mode: 0o700 },
		];
		expect(made.rules.binds).toMatchObject([{ path: "/run/app", created: { ...own, below } }]);
	});
	test("is mounted inside /run if the application also has a socket or process number directly there", () => {
		const did = { "/run/app.pid": "write create", "/run/app.sock": listen, "/run/app/app.sock": listen } as const;
		const made = service(nodes, did);
		expect(sockets(made)).toEqual(["link /run/app.sock", "host /run/app/app.sock"]);
		expect([writableOf(made), made.rules.binds.map(({ path }) => path)]).toEqual([["/run"], ["/run/app"]]);
	});
	test("is found behind /var/run, and mounted as a whole if it has several levels", () => {
		const nodes = { "/var/run": link("/run"), "/run/app/login": directory({ mode: 0o750 }) };
		const made = service(nodes, { "/var/run/app/login/a": listen, "/var/run/app/b": listen }, { identity: asRoot });
		expect(sockets(made)).toEqual(["host /run/app/b", "host /run/app/login/a"]);
		expect(made.rules.binds.map(({ path }) => path)).toEqual(["/run/app"]);
	});
	test("may be created by the application itself, which makes nothing else writable", () => {
		const made = service(
			{ "/run": directory() },
			{ "/run/app": { did: "create", calls: ["mkdir"] }, "/run/app/app.sock": listen },
			{ identity: asRoot },
		);
		expect([sockets(made), writableOf(made)]).toEqual([["host /run/app/app.sock"], []]);
	});
	test("may hold other sockets of the account, which the plan names", () => {
		const made = service({ ...nodes, "/run/app/second.sock": { ...socket(), ...own } }, { "/run/app/app.sock": listen });
		expect([sockets(made), codes(made)]).toEqual([["host /run/app/app.sock"], ["offered-beside"]]);
	});
});

describe("a socket stays in the cage", () => {
	const app = { "/run/app": directory(own) };
	test.each<[string, string, Record<string, Node>, Values?]>([
		["directly in /run", "/run/app.sock", {}],
		["in /tmp", "/tmp/app.sock", {}],
		["among state", "/var/lib/app/app.sock", { "/var/lib/app": directory(own) }],
		["where everybody may create files", "/run/app/app.sock", { "/run/app": directory({ mode: 0o1777 }) }],
		[
			"where another account can replace a directory",
			"/run/app/in/a.sock",
			{ "/run/app": directory({ uid: 77 }), "/run/app/in": directory(own) },
		],
		["without root", "/run/app/app.sock", app, { owner: own.uid }],
		["of a cage with an account of its own", "/run/app/app.sock", app, { isDedicated: true }],
		["in a directory that a rule stores in the cage", "/run/app/app.sock", app, { rules: rules({ writable: ["/run/app"] }) }],
	])("%s", (_, path, nodes, values = {}) => {
		const made = service(nodes, { [path]: listen }, values);
		expect(sockets(made)).toEqual([`cage ${path}`]);
		expect(made.rules.binds.filter(({ created }) => created)).toEqual([]);
	});
	test("in a place that the host trusts, with a note", () => {
		const made = service({}, { "/run/dbus/app.sock": listen }, { identity: asRoot });
		expect([sockets(made), codes(made)]).toEqual([["cage /run/dbus/app.sock"], ["offered-socket-refused"]]);
	});
});

describe("a socket is linked to its path on the host", () => {
	const spool = { "/var/spool/other": directory(), "/var/spool/other/in": directory({ uid: 77, mode: 0o700 }) };
	const inSpool = "/var/spool/other/in/app.sock";
	test.each<[string, string, Record<string, Node>, string]>([
		["directly in /run", "/run/app.sock", { "/run": directory() }, "/run"],
		[
			"beside a file of another account",
			"/run/app/app.sock",
			{ "/run/app": directory(own), "/run/app/key": file("", { uid: 77 }) },
			"/run/app",
		],
		["in a directory of another account", "/run/app/app.sock", { "/run/app": directory({ uid: 77 }) }, "/run/app"],
		["in another service's spool", inSpool, spool, "/var/spool/other/in"],
	])("%s", (_, path, nodes, holder) => {
		const made = service(nodes, { [path]: listen }, { identity: asRoot });
		expect([sockets(made), writableOf(made)]).toEqual([[`link ${path}`], [holder]]);
	});
	test("unless the application keeps more than sockets in another account's directory", () => {
		const made = service(spool, { [inSpool]: listen, "/var/spool/other/in/queue": "write create" }, { identity: asRoot });
		expect(sockets(made)).toEqual([`cage ${inSpool}`]);
	});
	test("unless another account can replace the directory, or everybody can write there", () => {
		const replaced = { ...spool, "/var/spool/other": directory({ uid: 77 }) };
		const open = { ...spool, "/var/spool/other/in": directory({ uid: 77, mode: 0o1777 }) };
		for (const nodes of [replaced, open]) {
			expect(sockets(service(nodes, { [inSpool]: listen }, { identity: asRoot }))).toEqual([`cage ${inSpool}`]);
		}
	});
	test("with its process number, but numbers among state stay those of the cage", () => {
		const nodes = { "/run": directory(), "/var/lib/app": directory(own) };
		const did = { "/run/app.sock": listen, "/run/app.pid": "write create", "/var/lib/app/app.pid": "write create" };
		const made = service(nodes, did, { identity: asRoot });
		expect([made.pidFiles, codes(made)]).toEqual([["/run/app.pid"], ["offered-pid-file"]]);
	});
});

test.each<[string, boolean, Record<string, Node>]>([
	["/run/app/app.pid", true, { "/run": directory() }],
	["/run/a/b/app.pid", false, { "/run": directory() }],
	["/run/app/in/app.pid", false, { "/run": directory(), "/run/app": directory({ uid: 77 }) }],
])("a process number in a directory that is not there between two starts, %s: %s", (text, isPublished, nodes) => {
	const path = pathFromText(text);
	const files = { ...tree(nodes), mounts: () => [] };
	const hostAccess = new HostAccess({ users, identity: asRoot, files });
	const places = { writable: [pathFromText(text.slice(0, text.lastIndexOf("/")))], mounted: [] };
	expect(mayPublish("pid", path, places, { files, hostAccess, identity: asRoot, allowed: [] })).toBe(isPublished);
});

test("a bind that the administrator asked for shows the socket too", () => {
	const made = service(
		{ "/srv/app": directory(own) },
		{ "/srv/app/a.sock": listen },
		{
			rules: rules({ binds: [{ path: "/srv/app", access: "rw" }] }),
		},
	);
	expect(sockets(made)).toEqual(["host /srv/app/a.sock"]);
	expect(made.rules.binds).toEqual([{ path: "/srv/app", access: "rw" }]);
});

test("abstract sockets are reached in the same network only, and passed ones are systemd's", () => {
	const seen = trace({}, { abstractSockets: new Set(["mine", "theirs"]), abstractPeers: new Set(["theirs"]) });
	const of = (network: "host" | "none") =>
		sockets(
			planFor(tree({}), seen, { application: { ...application, network, sockets: ["stream /run/app.sock", "stream 80"] } }),
		);
	expect(of("host")).toEqual(["unit /run/app.sock", "network @mine"]);
	expect(of("none")).toEqual(["unit /run/app.sock", "cage @mine"]);
});
