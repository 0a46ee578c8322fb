import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closureOf, type LibraryClosure, libraryClosure } from "../../../src/core/elf/closure.ts";
import type { LoaderOptions } from "../../../src/core/elf/search.ts";
import type { Path } from "../../../src/core/path/path.ts";
import { madeFiles } from "./made-files.ts";
import { type Making, makeElf } from "./make-elf.ts";

const loader = "/lib64/ld-linux-x86-64.so.2";
const libc = { soname: "libc.so.6", needed: ["ld-linux-x86-64.so.2"] };

/** A machine with a loader, a libc and the given files; text is for other files. */
function machine(files: Record<string, Making | string>, links: Record<string, string> = {}, plain: readonly string[] = []) {
	const contents: Record<string, Buffer | string> = {
		[loader]: makeElf({ soname: "ld-linux-x86-64.so.2" }),
		"/lib/x86_64-linux-gnu/libc.so.6": makeElf(libc),
	};
	for (const [path, making] of Object.entries(files)) contents[path] = typeof making === "string" ? making : makeElf(making);
	return madeFiles(contents, links, plain);
}

function closure(
	files: Record<string, Making | string>,
	start: string | string[],
	options?: LoaderOptions,
	links?: Record<string, string>,
) {
	return libraryClosure([start].flat() as Path[], machine(files, links), options);
}

const program = (making: Making): Making => ({ interpreter: loader, ...making, needed: [...(making.needed ?? []), "libc.so.6"] });
const library = (name: string, making: Making = {}): Making => ({ soname: name, ...making });
const libraries = (result: LibraryClosure) => [...result.needed.keys()].filter((path) => !path.endsWith("/libc.so.6"));

