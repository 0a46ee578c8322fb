import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { splitWords } from "../../../../src/core/application/unit-text.ts";
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
		expect(values(unit({}, { systemdVersion: 252, sockets: ["app.socket"] }), "Environment").join()).not.toContain("LISTEN_PID");
	});

	it("gets only the sockets of the host's socket units", () => {
		const application = { sockets: ["stream /etc/shadow", "stream /run/app.sock"] };
		const text = unit({ application }, { sockets: ["app.socket"], socketPaths: [path("/run/app.sock")] });
		const shown = values(text, "BindReadOnlyPaths");
		expect(shown).toContain("-/run/app.sock:/run/app.sock:norbind");
		expect(shown.join()).not.toContain("/etc/shadow");
	});

	it("is awaited at the end", () => {
		const text = unit({}, { launcher });
		expect(values(text, "RootDirectoryStartOnly")).toEqual(["yes"]);
		expect(values(text, "ExecStop")[0]).toMatch(/^-\+\/bin\/sh -c /);
		expect(splitWords(values(text, "ExecStop")[0] ?? "")?.at(-1)).toBe("$MAINPID");
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
		expect(unit({ application: { env } })).toContain(
			`# No ExecReload= and no ExecStop=: ${Object.keys(env)[0]} would also affect these commands`,
		);
	});
	it("exist with a library of the distribution", () => {
		expect(commands({ LD_PRELOAD: "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2" })).toHaveLength(2);
	});
});

describe("an older systemd", () => {
	it("gets the settings that it knows, and comments for the others", () => {
		const text = unit({}, { systemdVersion: 252, launcher });
		expect(values(text, "PrivatePIDs")).toEqual([]);
		expect(text).toContain("# Missing here, needs systemd 257: PrivatePIDs=yes\n");
		expect(values(text, "ExecStart")).toEqual(["/usr/sbin/daemon --foreground"]);
		expect(values(text, "ExecStop")).toEqual([]);
		expect(values(text, "ProcSubset")).toEqual(["pid"]);
		expect(values(text, "Type")).toEqual(["exec"]);
	});
	it("follows detached processes itself, because there is no PID namespace for the init", () => {
		expect(values(unit({}, { systemdVersion: 252, launcher, forks: true }), "Type")).toEqual(["forking"]);
		expect(values(unit({}, { launcher, forks: true }), "Type")).toEqual(["exec"]);
	});
	it("does not get Type=exec before 240", () => {
		expect(values(unit({}, { systemdVersion: 239 }), "Type")).toEqual(["simple"]);
	});
});

describe("the confiner", () => {
	const confiner = { folder: launcher, name: "cagewright-conf-0123456789ab" };
	const inside = "/.launch/cagewright-conf-0123456789ab";

	it("starts first, before the application or its init", () => {
		expect(values(unit({}, { confiner }), "ExecStart")).toEqual([`${inside} /usr/sbin/daemon --foreground`]);
		expect(values(unit({}, { confiner, launcher }), "ExecStart")).toEqual([
			`${inside} /.launch/cagewright-init / /usr/sbin/daemon --foreground`,
		]);
		expect(values(unit({}, { confiner, launcher, sockets: ["a.socket"] }), "ExecStart")).toEqual([
			`${inside} /.launch/cagewright-init-open / /usr/sbin/daemon --foreground`,
		]);
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
