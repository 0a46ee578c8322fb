import { describe, expect, test } from "vitest";
import type { Path } from "../../../src/base/path/path.ts";
import { Listings, type ModuleLanguage, type Role, reachedModules } from "../../../src/plan/modules/modules.ts";
import { perlModules } from "../../../src/plan/modules/perl.ts";
import { pythonModules, readPython } from "../../../src/plan/modules/python.ts";
import { rubyModules } from "../../../src/plan/modules/ruby.ts";
import { empty, type Node, tree } from "../tree.ts";

type Make = (listings: Listings, files: ReturnType<typeof tree>) => ModuleLanguage;

/** Returns the modules that a source reaches, without itself and their common folders. */
function reached(make: Make, nodes: Record<string, Node>, start: string, role: Role = "own"): string[] {
	const files = tree(nodes);
	const language = { ...make(new Listings(files), files), builtIn: () => [] };
	const found = reachedModules(new Map([[start as Path, role]]), language, files);
	return [...found].filter((path) => path !== start).sort();
}

describe("Python", () => {
	const standard = "/usr/lib/python3.13" as Path;
	const packages = "/usr/lib/python3/dist-packages" as Path;
	const isLoaded = (directory: string) => !directory.endsWith("/unused");
	const make: Make = (listings, files) =>
		pythonModules({ roots: [standard, packages], standard: [standard], isLoaded }, listings, files);
	const modules = (sources: Record<string, string>) =>
		Object.fromEntries(
			Object.entries(sources).map(([name, text]) => [name.replace("S/", `${standard}/`).replace("P/", `${packages}/`), text]),
		);
	const from = (text: string, sources: Record<string, string>, role?: Role) =>
		reached(make, { "/opt/app.py": text, ...modules(sources) }, "/opt/app.py", role)
			.map((path) => path.replace(`${standard}/`, "S/").replace(`${packages}/`, "P/"))
			.sort();

	test("imports in functions and error paths count, and so do those of the imported modules", () => {
		const text =
			"import a\ndef f():\n\ttry:\n\t\tg()\n\texcept E:\n\t\timport b, c as d\n\t\tfrom e.f import (\n\t\t\tg, # h\n\t\t\ti as j,\n\t\t)";
		const sources = {
			"S/a.py": "import z",
			...empty("S/z.py", "S/b.py", "S/c.py", "P/e/__init__.py", "P/e/f/__init__.py", "P/e/f/g.py"),
		};
		expect(from(text, { ...sources, "P/e/f/i.py": "", "P/e/k.py": "", "S/h.py": "" })).toEqual([
			"P/e/__init__.py",
			"P/e/f/__init__.py",
			"P/e/f/g.py",
			"P/e/f/i.py",
			"S/a.py",
			"S/b.py",
			"S/c.py",
			"S/z.py",
		]);
	});
	test("statements on one line and continued lines are found", () => {
		expect(
			from("if x: import a; from b import \\\n  c\ntry: import d\nexcept: pass", { "S/a.py": "", "S/b/c.py": "", "S/d.py": "" }),
		).toEqual(["S/a.py", "S/b/c.py", "S/d.py"]);
	});
	test("relative imports start at the module's own package", () => {
		const sources = { "P/p/__init__.py": "from .a import x", "P/p/a.py": "from . import b\nfrom .q import c", "P/p/b.py": "" };
		expect(
			from("import p", { ...sources, "P/p/q/__init__.py": "", "P/p/q/c.py": "from ..d import y", "P/p/d.py": "", "P/d.py": "" }),
		).toEqual(["P/p/__init__.py", "P/p/a.py", "P/p/b.py", "P/p/d.py", "P/p/q/__init__.py", "P/p/q/c.py"]);
	});
	test("comments, text and code that never runs in a module load nothing", () => {
		const text = '"""\nimport a\n"""\n# import b\nx = "import c"\nif TYPE_CHECKING:\n\timport d\nimport lib';
		const names = ["a", "b", "c", "d", "e"].map((name) => [`S/${name}.py`, ""]);
		expect(
			from(text, {
				...Object.fromEntries(names),
				"P/lib/x.py": "",
				"P/lib/__init__.py": 'if __name__ == "__main__":\n\timport e',
			}),
		).toEqual(["P/lib/__init__.py"]);
	});
	test("a quote in a comment and an unclosed text hide no later import", () => {
		expect(from("# don't\nimport a\nx = 'it\nimport b\n", { "S/a.py": "", "S/b.py": "" })).toEqual(["S/a.py", "S/b.py"]);
	});
	test("a text with a module's name loads it, however long the name is", () => {
		const text =
			'h = {"class": "logging.handlers.RotatingFileHandler"}\nm = importlib.import_module("yaml")\n__import__(\'zlib\')\ny = "re"';
		const sources = { "S/logging/__init__.py": "", "S/logging/handlers.py": "", "P/yaml/__init__.py": "", "S/re.py": "" };
		expect(from(text, { ...sources, "S/zlib.cpython-313-x86_64-linux-gnu.so": "" })).toEqual([
			"P/yaml/__init__.py",
			"S/logging/__init__.py",
			"S/logging/handlers.py",
			"S/zlib.cpython-313-x86_64-linux-gnu.so",
		]);
	});
	test("a package that computes names includes the modules next to the source", () => {
		const sources = {
			"P/p/__init__.py": "",
			"P/p/load.py": "import_module(name)",
			"P/p/a.py": "import b",
			"P/p/sub/c.py": "",
			"S/b.py": "",
		};
		expect(from("import p.load", sources)).toEqual(["P/p/__init__.py", "P/p/a.py", "P/p/load.py", "S/b.py"]);
	});
	test("a package with a compiled part is included completely", () => {
		const sources = {
			"P/p/__init__.py": "",
			"P/p/_c.abi3.so": "",
			"P/p/deep/a.py": "import b",
			"P/p/tests/t.py": "",
			"S/b.py": "",
		};
		expect(from("import p", sources)).toEqual(["P/p/__init__.py", "P/p/_c.abi3.so", "P/p/deep/a.py", "S/b.py"]);
	});
	test("a program's own package is included in used directories, other packages are not", () => {
		const sources = { "P/p/__init__.py": "import q", ...empty("P/p/a/b.py", "P/p/unused/c.py", "P/q/__init__.py", "P/q/c.py") };
		expect(from("from p import main", sources, "program")).toEqual(["P/p/__init__.py", "P/p/a/b.py", "P/q/__init__.py"]);
	});
	test("developers' tools are excluded if only the standard library loads them", () => {
		const sources = {
			"S/heapq.py": "def t():\n\timport doctest",
			"S/doctest.py": "",
			"P/p.py": "def t():\n\timport pdb",
			"S/pdb.py": "",
		};
		expect(from("import heapq, p", sources)).toEqual(["P/p.py", "S/heapq.py", "S/pdb.py"]);
	});
	test("modules that are called by a computed name are reported", () => {
		expect(readPython("__import__(x)", false).isDynamic).toBe(true);
		expect(readPython('__import__("x")', false)).toMatchObject({ isDynamic: false, literals: ["x"] });
	});
});