describe("the loader's search", () => {
	test("the closure lists who needs a library, breadth first, with the loader once", () => {
		const result = closure(
			{
				"/bin/p": program({ needed: ["liba.so"] }),
				"/usr/lib/liba.so": library("liba.so", { needed: ["libb.so", "libc.so.6"] }),
				"/usr/lib/libb.so": library("libb.so"),
			},
			"/bin/p",
		);
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

	const everywhere = Object.fromEntries(
		["/r", "/rr", "/e", "/opt", "/lib/x86_64-linux-gnu", "/lib", "/usr/lib"].map((directory) => [
			`${directory}/liba.so`,
			library("liba.so"),
		]),
	);
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
		const result = closure({ ...everywhere, ...conf, "/bin/p": program({ needed: ["liba.so"], ...making }) }, "/bin/p", {
			environment: { LD_LIBRARY_PATH: path },
		});
		expect(libraries(result)).toEqual([expected]);
	});

	test("default directories are the multiarch ones first, and none with DF_1_NODEFLIB", () => {
		const files = {
			...everywhere,
			"/bin/p": program({ needed: ["liba.so"] }),
			"/bin/n": program({ needed: ["liba.so"], flags1: 0x800 }),
		};
		expect(libraries(closure(files, "/bin/p"))).toEqual(["/lib/x86_64-linux-gnu/liba.so"]);
		expect(closure(files, "/bin/n").missing).toContainEqual({ soname: "liba.so", by: "/bin/n" });
	});

	test("DT_RPATH is inherited, DT_RUNPATH is not", () => {
		const files = (making: Making) => ({
			"/bin/p": program({ needed: ["liba.so"], ...making }),
			"/r/liba.so": library("liba.so", { needed: ["libb.so"] }),
			"/r/libb.so": library("libb.so"),
		});
		expect(libraries(closure(files({ rpath: "/r" }), "/bin/p"))).toEqual(["/r/liba.so", "/r/libb.so"]);
		expect(closure(files({ runpath: "/r" }), "/bin/p").missing).toEqual([{ soname: "libb.so", by: "/r/liba.so" }]);
	});

	test("an object with DT_RUNPATH inherits no DT_RPATH", () => {
		const files = {
			"/bin/p": program({ needed: ["liba.so"], rpath: "/r" }),
			"/r/liba.so": library("liba.so", { needed: ["libb.so"], runpath: "/none" }),
			"/r/libb.so": library("libb.so"),
		};
		expect(closure(files, "/bin/p").missing).toEqual([{ soname: "libb.so", by: "/r/liba.so" }]);
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

	test("$LIB and $PLATFORM are expanded; $ORIGINAL is not $ORIGIN", () => {
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
		const files = { "/bin/p": program({ needed: ["liba.so"] }), "/\xc3\xa9/liba.so": library("liba.so") };
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
		test("LD_PRELOAD comes before the program's libraries; names are searched, and missing ones skipped", () => {
			const result = closure(files, "/bin/p", { environment: { LD_PRELOAD: "libpre.so:/opt/liba.so  libnone.so" } });
			expect(libraries(result)).toEqual(["/r/libpre.so", "/opt/liba.so", "/r/libdeep.so"]);
			expect(result.needed.get("/opt/liba.so" as Path)).toEqual(new Set(["/bin/p"]));
			expect(result.missing).toEqual([]);
		});
		test("ld.so.preload applies without LD_PRELOAD too; a static program has neither", () => {
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
			expect(libraries(closure(files, "/bin/p")).sort()).toEqual([
				"/lib/glibc-hwcaps/x86-64-v2/liba.so",
				"/lib/glibc-hwcaps/x86-64-v3/liba.so",
				"/lib/liba.so",
				"/lib/libfast.so",
			]);
		});
		test("the best variant is needed if the processor is known", () => {
			const of = (hwcaps: string[]) => libraries(closure(files, "/bin/p", { hwcaps }));
			expect(of(["x86-64-v4", "x86-64-v3", "x86-64-v2"])).toEqual(["/lib/glibc-hwcaps/x86-64-v3/liba.so", "/lib/libfast.so"]);
			expect(of(["x86-64-v2"])).toEqual(["/lib/glibc-hwcaps/x86-64-v2/liba.so"]);
			expect(of([])).toEqual(["/lib/liba.so"]);
		});
	});
});

describe("plug-ins", () => {
	const files = {
		"/bin/p": program({ needed: ["liba.so"], rpath: "/r" }),
		"/r/liba.so": library("liba.so"),
		"/plug/in.so": { needed: ["liba.so", "libb.so", "libc.so.6"] },
	};
	test("a library that the plug-in's program has loaded is not missing", () => {
		expect(closure(files, ["/plug/in.so", "/bin/p"]).missing).toEqual([{ soname: "libb.so", by: "/plug/in.so" }]);
	});
	test("a plug-in without a program has the machine's libraries", () => {
		expect(closure(files, "/plug/in.so").missing).toEqual([
			{ soname: "liba.so", by: "/plug/in.so" },
			{ soname: "libb.so", by: "/plug/in.so" },
		]);
	});
});

describe("dlopen notes", () => {
	const note = (soname: string[], feature = "f") => JSON.stringify([{ soname, feature, priority: "suggested" }]);
	const files = {
		"/bin/p": program({
			dlopen: [note(["libnone.so", "libx.so"]), note(["liby.so"]), note(["libc.so.6"]), note(["libgone.so"])],
		}),
		"/lib/libx.so": library("libx.so", { needed: ["libshared.so"], dlopen: [note(["libdeep.so"], "deep")] }),
		"/lib/liby.so": library("liby.so", { needed: ["libshared.so", "libc.so.6"] }),
		"/lib/libshared.so": library("libshared.so"),
		"/lib/libdeep.so": library("libdeep.so"),
	};
	test("dlopen notes are offered with everything they add", () => {
		const result = closure(files, "/bin/p");
		expect(libraries(result)).toEqual([]);
		expect(result.missing).toEqual([]);
		const offered = Object.fromEntries(result.optional.map(({ path, by, needs }) => [path, [[...by], [...needs]]]));
		expect(offered).toEqual({
			"/lib/libx.so": [["/bin/p"], ["/lib/libshared.so"]],
			"/lib/liby.so": [["/bin/p"], ["/lib/libshared.so"]],
			"/lib/libdeep.so": [["/lib/libx.so"], []],
		});
		expect(result.optional[0]).toMatchObject({ feature: "f", priority: "suggested" });
	});
	test("dlopen notes are not offered for needed libraries", () => {
		const result = closure({ ...files, "/bin/q": program({ needed: ["liby.so"] }) }, ["/bin/p", "/bin/q"]);
		expect(result.optional.map(({ path, needs }) => [path, [...needs]])).toEqual([
			["/lib/libx.so", []],
			["/lib/libdeep.so", []],
		]);
	});
});

describe("scripts", () => {
	const files = {
		"/bin/sh": program({}),
		"/usr/bin/env": program({}),
		"/usr/local/bin/tool": program({ needed: ["liba.so"] }),
		"/lib/liba.so": library("liba.so"),
		"/s/one": "#!/bin/sh -e\n",
		"/s/two": "#!/s/one\n",
		"/s/env": "#!/usr/bin/env tool\n",
		"/s/lost": "#!/usr/bin/env nowhere\n",
		"/s/bad": "#!/none\n",
		"/s/round": "#!/s/round\n",
		"/s/text": "hello",
	};
	test("interpreters are found, including those of scripts", () => {
		expect(closure(files, "/s/two").interpreters).toEqual(
			new Map([
				["/s/one", new Set(["/s/two"])],
				["/bin/sh", new Set(["/s/one"])],
				[loader, new Set(["/bin/sh"])],
			]),
		);
	});
	test("the program for env is found", () => {
		const result = closure(files, "/s/env");
		expect([...result.interpreters.keys()]).toEqual(["/usr/bin/env", loader, "/usr/local/bin/tool"]);
		expect(libraries(result)).toEqual(["/lib/liba.so"]);
		expect(closure(files, "/s/env", { environment: { PATH: "/bin" } }).missing).toEqual([{ soname: "tool", by: "/s/env" }]);
		const own = { ...files, "/s/own": "#!/usr/bin/env -S PATH=/usr/local/bin tool\n", "/s/bare": "#!/usr/bin/env -S -i tool\n" };
		expect(closure(own, "/s/own", { environment: { PATH: "/bin" } }).missing).toEqual([]);
		expect(closure(own, "/s/bare").missing).toEqual([{ soname: "tool", by: "/s/bare" }]);
	});
	test("env skips files that are not executable, and its PATH may be relative", () => {
		const more = {
			...files,
			"/1/tool/x": "a directory",
			"/2/tool": "not executable",
			"/w/3/tool": program({}),
		};
		const of = (PATH: string, directory?: string) => {
			const options = { environment: { PATH }, ...(directory !== undefined && { directory: directory as Path }) };
			return libraryClosure(["/s/env" as Path], machine(more, {}, ["/2/tool"]), options);
		};
		expect([...of("/1:/2:/w/3").interpreters.keys()]).toContain("/w/3/tool");
		expect([...of("none:3", "/w").interpreters.keys()]).toContain("/w/3/tool");
		expect([...of("", "/w/3").interpreters.keys()]).toContain("/w/3/tool");
		expect(of("3").missing).toEqual([{ soname: "tool", by: "/s/env" }]);
	});
	test("missing interpreters are reported; a script for itself and a text need nothing", () => {
		expect(closure(files, ["/s/lost", "/s/bad", "/s/round", "/s/text", "/nothing"]).missing).toEqual([
			{ soname: "nowhere", by: "/s/lost" },
			{ soname: "/none", by: "/s/bad" },
		]);
	});
});

describe("musl", () => {
	const loaderPath = "/lib/ld-musl-x86_64.so.1";
	const files = {
		[loaderPath]: {},
		"/bin/p": { interpreter: loaderPath, needed: ["libssl.so.3", "libc.musl-x86_64.so.1", "libm.so.6"], runpath: "/r" },
		"/usr/local/lib/libssl.so.3": library("libssl.so.3", { needed: ["libz.so.1"] }),
		"/r/libz.so.1": library("libz.so.1"),
	};
	test("musl has its own directories, an inherited run path, and libc within the loader", () => {
		const result = closure(files, "/bin/p");
		expect(libraries(result)).toEqual(["/usr/local/lib/libssl.so.3", "/r/libz.so.1"]);
		expect(result.missing).toEqual([]);
	});
	test("musl knows a library by its requested name, without variants, and has its own variable syntax", () => {
		const made = {
			...files,
			"/bin/p": { interpreter: loaderPath, needed: ["liba.so", "libb.so", "libc.so"], runpath: "$ORIGIN/x:/none" },
			"/bin/x/liba.so": library("libb.so"),
			"/bin/x/glibc-hwcaps/x86-64-v2/liba.so": library("liba.so"),
			"/e;f/libb.so": library("libb.so"),
			"/r/lost.so": library("lost.so"),
			"/bin/q": { interpreter: loaderPath, needed: ["lost.so"], runpath: "/r:$LIB/x" },
		};
		const result = closure(made, ["/bin/p", "/bin/q"], { environment: { LD_LIBRARY_PATH: "$ORIGIN:/e;f" } });
		expect(libraries(result)).toEqual(["/bin/x/liba.so", "/e;f/libb.so"]);
		expect(result.missing).toEqual([{ soname: "lost.so", by: "/bin/q" }]);
	});
	test("musl searches the directories in its file", () => {
		const result = closure({ ...files, "/etc/ld-musl-x86_64.path": "/q:/w\n/e" }, "/bin/p");
		expect(result.missing).toEqual([{ soname: "libssl.so.3", by: "/bin/p" }]);
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
