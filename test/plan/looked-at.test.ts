import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { cageEntries } from "../../src/cage/layout.ts";
import { findMissing } from "../../src/plan/find-missing.ts";
import type { Addition, Plan } from "../../src/plan/plan.ts";
import { optionsToInclude } from "../../src/plan/risks.ts";
import { application, type Did, entryAt, planFor, rules, trace } from "./traces.ts";
import { directory, file, link, type Node, tree } from "./tree.ts";

const mebibyte = 2 ** 20;
const key = "-----BEGIN RSA PRIVATE KEY-----\n";
const host: Record<string, Node> = {
	"/usr/sbin/dialler": file("\x7fELF", { mode: 0o4754, size: mebibyte / 2 }),
	"/usr/sbin/mailer": file("\x7fELF", { mode: 0o4755, size: 2 * mebibyte }),
	"/usr/lib/app/router": file("\x7fELF", { mode: 0o755, size: 3 * mebibyte }),
	"/usr/sbin/sendmail": link("mailer"),
	"/etc/app/key.pem": file(key, { mode: 0o600 }),
};
const tested = (calls: string): Did => ({ did: "look", calls: [calls] });
const plan = (did: Record<string, Did>, values: Parameters<typeof planFor>[2] = {}, more: Record<string, Node> = {}) =>
	planFor(tree({ ...host, ...more }), trace(did), values);
const modeInCage = (made: Plan, path: string) => cageEntries(made).find((one) => one.path === pathFromText(path))?.mode;

describe("a program that was only looked at", () => {
	test("goes in as a copy without its setuid bit", () => {
		const made = plan({ "/usr/sbin/dialler": tested("faccessat2") });
		expect(modeInCage(made, "/usr/sbin/dialler")).toBe(0o754);
		expect(entryAt(made, "/usr/sbin/dialler")).toMatchObject({ decision: "include", risks: [] });
		expect(made.declined).toEqual([]);
	});
	test("keeps the bit that the administrator allows", () => {
		const values = { rules: rules({ allowSetuid: ["/usr/sbin/dialler"] }) };
		expect(modeInCage(plan({ "/usr/sbin/dialler": "look" }, values), "/usr/sbin/dialler")).toBe(0o4754);
	});
	test("needs permission as soon as it was executed, under any name", () => {
		const did = { "/usr/sbin/dial": tested("access"), "/usr/sbin/dialler": "execute" };
		const made = plan(did, {}, { "/usr/sbin/dial": link("dialler") });
		expect(made.declined).toEqual([{ path: "/usr/sbin/dialler", risk: "setuid" }]);
	});
	test("stays out while it is large, with the option that includes it", () => {
		const made = plan({ "/usr/lib/app/router": tested("faccessat2") });
		expect(made.declined).toEqual([{ path: "/usr/lib/app/router", risk: "large" }]);
		expect(optionsToInclude(pathFromText("/usr/lib/app/router"), made)).toEqual(["--include /usr/lib/app/router"]);
	});
	test.each([
		["/usr/lib/app/router", "/usr/lib/app/router", 0o755],
		["/usr/sbin/sendmail", "/usr/sbin/mailer", 0o755],
	])("goes in although it is large if a trial fails without it: %s", (named, path, mode) => {
		const did = { [named]: tested("faccessat2") };
		const first = plan(did);
		expect(modeInCage(first, path)).toBeUndefined();
		const failed = trace({ [named]: { did: "ENOENT:look", calls: ["faccessat2"] } });
		const missing = findMissing({ host: trace(did), cage: failed }, first, tree(host), 1);
		const additions = missing.flatMap(({ remedy }): Addition[] => (remedy ? [remedy] : []));
		expect(modeInCage(plan(did, { additions }), path)).toBe(mode);
	});
	test("never is a secret", () => {
		const made = plan({ "/etc/app/key.pem": "look" });
		expect(made.declined).toEqual([{ path: "/etc/app/key.pem", risk: "secret" }]);
		expect(optionsToInclude(pathFromText("/etc/app/key.pem"), made)).toEqual(["--allow-secret /etc/app/key.pem"]);
	});
});