describe("Perl", () => {
	const own = "/usr/share/perl/5.40.1" as Path;
	const vendor = "/usr/share/perl5" as Path;
	const from = (text: string, sources: Record<string, string>, role?: Role) =>
		reached(
			(listings) => perlModules([vendor, own], [own], listings),
			{
				"/usr/sbin/d": text,
				...Object.fromEntries(
					Object.entries(sources).map(([name, source]) => [name.replace("O/", `${own}/`).replace("V/", `${vendor}/`), source]),
				),
			},
			"/usr/sbin/d",
			role,
		)
			.map((path) => path.replace(`${own}/`, "O/").replace(`${vendor}/`, "V/"))
			.sort();

	test("statements, base classes and names with colons are found, in error paths too", () => {
		const text =
			"use A;\nsub f { require B::C; D::E->new; Q::R::call() }\nuse parent -norequire, qw(F G);\neval { require H; 1 } or die;\nrequire 'i/j.pl';";
		const names = ["A.pm", "B/C.pm", "D/E.pm", "F.pm", "G.pm", "H.pm", "Q/R.pm", "i/j.pl"].map((name) => `V/${name}`);
		expect(from(text, Object.fromEntries(names.map((name) => [name, "1;"])))).toEqual(names);
	});
	test("documentation and comments load nothing", () => {
		const text = "use A;\n# use B;\n=pod\n\nuse C;\n\n=cut\nuse D;\n__END__\nuse E;";
		expect(from(text, { "V/A.pm": "", "V/B.pm": "", "V/C.pm": "", "V/D.pm": "", "V/E.pm": "" })).toEqual(["V/A.pm", "V/D.pm"]);
	});
	test("compiled parts and autoloaded functions are included with their module", () => {
		expect(
			from("use A::B;", {
				"V/A/B.pm": "",
				"V/auto/A/B/B.so": "",
				"V/auto/A/B/f.al": "use C;",
				"V/C.pm": "",
				"V/auto/A/X.so": "",
			}),
		).toEqual(["V/A/B.pm", "V/C.pm", "V/auto/A/B/B.so", "V/auto/A/B/f.al"]);
	});
	test("a module that computes names includes everything below its own name", () => {
		const sources = { "V/A.pm": 'eval "require $x";', "V/A/B.pm": "use C;", "V/A/D/E.pm": "", "V/C.pm": "", "V/F.pm": "" };
		expect(from("use A;", sources)).toEqual(["V/A.pm", "V/A/B.pm", "V/A/D/E.pm", "V/C.pm"]);
	});
	test("a program's own modules include everything below their names, others do not", () => {
		const sources = { ...empty("V/Mail/Spam.pm", "V/Mail/Spam/Plugin/A.pm", "V/Mail/Other.pm", "O/IO/A.pm", "O/IO/A/B.pm") };
		expect(from("use Mail::Spam;\nuse IO::A;", sources, "program")).toEqual([
			"O/IO/A.pm",
			"V/Mail/Spam.pm",
			"V/Mail/Spam/Plugin/A.pm",
		]);
	});
	test("perl's list of modules includes none of them", () => {
		const sources = { "O/Module/CoreList.pm": "'A::B' => 1", "O/A/B.pm": "" };
		expect(from("use Module::CoreList;", sources)).toEqual(["O/Module/CoreList.pm"]);
	});
});

