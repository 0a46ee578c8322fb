import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import { linkChain, placeOf } from "../../src/plan/links.ts";
import { directory, link, tree } from "./tree.ts";

/** A machine by real path: a string is a link's target, true a file, false a directory. */
const machineOf = (entries: Readonly<Record<string, string | boolean>>) =>
	tree(
		Object.fromEntries(
			Object.entries(entries).map(([path, kind]) => [path, typeof kind === "string" ? link(kind) : kind ? "" : directory()]),
		),
	);

const chain = (path: string, entries: Readonly<Record<string, string | boolean>>) => linkChain(path as Path, machineOf(entries));

describe("linkChain", () => {
	test("a plain file is its own end", () => {
		expect(chain("/a/b/c", { "/a/b/c": true })).toEqual({ links: [], directories: ["/a", "/a/b"], end: "/a/b/c" });
	});

	test("merged /usr gives the directory link, then the library's own link in its real place", () => {
		const machine = {
			"/lib": "usr/lib",
			"/usr/lib/x86_64-linux-gnu/libz.so.1": "libz.so.1.3.1",
			"/usr/lib/x86_64-linux-gnu/libz.so.1.3.1": true,
		};
		expect(chain("/lib/x86_64-linux-gnu/libz.so.1", machine)).toEqual({
			links: [
				{ path: "/lib", target: "usr/lib" },
				{ path: "/usr/lib/x86_64-linux-gnu/libz.so.1", target: "libz.so.1.3.1" },
			],
			directories: ["/usr", "/usr/lib", "/usr/lib/x86_64-linux-gnu"],
			end: "/usr/lib/x86_64-linux-gnu/libz.so.1.3.1",
		});
	});

	test("an alternative leads through /etc and back", () => {
		const machine = { "/usr/bin/awk": "/etc/alternatives/awk", "/etc/alternatives/awk": "/usr/bin/mawk", "/usr/bin/mawk": true };
		const { directories, end, links } = chain("/usr/bin/awk", machine);
		expect(links.map(({ path }) => path)).toEqual(["/usr/bin/awk", "/etc/alternatives/awk"]);
		expect([directories, end]).toEqual([["/usr", "/usr/bin", "/etc", "/etc/alternatives"], "/usr/bin/mawk"]);
	});

	test("`..` leaves the directory that a link leads to", () => {
		const machine = { "/a": "/x/y", "/x/y": false, "/x/f": true };
		const links = [{ path: "/a", target: "/x/y" }];
		expect(chain("/a/../f", machine)).toEqual({ links, directories: ["/x", "/x/y"], end: "/x/f" });
		expect(chain("/../../x/./y//../f", machine).end).toBe("/x/f");
		expect(chain("/up", { "/up": "../../x/f", "/x/f": true }).end).toBe("/x/f");
	});

	test("targets stay verbatim", () => {
		expect(chain("/l", { "/l": "./d//f", "/d/f": true }).links).toEqual([{ path: "/l", target: "./d//f" }]);
	});

	test("a missing path has no end, but the links so far", () => {
		expect(chain("/l/x", { "/l": "/d", "/d": false })).toEqual({ links: [{ path: "/l", target: "/d" }], directories: ["/d"] });
		expect(chain("/gone", { "/gone": "/nowhere" })).toEqual({ links: [{ path: "/gone", target: "/nowhere" }], directories: [] });
	});

	test("a file is not entered as a directory", () => {
		for (const path of ["/f/", "/f/.", "/f/..", "/f/x", "/l"]) {
			expect(chain(path, { "/f": true, "/l": "f/" }).end).toBeUndefined();
		}
		expect(chain("/d/", { "/d": false })).toEqual({ links: [], directories: [], end: "/d" });
	});

	test("loops end, and so do more than 40 links", () => {
		const { end, links } = chain("/a", { "/a": "b", "/b": "a" });
		expect([links.length, end]).toEqual([2, undefined]);
		const ladder = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`/${at}`, at === 49 ? "/end" : `/${at + 1}`]));
		expect(chain("/9", { ...ladder, "/end": false }).end).toBeUndefined();
		expect(chain("/10", { ...ladder, "/end": false }).end).toBe("/end");
	});

	test("the root and links to it are resolved", () => {
		expect(chain("/", {})).toEqual({ links: [], directories: [], end: "/" });
		const links = [{ path: "/l", target: "/" }];
		expect(chain("/l/l/d", { "/l": "/", "/d": false })).toEqual({ links, directories: [], end: "/d" });
	});

	test("links of the kernel are not followed, because they depend on the reader", () => {
		const kernel = { "/proc/self": "42", "/proc/42/fd/1": "/root/report", "/root/report": true };
		const links = [{ path: "/dev/stdout", target: "/proc/self/fd/1" }];
		const found = chain("/dev/stdout", { "/dev/stdout": "/proc/self/fd/1", ...kernel });
		expect(found).toEqual({ links, directories: ["/dev", "/proc"] });
	});

	test("any tangle of links ends, and the result contains only real paths", () => {
		const name = fc.constantFrom("a", "b", "c");
		const target = fc
			.array(fc.constantFrom("a", "b", "c", "..", ".", ""), { minLength: 1, maxLength: 5 })
			.map((parts) => parts.join("/") || "/");
		const entry = fc.tuple(
			fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join("/")}`),
			fc.oneof(target, fc.boolean()),
		);
		fc.assert(
			fc.property(fc.array(entry, { maxLength: 12 }), target, (entries, path) => {
				const files = machineOf(Object.fromEntries(entries));
				const { links, directories, end } = linkChain(`/${path}` as Path, files);
				for (const one of links) expect(files.readLink(one.path)).toBe(one.target);
				for (const directory of directories) expect(files.status(directory)?.kind).toBe("directory");
				if (end !== undefined && end !== "/") expect(files.status(end)?.kind).not.toBe("symlink");
			}),
			{ numRuns: 1000 },
		);
	});
});

describe("placeOf", () => {
	const place = (path: string, entries: Readonly<Record<string, string | boolean>>) => placeOf(path as Path, machineOf(entries));
	const links = { "/var/run": "/run", "/etc/new": "/var/lib/new", "/loop": "loop" };
	const machine = { ...links, "/run": false, "/var/lib": false, "/file": true };

	test.each([
		["/var/run", "/run"],
		["/var/run/app/pid", "/run/app/pid"],
		["/var/run/../x", "/x"],
		["/nowhere/../x", "/x"],
		["/etc/new", "/var/lib/new"],
		["/etc/new/deeper", "/var/lib/new/deeper"],
		["/file/below", "/file/below"],
		["/loop/x", "/loop/x"],
		["/proc/self/stat", "/proc/self/stat"],
		["/", "/"],
		["/../..", "/"],
	])("%s is, or would be made, at %s", (path, real) => expect(place(path, machine)).toBe(real));
});
