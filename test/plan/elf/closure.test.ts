import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Path } from "../../../src/base/path/path.ts";
import { closureOf } from "../../../src/plan/elf/closure.ts";
import { closure, libraries, library, loader, machine, program } from "./machine-of-libraries.ts";
import type { Making } from "./make-elf.ts";

describe("the loader's search", () => {
	test("the closure lists who needs a library, breadth first, with the loader once", () => {
		const files = {
			"/bin/p": program({ needed: ["liba.so"] }),
			"/usr/lib/liba.so": library("liba.so", { needed: ["libb.so", "libc.so.6"] }),
			"/usr/lib/libb.so": library("libb.so"),
		};
		const result = closure(files, "/bin/p");
		expect(result.needed).toEqual(
			new Map([
				["/usr/lib/liba.so", new Set(["/bin/p"])],
				["/lib/x86_64-linux-gnu/libc.so.6", new Set(["/bin/p", "/usr/lib/liba.so"])],
				["/usr/lib/libb.so", new Set(["/usr/lib/liba.so"])],
			]),
		);
		expect(result.interpreters).toEqual(new Map([[loader, new Set(["/bin/p"])]]));
		expect(result.missing).toEqual([]);
	});

	const directories = ["/r", "/rr", "/e", "/opt", "/lib/x86_64-linux-gnu", "/lib", "/usr/lib"];
	const everywhere = Object.fromEntries(directories.map((directory) => [`${directory}/liba.so`, library("liba.so")]));
	const conf = { "/etc/ld.so.conf": "/opt\n" };
	test.each([
		["DT_RPATH before the environment", { rpath: "/r" }, "/e", "/r/liba.so"],
		["the environment before DT_RUNPATH", { runpath: "/rr" }, "/e", "/e/liba.so"],
		["a semicolon in the environment", {}, "/none;/e", "/e/liba.so"],
		["DT_RUNPATH before the configured", { runpath: "/none:/rr" }, undefined, "/rr/liba.so"],
		["DT_RPATH unheeded beside a DT_RUNPATH", { rpath: "/r", runpath: "/none" }, undefined, "/opt/liba.so"],
		["the configured before the default", {}, undefined, "/opt/liba.so"],
		["a path is a path", { needed: ["/usr/lib/liba.so"], rpath: "/r" }, "/e", "/usr/lib/liba.so"],
	])("%s", (_, making: Making, path, expected) => {
		const files = { ...everywhere, ...conf, "/bin/p": program({ needed: ["liba.so"], ...making }) };
		expect(libraries(closure(files, "/bin/p", { environment: { LD_LIBRARY_PATH: path } }))).toEqual([expected]);
	});

	test("default directories are the multiarch ones first, and none with DF_1_NODEFLIB", () => {
		const needed = ["liba.so"];
		const files = { ...everywhere, "/bin/p": program({ needed }), "/bin/n": program({ needed, flags1: 0x800 }) };
		expect(libraries(closure(files, "/bin/p"))).toEqual(["/lib/x86_64-linux-gnu/liba.so"]);
		expect(closure(files, "/bin/n").missing).toContainEqual({ soname: "liba.so", by: "/bin/n" });
	});

	test.each<[string, Making, Making, boolean]>([
		["DT_RPATH is inherited", { rpath: "/r" }, {}, true],
		["DT_RUNPATH is not inherited", { runpath: "/r" }, {}, false],
		["an object with DT_RUNPATH inherits no DT_RPATH", { rpath: "/r" }, { runpath: "/none" }, false],
	])("%s", (_, ofProgram, ofLibrary, isFound) => {
		const files = {
			"/bin/p": program({ needed: ["liba.so"], ...ofProgram }),
			"/r/liba.so": library("liba.so", { needed: ["libb.so"], ...ofLibrary }),
			"/r/libb.so": library("libb.so"),
		};
		const result = closure(files, "/bin/p");
		expect(libraries(result)).toEqual(isFound ? ["/r/liba.so", "/r/libb.so"] : ["/r/liba.so"]);
		expect(result.missing).toEqual(isFound ? [] : [{ soname: "libb.so", by: "/r/liba.so" }]);
	});

	test("$ORIGIN is a program's real directory, and the directory where a library was found", () => {
		const files = {
			"/opt/app/bin/p": program({ needed: ["liba.so"], rpath: "$ORIGIN/../lib:/x" }),
			"/opt/app/lib/liba.so": library("liba.so", { needed: ["libb.so"], runpath: `\${ORIGIN}/sub` }),
			"/opt/app/lib/sub/libb.so": library("libb.so"),
		};
		expect(libraries(closure(files, "/usr/bin/p", {}, { "/usr/bin/p": "/opt/app/bin/p" }))).toEqual([
			"/opt/app/bin/../lib/liba.so",
			"/opt/app/bin/../lib/sub/libb.so",
		]);
	});

	test("$LIB and $PLATFORM are expanded, and $ORIGINAL is not $ORIGIN", () => {
		const files = {
			"/bin/p": program({ needed: ["liba.so", "libb.so"], runpath: "/x/$LIB:/y/$PLATFORM:$ORIGINAL/z" }),
			"/x/lib/x86_64-linux-gnu/liba.so": library("liba.so"),
			"/y/x86_64/libb.so": library("libb.so"),
		};
		expect(libraries(closure(files, "/bin/p"))).toEqual(["/x/lib/x86_64-linux-gnu/liba.so", "/y/x86_64/libb.so"]);
	});

	test("relative directories start at the working directory, if it is known", () => {
		const files = { "/bin/p": program({ needed: ["liba.so"] }), "/w/l/liba.so": library("liba.so") };
		const environment = { LD_LIBRARY_PATH: "l" };
		expect(libraries(closure(files, "/bin/p", { environment, directory: "/w" as Path }))).toEqual(["/w/l/liba.so"]);
		expect(closure(files, "/bin/p", { environment }).missing).toEqual([{ soname: "liba.so", by: "/bin/p" }]);
	});

	test("the environment is text, directories are bytes", () => {
		const files = { "/bin/p": program({ needed: ["liba.so"] }), "/é/liba.so": library("liba.so") };
		expect(libraries(closure(files, "/bin/p", { environment: { LD_LIBRARY_PATH: "/é" } }))).toEqual(["/\xc3\xa9/liba.so"]);
	});

	test("candidates for another machine, class or kind are skipped", () => {
		const files = {
			"/bin/p": program({ needed: ["liba.so"], runpath: "/1:/2:/3:/4:/5" }),
			"/1/liba.so": library("liba.so", { class: 32, machine: 3 }),
			"/2/liba.so": library("liba.so", { machine: 183 }),
			"/3/liba.so": "GROUP ( /lib/liba.so.1 )",
			"/4/liba.so/x": "a directory",
			"/5/liba.so": library("liba.so"),
		};
		expect(libraries(closure(files, "/bin/p"))).toEqual(["/5/liba.so"]);
	});

	test("a soname is loaded once, and so is a file with two names", () => {
		const files = {
			"/bin/p": program({ needed: ["/x/one.so", "same.so", "/y/link.so"] }),
			"/x/one.so": library("same.so"),
			"/lib/same.so": library("same.so", { needed: ["libnot.so"] }),
		};
		const result = closure(files, "/bin/p", {}, { "/y/link.so": "/x/one.so" });
		expect(libraries(result)).toEqual(["/x/one.so", "/y/link.so"]);
		expect(result.missing).toEqual([]);
	});

	describe("preloading", () => {
		const files = {
			"/bin/p": program({ needed: ["liba.so"], rpath: "/r" }),
			"/bin/static": { type: 2 },
			"/r/liba.so": library("liba.so"),
			"/r/libpre.so": library("libpre.so", { needed: ["libdeep.so"] }),
			"/r/libdeep.so": library("libdeep.so"),
			"/opt/liba.so": library("liba.so"),
			"/etc/ld.so.preload": "# of the machine\n/r/libdeep.so\t/none.so # gone\n",
		};
		test("LD_PRELOAD comes before the program's libraries, by search for names, without missing ones", () => {
			const result = closure(files, "/bin/p", { environment: { LD_PRELOAD: "libpre.so:/opt/liba.so  libnone.so" } });
			expect(libraries(result)).toEqual(["/r/libpre.so", "/opt/liba.so", "/r/libdeep.so"]);
			expect(result.needed.get("/opt/liba.so" as Path)).toEqual(new Set(["/bin/p"]));
			expect(result.missing).toEqual([]);
		});
		test("ld.so.preload applies without LD_PRELOAD too, but not to a static program", () => {
			expect(libraries(closure(files, "/bin/p"))).toEqual(["/r/libdeep.so", "/r/liba.so"]);
			expect(libraries(closure(files, "/bin/static", { environment: { LD_PRELOAD: "/r/liba.so" } }))).toEqual([]);
		});
	});

	test("a missing path is reported under its real name", () => {
		const result = closure({ "/opt/p": program({ needed: ["$ORIGIN/lib/no.so", "$LIBRARY/no.so"] }) }, "/opt/p");
		expect(result.missing.map(({ soname }) => soname)).toEqual(["/opt/lib/no.so", "$LIBRARY/no.so"]);
	});

	describe("glibc-hwcaps", () => {
		const files = {
			"/bin/p": program({ needed: ["liba.so"] }),
			"/lib/liba.so": library("liba.so"),
			"/lib/glibc-hwcaps/x86-64-v2/liba.so": library("liba.so"),
			"/lib/glibc-hwcaps/x86-64-v3/liba.so": library("liba.so", { needed: ["libfast.so"] }),
			"/lib/libfast.so": library("libfast.so"),
		};
		test("all variants are needed if the processor is unknown", () => {
			const names = ["glibc-hwcaps/x86-64-v2/liba.so", "glibc-hwcaps/x86-64-v3/liba.so", "liba.so", "libfast.so"];
			expect(libraries(closure(files, "/bin/p")).sort()).toEqual(names.map((name) => `/lib/${name}`));
		});
		test("the best variant is needed if the processor is known", () => {
			const of = (hwcaps: string[]) => libraries(closure(files, "/bin/p", { hwcaps }));
			expect(of(["x86-64-v4", "x86-64-v3", "x86-64-v2"])).toEqual(["/lib/glibc-hwcaps/x86-64-v3/liba.so", "/lib/libfast.so"]);
			expect(of(["x86-64-v2"])).toEqual(["/lib/glibc-hwcaps/x86-64-v2/liba.so"]);
			expect(of([])).toEqual(["/lib/liba.so"]);
		});
	});
});

