import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { FoundApplication } from "../../src/service/found.ts";
import { serviceDirectories } from "../../src/service/host/services.ts";
import { hostService, UnitFiles } from "../../src/service/host/unit-files.ts";
import { UnitTree } from "../../src/service/host/unit-tree.ts";
import { applicationFromUnit } from "../../src/service/unit-application.ts";
import { findApplications } from "../../src/template/host/find.ts";
import { newTrees } from "./file-trees.ts";

const { tree } = newTrees();

const service = (command: string, more = "") => `[Unit]\nDescription=Of ${command}\n[Service]\nExecStart=${command}\n${more}`;
const empty = join("/", "nowhere", "at", "all");

describe("unit files in a tree", () => {
	it("follow systemd's order of directories, masks and aliases", () => {
		const root = tree("strength", {
			"usr/lib/systemd/system/a.service": service("/bin/vendor"),
			"etc/systemd/system/a.service": service("/bin/local"),
			"usr/lib/systemd/system/masked.service": service("/bin/m"),
			"etc/systemd/system/masked.service": "-> /dev/null",
			"usr/lib/systemd/system/empty.service": "",
			"usr/lib/systemd/system/b.service": service("/bin/b"),
			"etc/systemd/system/alias.service": "-> /usr/lib/systemd/system/b.service",
			"etc/systemd/system/gone.service": "-> /usr/lib/systemd/system/gone.service",
			"etc/systemd/system/loop.service": "-> loop.service",
			"etc/systemd/system/multi-user.target.wants/b.service": "-> /usr/lib/systemd/system/b.service",
			lib: "-> usr/lib",
		});
		const units = new UnitFiles(new UnitTree(root));
		expect(units.services()).toEqual([
			{ name: "a.service", path: "/etc/systemd/system/a.service", aliases: [], enabled: false },
			{ name: "b.service", path: "/usr/lib/systemd/system/b.service", aliases: ["alias.service"], enabled: true },
		]);
		expect(units.load("a")?.unit.execStart[0]?.words).toEqual(["/bin/local"]);
		expect(units.load("alias")?.unit.name.full).toBe("b.service");
		for (const name of ["masked", "empty", "gone", "loop", "../a", "none"]) expect(units.load(name)).toBeUndefined();
	});

	it("give a program the directories that its units create, even for system units and links", () => {
		const root = tree("directories", {
			"usr/sbin/sshd": "",
			"usr/bin/dbd-1": "",
			"usr/sbin/dbd": "-> ../bin/dbd-1",
			"usr/lib/systemd/system/ssh.service": service("/usr/sbin/sshd -D", "RuntimeDirectory=sshd\nRuntimeDirectoryMode=0711"),
			"usr/lib/systemd/system/db.service": service("/usr/sbin/dbd", "User=db\nRuntimeDirectory=db\nStateDirectory=db"),
			"usr/lib/systemd/system/other.service": service("/usr/sbin/other --like=sshd", "RuntimeDirectory=other"),
		});
		const of = (program: string) => serviceDirectories(program, new UnitTree(root));
		expect(of("/usr/sbin/sshd")).toEqual(["/run/sshd:0711"]);
		expect(of("/usr/sbin/dbd")).toEqual(["/run/db:0755:db", "/var/lib/db:0755:db"]);
		expect(of("/usr/bin/nothing")).toEqual([]);
	});

	it("have drop-ins in the order of file names, where the most specific one of a name wins", () => {
		const root = tree("dropins", {
			"usr/lib/systemd/system/a-b.service": service("/bin/a", "Environment=X=0"),
			"usr/lib/systemd/system/alias.service": "-> a-b.service",
			"usr/lib/systemd/system/service.d/20-all.conf": "[Service]\nEnvironment=X=all ALL=1",
			"etc/systemd/system/a-.service.d/20-all.conf": "[Service]\nEnvironment=X=dash",
			"usr/lib/systemd/system/a-b.service.d/10-first.conf": "[Service]\nEnvironment=X=first FIRST=1",
			"etc/systemd/system/alias.service.d/30-last.conf": "[Service]\nEnvironment=LAST=1",
			"usr/lib/systemd/system/a-b.service.d/40-off.conf": "[Service]\nEnvironment=OFF=1",
			"etc/systemd/system/a-b.service.d/40-off.conf": "-> /dev/null",
			"etc/systemd/system/a-b.service.d/readme.txt": "[Service]\nEnvironment=README=1",
		});
		const loaded = new UnitFiles(new UnitTree(root)).load("a-b");
		expect(loaded?.files.map((file) => file.replace("/systemd/system", ""))).toEqual([
			"/usr/lib/a-b.service",
			"/usr/lib/a-b.service.d/10-first.conf",
			"/etc/a-.service.d/20-all.conf",
			"/etc/alias.service.d/30-last.conf",
		]);
		expect(loaded?.unit.environment).toEqual({ X: "dash", FIRST: "1", LAST: "1" });
	});

	it("include instances that a target wants", () => {
		const root = tree("instances", {
			"usr/lib/systemd/system/db@.service": service("/bin/db /etc/%i.conf", "User=db\n"),
			"etc/systemd/system/multi-user.target.wants/db@main.service": "-> /usr/lib/systemd/system/db@.service",
			"etc/systemd/system/db@two.service": "-> /usr/lib/systemd/system/db@.service",
			"etc/systemd/system/db@main.service.d/a.conf": "[Service]\nUser=main",
		});
		const units = new UnitFiles(new UnitTree(root));
		expect(units.services().map(({ name }) => name)).toEqual(["db@.service", "db@main.service", "db@two.service"]);
		expect(units.load("db@main")?.unit).toMatchObject({ user: "main", execStart: [{ words: ["/bin/db", "/etc/main.conf"] }] });
		expect(units.load("db@other")?.unit.user).toBe("db");
	});

	it("include the services that a unit without a program of its own starts and stops", () => {
		const group = (more = "") => `[Service]\nType=oneshot\nExecStart=/bin/true\nRemainAfterExit=yes\n${more}`;
		const root = tree("groups", {
			"usr/lib/systemd/system/db.service": group(),
			"usr/lib/systemd/system/db@.service": `[Unit]\nPartOf=db.service\n${service("/bin/db %i")}`,
			"run/systemd/generator/db.service.wants/db@main.service": "-> /usr/lib/systemd/system/db@.service",
			"usr/lib/systemd/system/vpn.service": group(),
			"usr/lib/systemd/system/vpn@.service": `[Unit]\nReloadPropagatedFrom=vpn.service\n${service("/bin/vpn %i")}`,
			"etc/systemd/system/multi-user.target.wants/vpn@b.service": "-> /usr/lib/systemd/system/vpn@.service",
			"etc/systemd/system/multi-user.target.wants/vpn@a.service": "-> /usr/lib/systemd/system/vpn@.service",
			"usr/lib/systemd/system/vpn-setup.service": `[Unit]\nPartOf=vpn.service\n${group()}`,
			"usr/lib/systemd/system/none.service": group(),
			"usr/lib/systemd/system/task.service": "[Service]\nType=oneshot\nExecStart=/bin/task\n",
			"etc/systemd/system/task.service.wants/db@main.service": "-> /usr/lib/systemd/system/db@.service",
		});
		const members = (name: string) => hostService(name, root)?.members;
		expect(members("db")).toEqual(["db@main.service"]);
		expect(members("vpn")).toEqual(["vpn@a.service", "vpn@b.service"]);
		for (const name of ["none", "task", "db@main"]) expect(members(name)).toEqual([]);
	});

	it("include a service's sockets and directories from tmpfiles.d", () => {
		const root = tree("surroundings", {
			"usr/lib/systemd/system/a.service": service("/bin/a"),
			"usr/lib/systemd/system/b@.service": service("/bin/b"),
			"usr/lib/systemd/system/a.socket": "[Socket]\nListenStream=8080\n",
			"etc/systemd/system/a.socket.d/more.conf": "[Socket]\nListenStream=8081\n",
			"usr/lib/systemd/system/extra.socket": "[Socket]\nListenStream=8082\nService=a.service\n",
			"usr/lib/systemd/system/b@.socket": "[Socket]\nListenStream=/run/b-%i\n",
			"usr/lib/systemd/system/off.socket": "[Socket]\nListenStream=8083\nService=a.service\n",
			"etc/systemd/system/off.socket": "-> /dev/null",
			"etc/systemd/system/sockets.target.wants/a.socket": "-> /usr/lib/systemd/system/a.socket",
			"usr/lib/tmpfiles.d/a.conf": "d /run/a 0750\nd /run/hidden\n",
			"etc/tmpfiles.d/a.conf": "d /run/a 0700\n",
			"usr/lib/tmpfiles.d/z.conf": "d /run/z\nd /var/lib/b/x\n",
		});
		const units = new UnitFiles(new UnitTree(root));
		const { sockets = [], tmpfiles } = units.load("a")?.surroundings ?? {};
		expect(sockets.map(({ enabled, listens, name }) => [name, enabled, ...listens.map(({ address }) => address)])).toEqual([
			["a.socket", true, "8080", "8081"],
			["extra.socket", false, "8082"],
		]);
		expect(tmpfiles).toEqual(["/run/a:0700:root:root"]);
		const instance = units.load("b@one")?.surroundings;
		expect(instance?.sockets).toMatchObject([
			{ name: "b@one.socket", service: "b@one.service", listens: [{ address: "/run/b-one" }] },
		]);
		expect(instance?.tmpfiles).toEqual(["/var/lib/b/x:0755:root:root"]);
	});

	it("are reported if they are damaged, but not if they are masked", () => {
		const root = tree("damaged", {
			"etc/systemd/system/masked.service": "-> /dev/null",
			"etc/systemd/system/empty.service": "",
			"etc/systemd/system/gone.service": "-> /usr/lib/systemd/system/gone.service",
			"etc/systemd/system/loop.service": "-> loop.service",
			"etc/systemd/system/folder.service/x": "",
			"etc/systemd/system/good.service": service("/bin/a"),
		});
		expect(new UnitFiles(new UnitTree(root)).damaged().map(({ name, problem }) => [name, problem])).toEqual([
			["folder.service", "unit-unreadable"],
			["gone.service", "unit-link-broken"],
			["loop.service", "unit-link-broken"],
		]);
	});

	it("include environment files, also by glob", () => {
		const root = tree("environment", {
			"etc/systemd/system/a.service": service("/bin/a $A $B", "EnvironmentFile=/etc/default/a*\nEnvironmentFile=-/etc/none"),
			"etc/default/a1": "A=1",
			"etc/default/a2": "B=2\nA=3",
			"etc/default/b": "A=no",
		});
		const loaded = new UnitFiles(new UnitTree(root)).load("a");
		if (loaded === undefined) throw new Error("not loaded");
		expect(applicationFromUnit(loaded.unit, loaded.surroundings).application.command).toEqual(["/bin/a", "3", "2"]);
	});
});

