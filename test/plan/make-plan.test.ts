import { describe, expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import { cageEntries } from "../../src/cage/layout.ts";
import { describeAddition, remedies } from "../../src/make/engine/remedies.ts";
import type { Missing } from "../../src/plan/missing.ts";
import type { Addition, Plan } from "../../src/plan/plan.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { absent, roundOf } from "../cage/plans.ts";
import { messagesIn } from "../texts.ts";
import { type Making, makeElf } from "./elf/make-elf.ts";
import { application, type Did, entryAt, included, planFor, rules, trace, writableOf } from "./traces.ts";
import { file, link, type Node, node, tree } from "./tree.ts";

const loader = "/lib64/ld-linux-x86-64.so.2";
const elf = (making: Making) => file(makeElf(making), { mode: 0o755 });
const program = (library: string, more: Making = {}) => elf({ interpreter: loader, needed: [library], ...more });
const host = {
	"/dev/null": node(1, 3),
	"/lib": link("usr/lib"),
	"/lib64": link("usr/lib64"),
	"/usr/lib64/ld-linux-x86-64.so.2": elf({ soname: "ld-linux-x86-64.so.2" }),
	"/usr/lib/x86_64-linux-gnu/libbig.so.1": link("libbig.so.1.0"),
	"/usr/lib/x86_64-linux-gnu/libbig.so.1.0": file(makeElf({ soname: "libbig.so.1" }), { size: 5 * 2 ** 20 }),
	"/usr/bin/app": program("libbig.so.1"),
	"/usr/bin/script": "#!/usr/bin/app -x\n",
	"/etc/app/a": "a",
	"/etc/app/b": "b",
	"/var/lib/app/db": "d",
};

type Values = Parameters<typeof planFor>[2];
/** The plan of this host with more files, for these accesses. */
const plan = (did: Record<string, Did>, values: Values = {}, seen: Partial<Trace> = {}, more: Record<string, Node> = {}) =>
	planFor(tree({ ...host, ...more }), trace(did, seen), values);

test("manual pages and translations stay out if they were only looked at, and go in if they were read", () => {
	const page = "/usr/share/man/man1/app.1.gz";
	const words = "/usr/share/locale/de/LC_MESSAGES/app.mo";
	const made = plan({ "/usr/bin/app": "execute", [page]: "look", [words]: "read" }, {}, {}, { [page]: "x", [words]: "x" });
	expect(entryAt(made, page)).toBeUndefined();
	expect(entryAt(made, words)?.decision).toBe("include");
});

describe("files that no trace shows", () => {
	test("include the programs' loader, libraries and interpreters, with the files that need them", () => {
		const made = plan({ "/usr/bin/script": "execute" });
		expect(Object.entries(included(made)).flatMap(([path, kind]) => (kind === "directory" ? [] : `${path} ${kind}`))).toEqual([
			"/lib -> usr/lib",
			"/lib64 -> usr/lib64",
			"/usr/bin/app file",
			"/usr/bin/script file",
			"/usr/lib/x86_64-linux-gnu/libbig.so.1 -> libbig.so.1.0",
			"/usr/lib/x86_64-linux-gnu/libbig.so.1.0 file",
			"/usr/lib64/ld-linux-x86-64.so.2 file",
		]);
		expect(entryAt(made, "/usr/bin/app")?.reasons).toEqual([{ kind: "interpreter-of", by: "/usr/bin/script" }]);
		const library = entryAt(made, "/usr/lib/x86_64-linux-gnu/libbig.so.1.0");
		expect(library?.reasons).toEqual([{ kind: "needed-by", by: "/usr/bin/app" }]);
	});
	test("include the loader and libraries of a program that the application executes after its chroot", () => {
		const jail = {
			"/srv/jail/bin/app": program("libbig.so.1"),
			"/srv/jail/lib64": link("usr/lib64"),
			"/srv/jail/usr/lib64/ld-linux-x86-64.so.2": elf({ soname: "ld-linux-x86-64.so.2" }),
			"/srv/jail/lib/libbig.so.1": elf({ soname: "libbig.so.1" }),
		};
		const made = plan({ "/srv/jail/bin/app": "execute" }, {}, { chroots: new Set(["/srv/jail" as Path]) }, jail);
		expect(Object.keys(included(made)).filter((path) => path.startsWith("/srv/jail/"))).toEqual([
			"/srv/jail/bin",
			"/srv/jail/bin/app",
			"/srv/jail/lib",
			"/srv/jail/lib/libbig.so.1",
			"/srv/jail/lib64",
			"/srv/jail/usr",
			"/srv/jail/usr/lib64",
			"/srv/jail/usr/lib64/ld-linux-x86-64.so.2",
		]);
		const interpreter = entryAt(made, "/srv/jail/usr/lib64/ld-linux-x86-64.so.2");
		expect(interpreter?.reasons).toEqual([{ kind: "interpreter-of", by: "/srv/jail/bin/app" }]);
	});
	test("include a large library that the trace only saw looked at", () => {
		const made = plan({ "/usr/bin/app": "execute", "/lib/x86_64-linux-gnu/libbig.so.1": "look" });
		expect(entryAt(made, "/usr/lib/x86_64-linux-gnu/libbig.so.1.0")).toMatchObject({ decision: "include", risks: [] });
	});
	test("include libraries on a search path relative to the working directory", () => {
		const own = { "/srv/lib/libown.so": elf({ soname: "libown.so" }), "/srv/app": program("libown.so") };
		const values = { application: { ...application, cwd: "/srv", env: { LD_LIBRARY_PATH: "lib" } } };
		const made = plan({ "/srv/app": "execute" }, values, {}, own);
		expect(entryAt(made, "/srv/lib/libown.so")?.reasons).toEqual([{ kind: "needed-by", by: "/srv/app" }]);
	});
	test("include required dlopen libraries, and recommended ones are offered unless the trace saw them", () => {
		const note = (name: string, priority: string) => JSON.stringify([{ soname: [`lib${name}.so`], feature: name, priority }]);
		const dlopen = [note("must", "required"), note("may", "recommended"), note("seen", "recommended"), note("can", "suggested")];
		const needs: Record<string, string[]> = { must: ["libdeep.so"], may: ["libdeep.so", "libdeep2.so"] };
		const names = ["must", "may", "seen", "can", "deep", "deep2"];
		const library = (name: string) => makeElf({ soname: `lib${name}.so`, needed: needs[name] ?? [] });
		const size = (name: string) => library(name).length;
		const libraries = Object.fromEntries(names.map((name) => [`/usr/lib/lib${name}.so`, file(library(name))]));
		const machine = tree({ ...host, ...libraries, "/usr/bin/loads": elf({ interpreter: loader, dlopen }) });
		const seen = trace({ "/usr/bin/loads": "execute", "/lib/libseen.so": "read" });
		const made = planFor(machine, seen);
		const added = Object.keys(included(made)).filter((path) => /lib\w+\.so/.test(path));
		expect(added).toEqual(["deep", "must", "seen"].map((name) => `/usr/lib/lib${name}.so`));
		expect(entryAt(made, "/usr/lib/libmust.so")?.reasons).toEqual([{ kind: "needed-by", by: "/usr/bin/loads" }]);
		expect(made.offers).toEqual([{ kind: "library", path: "/lib/libmay.so", files: 2, bytes: size("may") + size("deep2") }]);
		const taken = planFor(machine, seen, { rules: rules({ include: ["/lib/libmay.so"] }) });
		expect(Object.keys(included(taken))).toEqual(expect.arrayContaining(["/usr/lib/libmay.so", "/usr/lib/libdeep2.so"]));
		expect(taken.offers).toEqual([]);
	});
	test("have reasons with real places, even if a library's search path goes up", () => {
		const bundled = {
			"/opt/app/bin/app": program("libown.so", { runpath: "$ORIGIN/../lib" }),
			"/opt/app/lib/libown.so": elf({ soname: "libown.so", needed: ["libdeep.so"], runpath: "$ORIGIN/../lib/deep" }),
			"/opt/app/lib/deep/libdeep.so": elf({ soname: "libdeep.so" }),
		};
		const made = plan({ "/opt/app/bin/app": "execute" }, {}, {}, bundled);
		expect(entryAt(made, "/opt/app/lib/deep/libdeep.so")?.reasons).toEqual([{ kind: "needed-by", by: "/opt/app/lib/libown.so" }]);
		const named = made.entries.flatMap(({ reasons }) =>
			reasons.flatMap((reason) => (reason.kind === "parent-of" ? [reason.child] : "by" in reason ? [reason.by] : [])),
		);
		expect(named.filter((path) => path.includes(".."))).toEqual([]);
	});
	test("do not include the libraries of a program that is left out", () => {
		const made = plan({ "/usr/bin/app": "execute" }, { rules: rules({ exclude: ["/usr/bin/app"] }) });
		expect(entryAt(made, "/usr/lib64/ld-linux-x86-64.so.2")).toBeUndefined();
	});
});

describe("a plan", () => {
	const seen = {
		"/etc/app/a": "read",
		"/var/lib/app/db": "read write",
		"/lib/x86_64-linux-gnu": "list",
		"/usr/bin/app": "execute",
	} as const;

	test("is the same for the same trace, rules and files", () => {
		expect(plan(seen)).toEqual(plan(seen));
		const backwards = plan(Object.fromEntries(Object.entries(seen).reverse()));
		const parts = (made: Plan) => made.entries.map(({ decision, kind, path }) => [path, kind, decision]);
		expect(parts(backwards)).toEqual(parts(plan(seen)));
		expect([writableOf(backwards), backwards.permissions]).toEqual([writableOf(plan(seen)), plan(seen).permissions]);
	});
	test("changes neither the trace nor the rules", () => {
		const given = trace(seen);
		const asked = rules({ include: ["/etc/app"], binds: [{ path: "/srv/", access: "ro" }] });
		const before = structuredClone({ given, asked });
		planFor(tree(host), given, { rules: asked });
		expect({ given, asked }).toEqual(before);
	});
	test("can be built", () => expect(() => cageEntries(plan(seen))).not.toThrow());
	test("contains what every cage has", () => {
		const paths = cageEntries(planFor(tree({}), trace({}))).map((entry) => entry.path);
		expect(paths).toEqual("/ /.launch /dev /etc /etc/group /etc/nsswitch.conf /etc/passwd /tmp /var /var/tmp".split(" "));
	});
	test("refuses an include that matches nothing", () => {
		const failure = expect.objectContaining({ code: "include-matches-nothing", exit: 2 });
		expect(() => plan({}, { rules: rules({ include: ["/etc/app/*.zip"] }) })).toThrow(failure);
	});
	test("contains the links above a created path and its directory", () => {
		const made = plan({ "/var/run/app.pid": "write create" }, {}, {}, { "/var/run": link("/run"), "/run/other": "" });
		expect(included(made)).toMatchObject({ "/var/run": "-> /run", "/run": "directory" });
		expect(writableOf(made)).toContain("/run");
	});
	test("notes an application that changes its own root", () => {
		const made = plan({}, {}, { chroots: new Set(["/run/sshd"] as never[]) });
		expect(made.notes).toEqual([{ code: "chroots-itself", values: { path: "/run/sshd" } }]);
	});
	test("notes abstract sockets, and why files may be missing from the trace", () => {
		const made = plan({}, {}, { abstractSockets: new Set(["a\n"]), gaps: new Set(["start-up", "io-uring"]) });
		expect(made.notes).toEqual([
			{ code: "abstract-sockets", values: { names: "@a\\n" } },
			{ code: "gap-io-uring", values: {} },
			{ code: "gap-start-up", values: {} },
		]);
		for (const language of ["en", "de"] as const) {
			for (const note of made.notes) expect(messagesIn(language).note(note.code, note.values)).not.toContain(note.code);
		}
	});
	test("includes a device that a trial of an attached application showed to be missing", () => {
		const additions = [{ kind: "path", path: "/dev/urandom" as Path, round: 1, call: "openat" }] as const;
		const made = plan({}, { additions }, {}, { "/dev/urandom": node(1, 9) });
		expect(entryAt(made, "/dev/urandom")).toMatchObject({
			kind: "device",
			decision: "include",
			reasons: [{ kind: "trial", round: 1, call: "openat" }],
		});
	});
	test("explains how an application can use its own chroot unless it does, after earlier notes", () => {
		const named = { ...application, command: ["/usr/sbin/named", "-f"] };
		const known = [{ code: "unit-notify", values: {} }];
		const own = { code: "own-chroot-files", values: { program: "named", setting: "-t DIRECTORY", source: "named(8)" } };
		expect(plan({}, { application: named, notes: known }).notes).toEqual([...known, own]);
		const chroots = new Set(["/var/lib/named"] as never[]);
		expect(plan({}, { application: named }, { chroots }).notes.map(({ code }) => code)).toEqual(["chroots-itself"]);
	});
	test("grants /proc if a trial showed the need, and says for what", () => {
		const made = plan({}, { additions: [{ kind: "opening", name: "proc", round: 1, call: "openat /proc/stat" }] });
		expect(made.permissions.proc).toBe("openat /proc/stat");
		expect(cageEntries(made).map((entry) => entry.path)).toContain("/proc");
		expect(cageEntries(plan({})).map((entry) => entry.path)).not.toContain("/proc");
	});
	test("names the round as reason for what trials found", () => {
		const chown: Addition = { kind: "capability", name: "chown", round: 3, call: "fchown" };
		const made = plan({}, { additions: [{ kind: "path", path: "/etc/app/b" as Path, round: 3, call: "openat" }, chown] });
		expect(entryAt(made, "/etc/app/b")?.reasons).toEqual([{ kind: "trial", round: 3, call: "openat" }]);
		expect(made.permissions.capabilities).toEqual([{ name: "chown", why: "fchown" }]);
	});
});

describe("remedies of a round", () => {
	const path = (name: string): Addition => ({ kind: "path", path: name as never, round: 2, call: "openat" });
	const proc: Addition = { kind: "opening", name: "proc", round: 2, call: "openat /proc/stat" };
	type Row = [Addition | undefined, { declined?: boolean; kind?: Missing["kind"]; unseen?: true; error?: string }?];
	const round = (answered: boolean, ...all: Row[]) =>
		roundOf({ answered, missing: all.map(([remedy, more]) => absent("/x", { ...(remedy ? { remedy } : {}), ...more })) });

	test("are each applied once, and never what was declined or exists already", () => {
		const all = round(false, [path("/a")], [path("/a")], [path("/b"), { declined: true }], [path("/c")], [undefined]);
		expect(remedies(all, [{ ...path("/c"), round: 1 } as Addition])).toEqual([path("/a")]);
	});
	test("grant /proc only if the application does not answer without", () => {
		expect(remedies(round(true, [proc, { kind: "kernel-file" }]), [])).toEqual([]);
		expect(remedies(round(false, [proc, { kind: "kernel-file" }]), [])).toEqual([proc]);
	});
	test("grant a dispensable permission only if the application complained about it", () => {
		const unix: Addition = { kind: "opening", name: "unixSockets", round: 2, call: "socket(AF_UNIX)" };
		const both = round(false, [proc, { kind: "kernel-file" }], [unix, { error: "EAFNOSUPPORT" }]);
		expect(remedies(both, [])).toEqual([proc, unix]);
		const complaining = { ...both, output: "app: cannot open log: Address family not supported by protocol\n" };
		expect(remedies(complaining, [])).toEqual([unix]);
	});
	test("do not grant unix sockets together with an account: libc asks a socket before it reads the file", () => {
		const sockets: Addition = { kind: "opening", name: "unixSockets", round: 2, call: "socket(AF_UNIX)" };
		const account: Addition = { kind: "account", name: "nobody", round: 2, call: "nobody" };
		expect(remedies(round(false, [sockets, { error: "EAFNOSUPPORT" }], [account, { kind: "account" }]), [])).toEqual([account]);
		expect(remedies(round(false, [sockets]), [])).toEqual([sockets]);
		expect(describeAddition(account)).toBe("nobody");
	});
	test("are none if the application answers, and all if an exercise failed", () => {
		expect(remedies(round(true, [path("/a")]), [])).toEqual([]);
		expect(remedies({ ...round(true, [path("/a")]), failedExercises: ["curl /b"] }, [])).toEqual([path("/a")]);
	});
	test("are never proposed for what never succeeded on the host", () => {
		const nice: Addition = { kind: "capability", name: "sys_nice", round: 2, call: "setpriority" };
		expect(remedies(round(false, [nice, { kind: "capability", unseen: true }], [path("/a"), { unseen: true }]), [])).toEqual([]);
	});
	test("are described in words", () => {
		const capability: Addition = { kind: "capability", name: "net_bind_service", round: 1, call: "bind" };
		expect([capability, proc, path("/a\x1b")].map(describeAddition)).toEqual(["CAP_NET_BIND_SERVICE", "/proc", "/a\\x1b"]);
	});
});