describe("a sweep", () => {
	/** What looks is a program that this daemon starts. */
	const helper = { application: { ...application, command: ["/usr/sbin/daemon"] } };
	const names = (directory: string, count: number) => Array.from({ length: count }, (_, index) => `${directory}/f${index}`);
	const files = (paths: readonly string[]) => Object.fromEntries(paths.map((path) => [path, file("x", { mode: 0o755 })]));
	const looks = (paths: readonly string[], call = "newfstatat") => Object.fromEntries(paths.map((path) => [path, tested(call)]));
	const includedOf = (made: Plan, paths: readonly string[]) =>
		paths.filter((path) => entryAt(made, path)?.decision === "include").length;

	test("of listed directories stays out, but not what it opened or asked for its rights", () => {
		const paths = names("/usr/share/other", 50);
		const did = {
			...looks(paths),
			"/usr/share/other": "list",
			"/usr/share/other/f1": "look read",
			"/usr/share/other/f2": tested("faccessat2"),
		};
		const made = plan(did, helper, files(paths));
		expect(paths.filter((path) => entryAt(made, path))).toEqual(["/usr/share/other/f1", "/usr/share/other/f2"]);
	});
	test("of names from a database stays out", () => {
		const paths = names("/usr/share/other", 200);
		expect(includedOf(plan(looks(paths), helper, files(paths)), paths)).toBe(0);
	});
	test("is more than a few files", () => {
		const paths = names("/usr/share/other", 15);
		expect(includedOf(plan({ ...looks(paths), "/usr/share/other": "list" }, helper, files(paths)), paths)).toBe(15);
	});
	test("by the daemon itself is an index, and goes in", () => {
		const paths = names("/usr/share/other", 50);
		expect(includedOf(plan({ ...looks(paths), "/usr/share/other": "list" }, {}, files(paths)), paths)).toBe(50);
	});
	test("does not count links whose targets were opened, as Java resolves them itself", () => {
		const links = names("/usr/share/app/lib", 50);
		const targets = names("/usr/share/java", 50);
		const nodes = Object.fromEntries(links.map((path, index) => [path, link(`../../java/f${index}`)]));
		const did = {
			...looks(links, "readlink"),
			"/usr/share/app/lib": "list",
			...Object.fromEntries(targets.map((path) => [path, "read"])),
		};
		expect(includedOf(plan(did, helper, { ...files(targets), ...nodes }), links)).toBe(50);
	});
	test("by the program that a start script becomes goes in", () => {
		const paths = names("/usr/share/other", 50);
		const did = trace({ ...looks(paths), "/usr/share/other": "list" }, { mainPrograms: new Set([pathFromText("/usr/bin/app")]) });
		expect(includedOf(planFor(tree({ ...host, ...files(paths) }), did, helper), paths)).toBe(50);
	});
	test("of a directory that the command names goes in", () => {
		const paths = names("/opt/pages", 50);
		const did = { ...looks(paths), "/opt/pages": "list" };
		const values = { application: { ...application, command: ["/usr/sbin/daemon", "--root=/opt/pages"] } };
		expect(includedOf(plan(did, values, files(paths)), paths)).toBe(50);
	});
	test("does not count sources whose byte code was read", () => {
		const paths = names("/opt/app", 150).map((path) => `${path}.py`);
		const codes = paths.map((path) => path.replace(/\/(f\d+)\.py$/, "/__pycache__/$1.cpython-313.pyc"));
		const did = { ...looks(paths), ...Object.fromEntries(codes.map((path) => [path, "read"])) };
		expect(includedOf(plan(did, helper, { ...files(paths), ...files(codes) }), paths)).toBe(150);
	});
});