describe("finding applications", () => {
	it("omits system services, marks those that cannot be started, and sorts", async () => {
		const root = tree("find", {
			"usr/lib/systemd/system/web.service": service("web --port 80"),
			"usr/lib/systemd/system/app.service": service("/opt/app"),
			"usr/lib/systemd/system/gone.service": service("/opt/gone"),
			"usr/lib/systemd/system/task.service": service("/opt/app", "Type=oneshot"),
			"usr/lib/systemd/system/inst@.service": service("/opt/app"),
			"usr/lib/systemd/system/early.service": "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/opt/app",
			"usr/lib/systemd/system/systemd-thing.service": service("/opt/app"),
			"usr/lib/systemd/system/getty@.service": service("/opt/app", "StandardInput=tty"),
			"usr/lib/systemd/system/dbus.service": service("/opt/app"),
			"opt/app": "x",
			"usr/sbin/web": "x",
		});
		const offer = { name: "tpl", description: "T", programs: ["/opt/app"], application: { command: ["/opt/tpl"] } };
		const found = await findApplications({
			root,
			proc: empty,
			templates: [offer, { ...offer, name: "no", programs: ["/opt/none"] }],
		});
		expect(found.map(({ name, reason, startable }) => [name, reason, startable])).toEqual([
			["app", "unit", true],
			["web", "unit", true],
			["tpl", "template", true],
			["gone", "unit", false],
			["inst@", "unit", false],
			["task", "unit", false],
		]);
		expect(found[1]?.application.command).toEqual(["/usr/sbin/web", "--port", "80"]);
		expect(found[3]?.notes.at(-1)).toEqual({ code: "found-program-missing", values: { program: "/opt/gone" } });
	});

	it("offers no template for a program that a unit starts", async () => {
		const root = tree("covered", { "etc/systemd/system/a.service": service("/opt/app"), "opt/app": "x" });
		const offer = { name: "tpl", description: "", programs: [], application: { command: ["/opt/app"] } };
		expect((await findApplications({ root, proc: empty, templates: [offer] })).map(({ name }) => name)).toEqual(["a"]);
	});
});

