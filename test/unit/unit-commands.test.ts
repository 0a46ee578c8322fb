import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { splitWords } from "../../src/service/unit-text.ts";
import { launcher, path, unit, values } from "./made-unit.ts";

describe("PID 1", () => {
	it("is the init if there is one", () => {
		const text = unit({ application: { cwd: "/var/lib/app" } }, { launcher });
		expect(values(text, "ExecStart")).toEqual(["/.launch/cagewright-init /var/lib/app /usr/sbin/daemon --foreground"]);
		expect(values(text, "SuccessExitStatus")).toEqual(["129 130 141 143"]);
		expect(values(text, "RestartPreventExitStatus")).toEqual(["125"]);
	});

	it("is the application without an init for this processor", () => {
		const text = unit();
		expect(values(text, "ExecStart")).toEqual(["/usr/sbin/daemon --foreground"]);
		expect(values(text, "SuccessExitStatus")).toEqual([]);
	});

	it("is an init that leaves descriptors open if systemd passes sockets", () => {
		const command = ["/usr/bin/systemd-socket-activate", "--listen=80", "--fdname=a", "/usr/sbin/daemon", "--foreground"];
		const text = unit({ application: { command } }, { launcher, sockets: ["app.socket"] });
		expect(values(text, "Sockets")).toEqual(["app.socket"]);
		expect(values(text, "ExecStart")).toEqual(["/.launch/cagewright-init-open / /usr/sbin/daemon --foreground"]);
		expect(values(text, "Environment")).toContain("LISTEN_PID=2");
	});

	it("gets only the sockets of the host's socket units, and may change their modes as on the host", () => {
		const application = { sockets: ["stream /etc/shadow", "stream /run/app.sock"] };
		const text = unit({ application }, { sockets: ["app.socket"], socketPaths: [path("/run/app.sock")] });
		expect(values(text, "BindPaths")).toContain("-/run/app.sock:/run/app.sock:norbind");
		expect(values(text, "ReadWritePaths").join(" ")).toContain("-+/run/app.sock");
		expect(text).not.toContain("/etc/shadow");
	});

	it("is awaited at the end", () => {
		const text = unit({}, { launcher });
		expect(values(text, "RootDirectoryStartOnly")).toEqual(["yes"]);
		expect(values(text, "ExecStop")[0]).toMatch(/^-\+\/bin\/sh -c /);
		expect(splitWords(values(text, "ExecStop")[0] ?? "")?.at(-1)).toBe("$MAINPID");
	});

	it("runs the commands of a reload, whose status its name shows in the host's /proc", () => {
		const application = { service: { reload: [["/usr/sbin/ctl", "reload"]] } };
		const text = unit({ application }, { launcher, reloadsByCommand: true });
		expect(values(text, "ExecStart")[0]).toContain("cagewright-init / +reload=2 /usr/sbin/ctl reload /usr/sbin/daemon");
		const [, , enter, script, main] = splitWords(values(text, "ExecReload")[0] ?? "") ?? [];
		expect([enter, main]).toEqual([expect.stringContaining("nsenter --target 1 --mount sh"), "$MAINPID"]);
		expect(spawnSync("/bin/sh", ["-nc", script?.replaceAll("$$", "$") ?? "("], { encoding: "utf8" }).stderr).toBe("");
		expect(values(unit({ application }, { reloadsByCommand: true }), "ExecReload")).toEqual([]);
	});

	it("is not used by the commands of a unit without an init", () => {
		const text = unit({}, { launcher, reloadSignal: "HUP" });
		for (const command of [...values(text, "ExecStop"), ...values(text, "ExecReload")]) {
			const [, option = "", script = ""] = splitWords(command) ?? [];
			// systemd omits the word $MAINPID.
			const { status, stderr } = spawnSync("/bin/sh", [option, script.replaceAll("$$", "$"), "sh"], { encoding: "utf8" });
			expect([status, stderr]).toEqual([0, ""]);
		}
	});
});

describe("commands outside the cage", () => {
	const commands = (env: Record<string, string>) => {
		const text = unit({ application: { env } }, { reloadSignal: "HUP" });
		return [...values(text, "ExecReload"), ...values(text, "ExecStop")];
	};
	it("search programs in their own path", () => {
		for (const command of commands({ PATH: "/srv/app/bin" }))
			expect(splitWords(command)?.[2]).toMatch(/^PATH=\/usr\/bin:\/bin; /);
	});
	it.each([
		{ LD_PRELOAD: "/srv/app/hook.so" },
		{ LD_PRELOAD: "/usr/local/lib/x.so" },
		{ LD_LIBRARY_PATH: "/usr/lib:" },
		{ LD_LIBRARY_PATH: "lib" },
		{ LD_AUDIT: "/usr/lib/../../srv/x.so" },
		{ GCONV_PATH: "/srv/app" },
	])("are omitted if an application's variable would affect them: %j", (env) => {
		expect(commands(env)).toEqual([]);
		const reason = `${Object.keys(env)[0]} would also affect these commands`;
		expect(unit({ application: { env } })).toContain(`# No ExecReload= and no ExecStop=: ${reason}`);
	});
	it("exist with a library of the distribution", () => {
		expect(commands({ LD_PRELOAD: "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2" })).toHaveLength(2);
	});
});

