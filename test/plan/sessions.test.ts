import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { User } from "../../src/base/machine/facts.ts";
import type { Path } from "../../src/base/path/path.ts";
import { passwordCheck, servesNamedAccounts, signInCommand, signInTrace, signInUnit } from "../../src/plan/sessions.ts";
import { type Making, makeElf } from "./elf/make-elf.ts";
import { type Did, planFor, rules, trace } from "./traces.ts";
import { file, link, node, tree } from "./tree.ts";

const interpreter = "/lib64/ld-linux-x86-64.so.2";
const program = (imports: readonly string[], more: Making = {}, text = "") =>
	file(Buffer.concat([makeElf({ interpreter, imports, ...more }), Buffer.from(`\0${text}\0`)]), { mode: 0o755 });
const library = (imports: readonly string[]) => file(makeElf({ imports, soname: "lib.so.0" }));

/** Imports of the programs in Debian 13's packages. */
const host = tree({
	"/dev/null": node(1, 3),
	"/bin": link("usr/bin"),
	"/lib64": link("usr/lib64"),
	"/usr/lib64/ld-linux-x86-64.so.2": file(makeElf({ soname: "ld-linux-x86-64.so.2" })),
	"/usr/sbin/sshd": program(["execv", "getpwnam"], {}, "/usr/lib/openssh/sshd-session"),
	"/usr/lib/openssh/sshd-session": program(["pam_start", "pam_open_session", "initgroups", "setresuid", "logwtmp"]),
	"/usr/sbin/dropbear": program(["crypt", "getspnam", "getusershell", "initgroups", "logwtmp"]),
	"/usr/sbin/cron": program(["pam_start", "pam_open_session", "initgroups", "execvp"]),
	"/usr/sbin/in.telnetd": program(["execv", "logwtmp", "openpty"], {}, "/bin/login"),
	"/usr/bin/login": program(["pam_open_session"]),
	"/usr/bin/su": program(["pam_open_session", "updwtmpx"]),
	"/usr/lib/xrdp/xrdp-sesexec": program(["execvp"], { needed: ["libsesman.so.0"], runpath: "/usr/lib/xrdp" }),
	"/usr/lib/xrdp/libsesman.so.0": library(["pam_open_session", "initgroups"]),
	"/usr/sbin/smbd": program(["setgroups"], { needed: ["libauth.so.0"], runpath: "/usr/lib/samba" }),
	"/usr/lib/samba/libauth.so.0": library(["pam_open_session"]),
	"/usr/lib/postgresql/postgres": program(["pam_start", "pam_authenticate", "pam_acct_mgmt", "getpwuid"]),
	"/usr/sbin/slapd": program(["crypt", "getspnam", "initgroups", "setuid", "chroot"]),
	"/usr/sbin/cupsd": program(["pam_start", "pam_authenticate", "pam_setcred", "execlp"]),
	"/usr/bin/starter": program(["execv"], {}, "/bin/su"),
	"/usr/bin/busybox": program(["pututxline", "updwtmpx", "initgroups"]),
	"/usr/bin/httpd": link("busybox"),
	"/usr/bin/crond": link("busybox"),
	"/etc/shadow": "",
	"/etc/pam.d/cups": "",
	"/usr/sbin/saslauthd": program(["getspnam", "pam_authenticate"]),
	"/usr/sbin/printd": program(["pam_start", "pam_authenticate"], {}, "cups"),
});

describe("a command opens sessions", () => {
	test.each([
		["/usr/sbin/sshd -D", "/usr/lib/openssh/sshd-session", "pam_open_session"],
		["/usr/sbin/dropbear -F", "/usr/sbin/dropbear", "logwtmp"],
		["/usr/sbin/cron -f", "/usr/sbin/cron", "pam_open_session"],
		["/usr/bin/systemd-socket-activate -l 23 --inetd /usr/sbin/in.telnetd", "/usr/sbin/in.telnetd", "logwtmp"],
		["/usr/lib/xrdp/xrdp-sesexec", "/usr/lib/xrdp/xrdp-sesexec", "pam_open_session"],
		["/usr/bin/busybox crond -f", "/usr/bin/busybox", "crond"],
		["/usr/bin/crond -f", "/usr/bin/busybox", "crond"],
	])("%s", (line, opens, shows) => expect(signInCommand(line.split(" "), host)).toEqual({ program: opens, shows }));
});

test.each([
	"/usr/sbin/smbd",
	"/usr/lib/postgresql/postgres",
	"/usr/sbin/slapd -u openldap",
	"/usr/sbin/cupsd -l",
	"/usr/bin/starter",
	"/bin/su app -c /usr/sbin/slapd",
	"/usr/bin/busybox httpd -f",
	"/usr/bin/httpd",
	"/usr/bin/missing",
])("a command opens none: %s", (line) => expect(signInCommand(line.split(" "), host)).toBeUndefined());

const users: User[] = [
	{ name: "www-data", uid: 33, gid: 33, gecos: "", home: "/var/www", shell: "/usr/sbin/nologin" },
	{ name: "ana", uid: 1000, gid: 1000, gecos: "", home: "/home/ana", shell: "/bin/bash" },
];
const sign = (did: Record<string, Did>, seen: Parameters<typeof trace>[1] = {}) => signInTrace(trace(did, seen), users, host);
const ran = (...paths: string[]) => ({ programs: new Set(paths as Path[]) });