test("a missing library is reported for each file that needs it, and so is a missing interpreter", () => {
	const files = { "/bin/p": program({ needed: ["libno.so", "libno.so"] }), "/bin/q": { interpreter: "/lib/ld-none.so" } };
	expect(closure(files, ["/bin/p", "/bin/q", "/bin/p"]).missing).toEqual([
		{ soname: "libno.so", by: "/bin/p" },
		{ soname: "/lib/ld-none.so", by: "/bin/q" },
	]);
});

test("libraries that need each other do not loop", () => {
	const names = ["l0", "l1", "l2", "l3", "l4", "l5"];
	const shape = fc.array(fc.record({ needed: fc.subarray(names), dlopen: fc.subarray(names) }), { minLength: 6, maxLength: 6 });
	fc.assert(
		fc.property(shape, (shapes) => {
			const files: Record<string, Making> = { "/bin/p": program({ needed: ["l0"] }) };
			shapes.forEach(({ needed, dlopen }, at) => {
				files[`/lib/l${at}`] = library(`l${at}`, { needed, dlopen: dlopen.map((name) => JSON.stringify([{ soname: [name] }])) });
			});
			const result = closureOf(machine(files))(["/bin/p" as Path]);
			// The needed libraries are those reachable by any path.
			const reached = new Set(["l0"]);
			for (const name of reached) for (const next of shapes[Number(name.slice(1))]?.needed ?? []) reached.add(next);
			expect(new Set(libraries(result))).toEqual(new Set([...reached].map((name) => `/lib/${name}`)));
			for (const { path } of result.optional) expect(result.needed.has(path)).toBe(false);
		}),
		{ numRuns: 200 },
	);
});