const debian = existsSync("/usr/lib/systemd/system/nginx.service") && existsSync("/usr/lib/systemd/system/redis-server.service");

describe.runIf(debian)("the services of this machine", () => {
	let found: FoundApplication[];
	beforeAll(async () => {
		found = await findApplications();
	});
	const named = (name: string) => found.find((each) => each.name === name && each.reason === "unit");

	it("redis-server", () => {
		expect(named("redis-server")).toMatchObject({
			startable: true,
			aliases: ["redis.service"],
			application: {
				command: ["/usr/bin/redis-server", "/etc/redis/redis.conf", "--supervised", "systemd", "--daemonize", "no"],
				user: "redis",
				directories: ["/run/redis"],
			},
		});
	});

	it("nginx", () => {
		expect(named("nginx")?.application.command).toEqual(["/usr/sbin/nginx", "-g", "daemon off; master_process on;"]);
	});

	it.runIf(existsSync("/usr/lib/systemd/system/named.service"))("named", () => {
		expect(named("named")?.application.command).toEqual(["/usr/sbin/named", "-f", "-u", "bind"]);
	});

	it("are all readable, and no system service is offered", () => {
		const units = new UnitFiles();
		for (const { name } of units.services()) {
			const loaded = units.load(name);
			expect(loaded, name).toBeDefined();
			if (loaded !== undefined) expect(loaded.unit.skipped, name).toBe(0);
		}
		expect(found.filter(({ name }) => /^(systemd-|getty|dbus|user@)/.test(name))).toEqual([]);
	});
});