test("a cage answers each test as the host, or the plan names the option for it", () => {
	const path = fc.constantFrom(..."abcdefgh").map((name) => `/usr/lib/app/${name}`);
	const node = fc.record({
		mode: fc.constantFrom(0o644, 0o755, 0o4755, 0o2755, 0o600, 0o4711),
		size: fc.constantFrom(0, 100, mebibyte, 2 * mebibyte, 80 * mebibyte),
		content: fc.constantFrom("", "#!/bin/sh\n", "\x7fELF", key),
	});
	const access = fc.constantFrom<Did>(
		tested("newfstatat"),
		tested("access"),
		tested("faccessat2"),
		{ did: "look execute", calls: ["access", "execve"] },
		{ did: "look read", calls: ["stat", "openat"] },
	);
	fc.assert(
		fc.property(fc.dictionary(path, node), fc.dictionary(path, access), (nodes, did) => {
			const all = Object.entries(nodes).map(([name, { content, ...values }]) => [name, file(content, values)] as const);
			const files = tree(Object.fromEntries(all));
			const made = planFor(files, trace(did));
			for (const name of Object.keys(did)) {
				const place = pathFromText(name);
				const status = files.status(place);
				if (!status) continue;
				const mode = modeInCage(made, name);
				if (mode === undefined) expect(optionsToInclude(place, made), name).not.toEqual([]);
				else expect(mode, name).toBe(status.mode & 0o777);
			}
		}),
	);
});

const files = tree({
	"/usr/share/doc/shop": directory(),
	"/usr/share/doc/shop/index": "content",
	"/usr/share/doc/shopping/index": "content",
	"/usr/share/man/man1/ls.1": "a page",
	"/etc/shop.conf": "root /usr/share/doc/shop;\n",
	"/etc/other.conf": "# See /usr/share/doc/shop/README and /usr/share/doc/shopp.\n",
});

const did = {
	"/usr/share/doc/shop": "list",
	"/usr/share/doc/shop/index": "look",
	"/usr/share/doc/shopping/index": "look",
	"/usr/share/man/man1/ls.1": "look",
};

const documents = (values: object, more = {}) => {
	const plan = planFor(files, trace({ ...did, ...more }), { application: { ...application, ...values } });
	return plan.entries.map(({ path }) => path).filter((path) => /index$|\.1$/.test(path));
};

test.each([
	["by a word", { command: ["/usr/bin/app", "/usr/share/doc/shop"] }, {}],
	["by an option's value", { command: ["/usr/bin/app", "--directory=/usr/share/doc/shop/"] }, {}],
	["relative to the working directory", { command: ["/usr/bin/app", "doc/shop"], cwd: "/usr/share" }, {}],
	["as the working directory", { command: ["/usr/bin/app"], cwd: "/usr/share/doc/shop" }, {}],
	["by a variable", { command: ["/usr/bin/app"], env: { ROOT: "/usr/share/doc/shop" } }, {}],
	["by a configuration file", { command: ["/usr/bin/app"] }, { "/etc/shop.conf": "read" }],
])("documentation that is named %s is content", (_, values, more) => {
	expect(documents(values, more)).toEqual(["/usr/share/doc/shop/index"]);
});

test("all documentation can be named", () => {
	const both = ["/usr/share/doc/shop/index", "/usr/share/doc/shopping/index"];
	expect(documents({ command: ["/usr/bin/app", "--root", "/usr/share/doc"] })).toEqual(both);
});

test("documentation that the application only meets stays out", () => {
	expect(documents({ command: ["/usr/bin/app", "/usr/share/doc/sho"] })).toEqual([]);
	expect(documents({ command: ["/usr/bin/app"] }, { "/etc/other.conf": "read" })).toEqual([]);
	expect(documents({ command: ["/usr/bin/app", "--name", "shop"] })).toEqual([]);
});
