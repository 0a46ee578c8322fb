import { describe, expect, test } from "vitest";
import { libraryTrees, sourceTrees } from "../../src/plan/trees.ts";
import { type Did, entryAt, planFor, reads, rules, trace } from "./traces.ts";
import { directory, empty, link, tree } from "./tree.ts";

/** Returns a trace in which one program did everything. */
function traceBy(program: string, did: Record<string, Did>) {
	const made = trace(did);
	for (const access of made.accesses.values()) Object.assign(access, { programs: new Set([program]) });
	return made;
}
const tops = (trees: readonly { top: string }[]) => trees.map(({ top }) => top);

describe("interpreter libraries", () => {
	const python = {
		"/usr/lib/python3.13/os.py": "def f():\n\timport json",
		"/usr/lib/python3.13/linecache.py": "",
		"/usr/lib/python3.13/unnamed.py": "",
		"/usr/lib/python3.13/json/__init__.py": "import _json",
		...empty("/usr/lib/python3.13/__pycache__/os.pyc", "/usr/lib/python3.13/test/test_os.py"),
		...empty("/usr/lib/python3.13/tkinter/__init__.py", "/usr/lib/python3.13/lib-dynload/_json.so"),
		"/usr/lib/python3/dist-packages/flask/app.py": "from .json import tag",
		...empty("/usr/lib/python3/dist-packages/flask/unnamed.py", "/usr/lib/python3/dist-packages/flask/page.html"),
		...empty("/usr/lib/python3/dist-packages/flask/json/tag.py", "/usr/lib/python3/dist-packages/flask/tests/t.py"),
		...empty("/usr/lib/python3/dist-packages/other/a.py"),
	};
	test("are included as far as sources name them, without tests, graphical parts and byte code", () => {
		const made = planFor(tree(python), trace({ "/usr/lib/python3.13/os.py": "read" }));
		const paths = made.entries.filter((entry) => entry.kind === "file").map((entry) => entry.path);
		const names = ["json/__init__.py", "lib-dynload/_json.so", "linecache.py", "os.py"];
		expect(paths).toEqual(names.map((name) => `/usr/lib/python3.13/${name}`));
		const part = { kind: "part-of", tree: "/usr/lib/python3.13" };
		expect(entryAt(made, "/usr/lib/python3.13/linecache.py")?.reasons).toEqual([part]);
		expect(entryAt(made, "/usr/lib/python3.13/os.py")?.reasons[0]).toMatchObject({ kind: "traced" });
	});
	test("are separate for packages that are installed one by one", () => {
		const [flask, ...more] = libraryTrees(trace({ "/usr/lib/python3/dist-packages/flask/app.py": "read" }), [], tree(python));
		expect(more).toEqual([]);
		expect(flask).toEqual({
			top: "/usr/lib/python3/dist-packages/flask",
			paths: ["app.py", "page.html", "json/tag.py"].map((name) => `/usr/lib/python3/dist-packages/flask/${name}`),
			rest: { files: 1, bytes: 0 },
		});
	});
	test.each([
		["/opt/python/lib/python3.12/os.py", "/opt/python/lib/python3.12"],
		["/usr/share/perl/5.40.1/strict.pm", "/usr/share/perl/5.40.1"],
		["/usr/lib/x86_64-linux-gnu/perl-base/strict.pm", "/usr/lib/x86_64-linux-gnu/perl-base"],
		["/usr/lib/x86_64-linux-gnu/perl/5.40.1/Socket.pm", "/usr/lib/x86_64-linux-gnu/perl/5.40.1"],
		["/usr/share/perl5/HTTP/Server.pm", "/usr/share/perl5/HTTP"],
		["/usr/lib/ruby/3.3.0/json.rb", "/usr/lib/ruby/3.3.0"],
		["/usr/lib/x86_64-linux-gnu/ruby/3.3.0/socket.so", "/usr/lib/x86_64-linux-gnu/ruby/3.3.0"],
		["/var/lib/gems/3.3.0/gems/rack-3.0.8/lib/rack.rb", "/var/lib/gems/3.3.0/gems/rack-3.0.8"],
		["/srv/app/node_modules/express/index.js", "/srv/app/node_modules/express"],
		["/srv/app/node_modules/@scope/name/index.js", "/srv/app/node_modules/@scope/name"],
		["/srv/app/venv/lib/python3.13/site-packages/flask/app.py", "/srv/app/venv/lib/python3.13/site-packages/flask"],
		["/usr/lib/jvm/java-21-openjdk-amd64/lib/modules", "/usr/lib/jvm/java-21-openjdk-amd64"],
		["/usr/lib/erlang/lib/inets-9.3.2/ebin/inets.beam", "/usr/lib/erlang/lib/inets-9.3.2"],
		["/usr/lib/x86_64-linux-gnu/ejabberd-24.12-3+deb13u2/ebin/e.app", "/usr/lib/x86_64-linux-gnu/ejabberd-24.12-3+deb13u2"],
	])("%s belongs to %s", (path, top) => {
		expect(tops(libraryTrees(trace({ [path]: "read" }), [], tree({ [path]: "" })))).toEqual([top]);
	});
	test("are found by their real place, and not from a mere look", () => {
		const files = tree({ "/usr/share/perl/5.40": link("5.40.1"), "/usr/share/perl/5.40.1/a.pm": "", "/usr/bin/perl": "" });
		expect(tops(libraryTrees(trace({ "/usr/share/perl/5.40/a.pm": "read" }), [], files))).toEqual(["/usr/share/perl/5.40.1"]);
		expect(libraryTrees(trace({ "/usr/share/perl/5.40/a.pm": "look", "/usr/bin/perl": "read" }), [], files)).toEqual([]);
	});
	test("include what only the application's sources name, read or not", () => {
		const files = tree({ ...python, "/opt/app/main.py": "", "/opt/app/rare.py": "import other.a" });
		const did = { ...reads("/opt/app/main.py", "/usr/lib/python3.13/os.py"), "/usr/lib/python3/dist-packages": "look" };
		const other = entryAt(planFor(files, traceBy("/usr/bin/python3.13", did)), "/usr/lib/python3/dist-packages/other/a.py");
		expect(other?.reasons).toEqual([{ kind: "part-of", tree: "/usr/lib/python3/dist-packages/other" }]);
	});
	test("include what a module names of which only the byte code was read", () => {
		const byteCode = "/usr/lib/python3.13/__pycache__/os.cpython-313.opt-1.pyc";
		const [made] = libraryTrees(trace({ [byteCode]: "read" }), [], tree({ ...python, [byteCode]: "" }));
		expect(made?.paths).toContain("/usr/lib/python3.13/json/__init__.py");
	});
	test("include private modules below /usr next to those that were read", () => {
		const files = tree({
			...python,
			"/usr/share/app/app/__init__.py": "",
			"/usr/share/app/app/main.py": "def f():\n\timport app.rare\n\tfrom . import odd",
			...empty("/usr/share/app/app/rare.py", "/usr/share/app/app/odd.py", "/usr/share/perl/5.40.1/strict.pm"),
			"/usr/share/app/perl/App/Main.pm": "package App::Main;\nsub f { require App::Rare }",
			"/usr/share/app/perl/App/Rare.pm": "",
		});
		const read = ["/usr/lib/python3.13/os.py", "/usr/share/app/app/main.py", "/usr/share/perl/5.40.1/strict.pm"];
		const did = reads(...read, "/usr/share/app/perl/App/Main.pm");
		const found = libraryTrees(trace(did), [], files).flatMap(({ paths }) => paths);
		const names = ["app/__init__.py", "app/odd.py", "app/rare.py", "perl/App/Rare.pm"];
		const added = found.filter((path) => path.startsWith("/usr/share/app/")).sort();
		expect(added).toEqual(names.map((name) => `/usr/share/app/${name}`));
	});
	test("include a link by which the interpreter finds a library even if nobody used it", () => {
		const perl = "/usr/share/perl";
		const files = tree({ [`${perl}/5.40`]: link("5.40.1"), [`${perl}/5.40.1/strict.pm`]: "", [`${perl}/5.38`]: link("5.38.2") });
		const made = planFor(files, trace({ [`${perl}/5.40.1/strict.pm`]: "read" }));
		expect(entryAt(made, `${perl}/5.40`)).toMatchObject({ kind: "symlink", decision: "include" });
		expect(entryAt(made, `${perl}/5.38`)).toBeUndefined();
	});
	test("include data of loaded modules, but not hundreds of unread files", () => {
		const app = "/usr/lib/python3/dist-packages/flask";
		const many = (folder: string) => Object.fromEntries([...Array(101)].map((_, at) => [`${app}/${folder}/${at}.svg`, ""]));
		const files = tree({ ...python, ...many("icons"), ...many("pages"), [`${app}/words/de.mo`]: "" });
		const [made] = libraryTrees(trace({ [`${app}/app.py`]: "read", [`${app}/pages/7.svg`]: "read" }), [], files);
		const folders = new Set(made?.paths.map((path) => path.slice(app.length).split("/").at(-2)));
		expect([...folders].sort()).toEqual(["", "json", "pages", "words"]);
	});
	test("are offered as far as no source names them, and an include takes all of it without byte code", () => {
		const many = Object.fromEntries([...Array(10)].map((_, at) => [`/usr/lib/python3.13/more${at}.py`, "12345"]));
		const files = tree({ ...python, ...many });
		const did = { "/usr/lib/python3.13/os.py": "read" } as const;
		const offer = { kind: "interpreter-modules", path: "/usr/lib/python3.13", files: 11, bytes: 50 };
		expect(planFor(files, trace(did)).offers).toEqual([offer]);
		const whole = planFor(files, trace(did), { rules: rules({ include: ["/usr/lib/python3.13"] }) });
		expect(entryAt(whole, "/usr/lib/python3.13/more1.py")?.decision).toBe("include");
		expect(entryAt(whole, "/usr/lib/python3.13/__pycache__/os.pyc")).toBeUndefined();
	});
	test("can be excluded in part or completely", () => {
		const without = { rules: rules({ exclude: ["/usr/lib/python3.13/json"] }) };
		const made = planFor(tree(python), trace({ "/usr/lib/python3.13/os.py": "read" }), without);
		expect(entryAt(made, "/usr/lib/python3.13/json/__init__.py")?.decision).toBe("declined");
		expect(entryAt(made, "/usr/lib/python3.13/linecache.py")?.decision).toBe("include");
	});
});

