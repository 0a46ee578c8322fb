import { describe, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { explainName, explainTrial } from "../../src/explain/explain.ts";
import { explainPath, type PathFacts } from "../../src/explain/path.ts";
import { subjectOfPermission } from "../../src/plan/permission-words.ts";
import { cageOf, entry, manifestOf, plan, trialOf, writable } from "../cage/plans.ts";

const { application, rules } = plan([]);
const cage = cageOf();

const entries = [
	entry("/bin", { kind: "symlink", target: pathFromText("usr/bin") }),
	entry("/usr/bin/app", { mode: 0o755 }),
	entry("/etc/app.key", { mode: 0o640 }),
	entry("/dev/null", { kind: "device", mode: 0o666, device: { type: "c", major: 1, minor: 3 } }),
];

const manifest = manifestOf(plan(entries), {
	writable: [writable("/var/lib/app")],
	binds: [{ path: "/srv/pages", access: "ro" }],
	permissions: { capabilities: [{ name: "net_bind_service", why: "bind 80" }] },
});

/** The place after links, the reason of an absence, the mount, the possible uses, and the refused ones with layers and option. */
function explained(path: string, facts: Partial<PathFacts> = {}) {
	const all = { manifest, plan: plan(entries), trace: undefined, onHost: undefined, ...facts };
	const { absence, cover, may, place, refusals } = explainPath(pathFromText(path), all);
	const refused = refusals.map(({ layers, option, what }) => `${what}: ${layers.join("+")}${option ? `, ${option}` : ""}`);
	return { place: `${place}`, absence: absence?.kind, mount: cover.mount, may: may.join(), refused };
}

const secret = entry("/etc/app/key", { decision: "declined" });
const withoutSecret = plan([secret], { declined: [{ path: secret.path, risk: "secret" }] });
const excluding = plan([], { rules: { ...rules, exclude: ["/opt/**"] } });
const owned = { kind: "file", mode: 0o755, uid: 900, gid: 900 } as const;
const hosts = { kind: "file", mode: 0o644, uid: 0, gid: 0 } as const;
const shadow = "read: absent, --include /etc/shadow --allow-secret /etc/shadow";
const program: Partial<ReturnType<typeof explained>> = {
	place: "/usr/bin/app",
	absence: undefined,
	mount: "cage",
	may: "read,execute",
	refused: ["write: mount+landlock+owner-or-mode"],
};

const data: Partial<ReturnType<typeof explained>> = { mount: "data", may: "read,write", refused: ["execute: mount"] };

describe("a path", () => {
	test.each<[string, string, Partial<PathFacts>, Partial<ReturnType<typeof explained>>]>([
		["a program, via the cage's own links", "/bin/app", {}, program],
		["a file whose owner and mode forbid reading", "/etc/app.key", {}, { refused: ["read: owner-or-mode", expect.anything()] }],
		[
			"a file that was never used",
			"/srv/other/f",
			{ onHost: [] },
			{ absence: "untouched", refused: ["read: absent, --include /srv/other/f", "write: absent, --writable /srv/other"] },
		],
		["a secret that was never used", "/etc/shadow", { onHost: ["secret"] }, { refused: [shadow, expect.anything()] }],
		[
			"a secret that was left out",
			"/etc/app/key",
			{ plan: withoutSecret, onHost: ["secret"] },
			{ absence: "declined", refused: ["read: absent, --allow-secret /etc/app/key", "write: absent"] },
		],
		["an excluded file", "/opt/x", { plan: excluding, onHost: [] }, { absence: "excluded" }],
		["a file that the host lacks", "/opt/x", {}, { absence: "not-on-host" }],
		["a kernel file", "/proc/self/stat", { onHost: [] }, { absence: "kernel" }],
		["the application's data", "/var/lib/app/tool", { inData: owned }, data],
		["a bind", "/srv/pages/index.html", { inHost: hosts }, { mount: "bind", absence: undefined, may: "read" }],
		["a missing file of a bind", "/srv/pages/none", {}, { mount: "bind", absence: "not-on-host" }],
		["the launcher's /dev", "/dev/null", {}, { mount: "devices", may: "read,write" }],
		["/tmp", "/tmp/f", {}, { mount: "temporary", may: "read,write" }],
		[
			"a device that the plan does not have",
			"/dev/rtc0",
			{ onHost: ["device"] },
			{ absence: "untouched", may: "", refused: ["read: absent, --device /dev/rtc0", "write: absent, --device /dev/rtc0"] },
		],
		["a device that the host lacks", "/dev/none", {}, { absence: "not-on-host", may: "" }],
		["a link of the launcher", "/dev/stdout", {}, { absence: undefined }],
	])("is explained: %s", (_, path, facts, expected) => expect(explained(path, facts)).toMatchObject(expected));

	test("that is empty at each start may be written by everybody, whatever the cage has there", () => {
		const own = { ...manifest, entries: [...entries, entry("/tmp", { kind: "directory", mode: 0o755 })] };
		for (const path of ["/tmp", "/var/tmp", "/dev/shm"])
			expect(explained(path, { manifest: own })).toMatchObject({ mount: "temporary", may: "read,write", absence: undefined });
	});

	test.each([
		["/proc/self/stat", "proc"],
		["/sys/kernel", "sys"],
		["/proc/loadavg", "kernel-proc"],
	])("of the kernel needs the permission that shows it: %s", (path, word) => {
		expect(explained(path).refused).toContain(`read: absent, --allow ${word}`);
	});
});

test("a permission is recognised by the word of --allow", () => {
	const words = [
		"proc",
		"unix-sockets",
		"netlink",
		"syslog",
		"memfd",
		"writable-code",
		"capability:CHOWN",
		"call:bpf",
		"/etc/passwd",
	];
	expect(words.map(subjectOfPermission)).toEqual([
		"/proc",
		"socket",
		"socket",
		"/dev/log",
		"memfd_create",
		"mprotect",
		"CHOWN",
		"bpf",
		"/etc/passwd",
	]);
});

describe("a name", () => {
	test("of a call explains whether the filter refuses it", () => {
		const denials = [{ answer: "EPERM", why: "other-processes" }];
		expect(explainName("ptrace", cage, manifest)).toMatchObject([{ subject: "call", denials, opened: false }]);
		const opened = { ...manifest, permissions: { ...manifest.permissions, memfd: "memfd_create" } };
		expect(explainName("memfd_create", cage, opened)).toMatchObject([{ denials: [], opened: true }]);
	});

	test("of a call explains which rule of a filter for this application decides", () => {
		const calls = { made: ["accept4", "ptrace"], allowed: ["mlock"] };
		const narrow = { ...manifest, permissions: { ...manifest.permissions, calls } };
		const explainedCall = (name: string) => explainName(name, cage, narrow)[0];
		expect(explainedCall("read")).toMatchObject({ denials: [], permittedBy: { rule: "base" } });
		expect(explainedCall("accept4")).toMatchObject({ permittedBy: { rule: "made" } });
		expect(explainedCall("listen")).toMatchObject({ permittedBy: { rule: "group", group: "network-io", example: "accept4" } });
		expect(explainedCall("mlock")).toMatchObject({ permittedBy: { rule: "allowed" } });
		// Permitted for some arguments.
		expect(explainedCall("ioctl")).toMatchObject({ permittedBy: { rule: "base" }, denials: [{ why: "terminal-injection" }] });
		expect(explainedCall("msgget")).toMatchObject({
			denials: [{ answer: "EPERM", why: "not-observed" }],
			refusals: [{ layers: ["seccomp"], option: "--allow call:msgget" }],
		});
		expect(explainedCall("ptrace")).not.toHaveProperty("permittedBy");
		expect(explainedCall("ptrace")).toMatchObject({ denials: [{ answer: "EPERM", why: "other-processes" }] });
		expect(explainedCall("bpf")).toMatchObject({ denials: [{ answer: "kill", why: "kernel-interfaces" }] });
		expect(explainName("read", cage, manifest)[0]).not.toHaveProperty("permittedBy");
	});

	test("of a network call explains that there is no network, and how to get one", () => {
		const without = { ...cage, application: { ...application, network: "none" as const } };
		const [call] = explainName("socket", without, manifest);
		const refusal = { what: "socket", layers: ["network"], option: "--network host" };
		expect(call).toMatchObject({ refusals: expect.arrayContaining([refusal]) });
	});

	test("of a capability explains whether it is kept, and why", () => {
		expect(explainName("CAP_NET_BIND_SERVICE", cage, manifest)).toMatchObject([{ subject: "capability", kept: "bind 80" }]);
		expect(explainName("net_admin", cage, manifest)).toEqual([{ subject: "capability", name: "net_admin", startsAsRoot: false }]);
	});

	test("of bind explains that only ports of the plan are permitted", () => {
		const permissions = { ...manifest.permissions, tcpPorts: [80] };
		const refusals = [{ what: "bind", layers: ["landlock"], option: "--allow port:NUMBER" }];
		expect(explainName("bind", cage, { ...manifest, permissions })).toMatchObject([{ name: "bind", refusals }]);
		expect(explainName("bind", cage, manifest)).toMatchObject([{ refusals: [] }]);
	});

	test("of both is explained as both, and an unknown one not at all", () => {
		expect(explainName("chroot", cage, manifest).map(({ subject }) => subject)).toEqual(["call"]);
		expect(explainName("syslog", cage, manifest).map(({ subject }) => subject)).toEqual(["call", "capability"]);
		expect(explainName("nonsense", cage, manifest)).toEqual([]);
	});
});

test("each refusal of a trial has its layers and the option that allows it", () => {
	const missing = [
		{ kind: "absent", what: "/etc/app/key", call: "openat", error: "ENOENT", declined: true },
		{ kind: "read-only", what: "/var/log/app/log", call: "openat", error: "EROFS", declined: false },
		{ kind: "absent", what: "/srv/app/conf", call: "openat", error: "ENOENT", declined: false },
		{ kind: "absent", what: "/var/lib/app/pid", call: "openat", error: "ENOENT", declined: false },
		{ kind: "filtered", what: "mount", call: "mount", error: "EPERM", declined: false },
		{ kind: "port", what: "bind 8080", call: "bind 8080", error: "EACCES", declined: false },
	] as const;
	const declined = new Map([["/etc/app/key", "--allow-secret /etc/app/key"]]);
	expect(explainTrial(trialOf({ answered: false, missing }), declined, manifest)).toEqual([
		{ what: "/etc/app/key", layers: ["absent"], option: "--allow-secret /etc/app/key" },
		{ what: "/var/log/app/log", layers: ["mount", "landlock"], option: "--writable /var/log/app" },
		{ what: "/srv/app/conf", layers: ["absent"], option: "--include /srv/app/conf" },
		// The application creates files of its data itself.
		{ what: "/var/lib/app/pid", layers: ["absent"] },
		{ what: "mount", layers: ["seccomp"] },
		{ what: "bind 8080", layers: ["landlock"], option: "--allow port:8080" },
	]);
});
