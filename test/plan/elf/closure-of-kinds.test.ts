import { describe, expect, test } from "vitest";
import type { Path } from "../../../src/base/path/path.ts";
import { libraryClosure } from "../../../src/plan/elf/closure.ts";
import { closure, libraries, library, loader, machine, program } from "./machine-of-libraries.ts";

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
		const missing = ["liba.so", "libb.so"].map((soname) => ({ soname, by: "/plug/in.so" }));
		expect(closure(files, "/plug/in.so").missing).toEqual(missing);
	});
});

describe("dlopen notes", () => {
	const note = (soname: string[], feature = "f") => JSON.stringify([{ soname, feature, priority: "suggested" }]);
	const files = {
		"/bin/p": program({
			dlopen: [["libnone.so", "libx.so"], ["liby.so"], ["libc.so.6"], ["libgone.so"]].map((one) => note(one)),
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
		const offered = result.optional.map(({ path, needs }) => [path, ...needs]);
		expect(offered).toEqual([["/lib/libx.so"], ["/lib/libdeep.so"]]);
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
		const more = { ...files, "/1/tool/x": "a directory", "/2/tool": "not executable", "/w/3/tool": program({}) };
		const of = (PATH: string, directory?: string) => {
			const options = { environment: { PATH }, ...(directory !== undefined && { directory: directory as Path }) };
			return libraryClosure(["/s/env" as Path], machine(more, {}, ["/2/tool"]), options);
		};
		expect([...of("/1:/2:/w/3").interpreters.keys()]).toContain("/w/3/tool");
		expect([...of("none:3", "/w").interpreters.keys()]).toContain("/w/3/tool");
		expect([...of("", "/w/3").interpreters.keys()]).toContain("/w/3/tool");
		expect(of("3").missing).toEqual([{ soname: "tool", by: "/s/env" }]);
	});
	test("missing interpreters are reported, but not for a script that names itself or a text", () => {
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