describe("the application's sources", () => {
	const app = {
		...empty("/srv/app/main.py", "/srv/app/lazy.py", "/srv/app/sub/deep.py", "/srv/app/notes.txt"),
		...empty("/srv/app/templates/index.html", "/srv/app/templates/error.html", "/srv/app/.git/hook.py"),
		...empty("/srv/app/__pycache__/main.pyc"),
	};
	test("include those not needed yet, and the templates next to one that was read", () => {
		const seen = traceBy("/usr/bin/python3.13", { "/srv/app/main.py": "read", "/srv/app/templates/index.html": "read" });
		const [found] = sourceTrees(seen, tree(app));
		expect(found?.top).toBe("/srv/app");
		const names = ["lazy.py", "main.py", "sub/deep.py", "templates/error.html", "templates/index.html"];
		expect([...(found?.paths ?? [])].sort()).toEqual(names.map((name) => `/srv/app/${name}`));
	});
	test("are those of the interpreter that read them, not files that a web server serves", () => {
		const page = { "/var/www/site/app.js": "read" };
		expect(sourceTrees(traceBy("/usr/sbin/nginx", page), tree({ "/var/www/site/app.js": "" }))).toEqual([]);
		expect(tops(sourceTrees(traceBy("/usr/bin/node", page), tree({ "/var/www/site/app.js": "" })))).toEqual(["/var/www/site"]);
	});
	test("are not marked by a package.json above them, which is included among them", () => {
		const files = tree({ ...empty("/srv/all/package.json", "/srv/all/other/x.js", "/srv/all/app/a.js", "/srv/all/app/b.json") });
		const seen = traceBy("/usr/bin/node", { "/srv/all/package.json": "read", "/srv/all/app/a.js": "read" });
		expect(sourceTrees(seen, files)).toEqual([{ top: "/srv/all/app", paths: ["/srv/all/app/a.js", "/srv/all/app/b.json"] }]);
	});
	test("are one directory if one contains the other", () => {
		const seen = traceBy("/usr/bin/python3", { "/srv/app/sub/deep.py": "read", "/srv/app/main.py": "read" });
		expect(tops(sourceTrees(seen, tree(app)))).toEqual(["/srv/app"]);
	});
	test.each(["/root/a.py", "/home/user/a.py", "/srv/a.py", "/tmp/a.py", "/usr/bin/a.py", "/usr/local/bin/a.py", "/etc/app/a.py"])(
		"do not include the directory of %s, which contains other files",
		(path) => expect(sourceTrees(traceBy("/usr/bin/python3", { [path]: "read" }), tree({ [path]: "" }))).toEqual([]),
	);
	test("leave out a writable directory inside", () => {
		const seen = traceBy("/usr/bin/python3", { "/srv/app/main.py": "read", "/srv/app/data/new.py": "create write" });
		const files = tree({ ...app, "/srv/app/data": directory(), "/srv/app/data/old.py": "" });
		expect(entryAt(planFor(files, seen), "/srv/app/data/old.py")).toBeUndefined();
	});
});