describe("a trace shows sessions", () => {
	test("if a program was started that opens them, except for one that switches to the account that its caller names", () => {
		expect(sign({}, ran("/usr/bin/starter", "/usr/lib/openssh/sshd-session"))?.program).toBe("/usr/lib/openssh/sshd-session");
		expect(sign({}, ran("/usr/bin/starter", "/usr/bin/su", "/usr/bin/busybox"))).toBeUndefined();
	});
	test("if a login record was written", () => {
		expect(sign({ "/var/log/wtmp": "write" })?.shows).toBe("/var/log/wtmp");
		expect(sign({ "/var/log/wtmp": "read" })).toBeUndefined();
	});
	test("if passwords were read and the application became a person", () => {
		expect(sign({ "/etc/shadow": "read" }, { uids: new Set([0, 1000]) })?.shows).toBe("/etc/shadow");
		expect(sign({ "/etc/shadow": "read" }, { uids: new Set([0, 33]) })).toBeUndefined();
		expect(sign({ "/etc/shadow": "look" }, { uids: new Set([0, 1000]) })).toBeUndefined();
	});
});

test("a unit that opens a PAM session says so in its setting", () => {
	expect(signInUnit("x.service", ["[Service]\nUser=ana\n", "[Service]\n PAMName = login\n"])).toEqual({
		program: "x.service",
		shows: "PAMName=",
	});
	expect(signInUnit("x.service", ["[Service]\n# PAMName=login\nPAMName=\nExecStart=x PAMName=y\n"])).toBeUndefined();
});

describe("the accounts that a server serves", () => {
	const served = (accounts: string[], uids: number[], codes: string[] = []) =>
		servesNamedAccounts({ accounts, users, trace: { uids: new Set(uids) }, notes: codes.map((code) => ({ code, values: {} })) });
	test("are the named ones if the trace shows a session of one of them", () => {
		expect(served(["user:ana"], [0, 1000])).toBe(true);
		expect(served(["user:ana"], [0, 33])).toBe(false);
		expect(served(["group:ana"], [0, 1000])).toBe(false);
		expect(served([], [0, 1000])).toBe(false);
	});
	test("are not those that were added because everybody may log in", () =>
		expect(served(["user:ana"], [0, 1000], ["people-logins"])).toBe(false));
});

test("a plan notes sessions, unless it serves named accounts", () => {
	const codes = (accounts: string[]) => {
		const seen = trace({ "/usr/sbin/sshd": "execute" }, { ...ran("/usr/lib/openssh/sshd-session"), uids: new Set([0, 1000]) });
		return planFor(host, seen, { users, rules: rules({ accounts }) }).notes.map(({ code }) => code);
	};
	expect(codes([])).toContain("opens-sessions");
	expect(codes(["user:ana"])).not.toContain("opens-sessions");
});

test("no program confuses the search, however it is damaged", () => {
	const whole = makeElf({ interpreter, imports: ["pam_open_session", "read"], needed: ["libc.so.6"] });
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 20 }),
			fc.nat(whole.length),
			(edits, cut) => {
				const bytes = Buffer.from(whole);
				for (const [at, value] of edits) bytes[at] = value;
				const files = tree({ "/x": file(bytes.subarray(0, cut), { mode: 0o755 }) });
				const found = signInCommand(["/x"], files);
				expect(found === undefined || found.program === "/x").toBe(true);
			},
		),
	);
});

describe("a service checks passwords", () => {
	const check = (did: Record<string, Did>, seen: Parameters<typeof trace>[1] = {}) => passwordCheck(trace(did, seen), host);

	test("if it read them, or the configuration of PAM", () => {
		expect(check({ "/etc/shadow": "read" })?.shows).toBe("/etc/shadow");
		expect(check({ "/etc/pam.d/other": "read" })?.shows).toBe("/etc/pam.d/other");
		expect(check({ "/etc/shadow": "look", "/etc/passwd": "read" })).toBeUndefined();
	});
	test("if its program calls PAM for a service that is configured", () => {
		const found = { program: "/usr/sbin/printd", shows: "pam_authenticate" };
		expect(check({}, ran("/usr/sbin/printd"))).toEqual(found);
		expect(check({}, ran("/usr/lib/postgresql/postgres", "/usr/sbin/slapd", "/usr/sbin/saslauthd"))).toBeUndefined();
	});
	test("which the plan says, with the options for an account", () => {
		const noteIn = (allowSecret: readonly string[]) => {
			const seen = trace({ "/usr/sbin/saslauthd": "execute", "/etc/shadow": "read" });
			const plan = planFor(host, seen, { rules: rules({ allowSecret }) });
			return plan.notes.find(({ code }) => code === "unproven-passwords");
		};
		expect(noteIn([])?.values.options).toContain("--allow-secret /etc/shadow --accept-finding shadow-file:/etc/shadow");
		expect(noteIn(["/etc/shadow"])).toBeUndefined();
	});
});