describe("a systemd without PrivatePIDs=", () => {
	const launch = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "unshare", "--fork", "sh", "-eu", "/state/launch-0123/launch.sh"];
	const old = { systemdVersion: 252, launch, launcher, reloadSignal: "HUP" };

	it("runs the launcher's steps with all privileges, which these remove, and no sandbox of its own", () => {
		const text = unit({ application: { env: { LD_PRELOAD: "/srv/app/hook.so" } } }, old);
		expect(values(text, "ExecStart")).toEqual([launch.join(" ")]);
		for (const name of ["User", "RootDirectory", "BindPaths", "SystemCallFilter", "Environment", "NoNewPrivileges"])
			expect(values(text, name)).toEqual([]);
		expect(values(text, "CapabilityBoundingSet")).toEqual(["~"]);
		expect(values(text, "SuccessExitStatus")).toEqual(["129 130 141 143"]);
	});

	it("still limits the service and its network", () => {
		const text = unit({ application: { network: "none" } }, { ...old, limits: { memory: 1 << 20 } });
		expect(values(text, "MemoryMax")).toEqual([String(1 << 20)]);
		expect(values(text, "PrivateNetwork")).toEqual(["yes"]);
		expect(values(unit({}, old), "IPAddressDeny")).toEqual(["any"]);
	});

	it("signals the init, the child of the main process", async () => {
		for (const name of ["ExecReload", "ExecStop"]) {
			const [, option = "", script = ""] = splitWords(values(unit({}, old), name)[0] ?? "") ?? [];
			const run = (...main: string[]) =>
				spawnSync("/bin/sh", [option, script.replaceAll("$$", "$"), "sh", ...main], { encoding: "utf8" });
			const main = spawn("/bin/sh", ["-c", "sleep 60; exit 7"]);
			await once(main, "spawn");
			while (!readFileSync(`/proc/${main.pid}/task/${main.pid}/children`, "utf8")) await setTimeout(5);
			const ended = once(main, "close");
			expect(run(String(main.pid)).stderr).toBe("");
			expect(await ended).toEqual([7, null]);
			// systemd omits the word $MAINPID if the main process has exited.
			expect(run()).toMatchObject({ status: 0, stderr: "" });
		}
	});
});

describe("the confiner", () => {
	const confiner = { folder: launcher, name: "cagewright-conf-0123456789ab", startsSession: true };
	const inside = "/.launch/cagewright-conf-0123456789ab";

	it("starts first, before the application or its init", () => {
		const start = (input: Parameters<typeof unit>[1]) => values(unit({}, { confiner, ...input }), "ExecStart");
		const daemon = "/usr/sbin/daemon --foreground";
		expect(start({})).toEqual([`${inside} ${daemon}`]);
		expect(start({ launcher })).toEqual([`${inside} /.launch/cagewright-init / ${daemon}`]);
		expect(start({ launcher, sockets: ["a.socket"] })).toEqual([`${inside} /.launch/cagewright-init-open / ${daemon}`]);
	});

	it("gets the host's /proc to begin an audit session, unless the launcher's script does, or a socket is the standard input", () => {
		expect(values(unit({}, { confiner }), "StandardInput")).toEqual(["file:/proc"]);
		for (const input of [{}, { confiner: { ...confiner, startsSession: false } }, { confiner, launch: ["/bin/sh"] }])
			expect(values(unit({}, input), "StandardInput")).toEqual(["null"]);
	});

	it("is mounted, may confine itself, and is not restarted if the kernel refuses", () => {
		const text = unit({}, { confiner });
		expect(values(text, "BindReadOnlyPaths")).toEqual([`${launcher}:/.launch:norbind`]);
		expect(values(text, "SystemCallFilter").join(" ")).toContain(" landlock_restrict_self");
		expect(values(text, "RestartPreventExitStatus")).toEqual(["125"]);
		expect(values(unit(), "RestartPreventExitStatus")).toEqual([]);
	});
});

it("mounts /run read-only, unless it is state or a host directory", () => {
	expect(values(unit(), "TemporaryFileSystem").at(-1)).toBe("/run:ro,mode=0755,nosuid,nodev,noexec");
	const data = [{ path: path("/run"), source: path("/state/cages/app/data/run") }];
	for (const input of [{ data }, { binds: [{ path: "/run", access: "ro" as const }] }])
		expect(values(unit({}, input), "TemporaryFileSystem").join(" ")).not.toContain("/run");
});