test("Ruby's libraries are found by require, autoload and relative names", () => {
	const text =
		'require "a"\ndef f\n  require "b/c"\nend\nautoload :D, "d"\n# require "e"\n=begin\nrequire "e"\n=end\nrequire_relative "lib/g"';
	const root = "/usr/lib/ruby/3.3.0";
	const sources = { "/a.rb": 'require "h.so"', "/b/c.rb": "", "/d.rb": "", "/e.rb": "", "/h.so": "" };
	const nodes = Object.fromEntries(Object.entries(sources).map(([name, source]) => [root + name, source]));
	const found = reached(
		(listings) => rubyModules([root as Path], [], listings),
		{ "/opt/app.rb": text, "/opt/lib/g.rb": "", ...nodes },
		"/opt/app.rb",
	);
	expect(found).toEqual(["/opt/lib/g.rb", ...["a.rb", "b/c.rb", "d.rb", "h.so"].map((name) => `${root}/${name}`)]);
});

test("Ruby's own libraries include no developers' tools, unless an application or the tool itself loads them", () => {
	const root = "/usr/lib/ruby/3.3.0";
	const found = (text: string) =>
		reached(
			(listings) => rubyModules([root as Path], [root as Path], listings),
			{
				"/opt/app.rb": text,
				[`${root}/a.rb`]: 'require "irb"',
				[`${root}/irb.rb`]: 'require "irb/ext"',
				[`${root}/irb/ext.rb`]: "",
			},
			"/opt/app.rb",
		);
	expect(found('require "a"')).toEqual([`${root}/a.rb`]);
	expect(found('require "irb"')).toEqual([`${root}/irb.rb`, `${root}/irb/ext.rb`]);
});
