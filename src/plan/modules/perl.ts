import { isWithin, join, type Path } from "../../base/path/path.ts";
import type { Listings, ModuleLanguage } from "./modules.ts";

/** Modules that perl loads from C: for `%+`, `%!`, `\N{…}`, methods of file handles, in-memory files, `glob` and its own errors. */
const fromC =
	"Tie::Hash::NamedCapture Errno mro utf8 feature overload attributes Config _charnames File::Glob IO::File IO::Handle re Carp Carp::Heavy " +
	"PerlIO::scalar PerlIO::encoding Encode strict warnings warnings::register bytes integer lib vars constant Exporter Exporter::Heavy XSLoader " +
	"DynaLoader AutoLoader SelectSaver Symbol Scalar::Util List::Util POSIX Fcntl";

/** Modules with tables that they read by computed names. */
const tables: ReadonlyMap<string, string> = new Map([["Unicode/UCD.pm", "unicore"]]);

/** Developers' and installers' tools, which perl's own modules load only to support those tools. */
const developers = /^(CPAN|TAP|App|Test2?|ExtUtils|Module::Build|Devel|Pod|perl5db|Perl::OSType)(::|$)/;

/** A list of the modules that came with each perl; it loads none of them. */
const list = /\/Module\/CoreList(\/\w+)?\.pm$/;

const statement = /(?:^|[;{}(])[ \t]*(?:use|no|require)[ \t]+([A-Za-z_]\w*(?:::\w+)*)/gm;
const inherited = /\buse\s+(?:base|parent|fields|autouse|if|only)\b([^;]{0,2000});/g;
const qualified = /\b[A-Za-z_]\w*(?:::\w+)+/g;
const named = /["']([\w./-]+\.p[lmh])["']/g;
const computed =
	/\b(?:require|do)\b[\s(]{0,9}(?:\$|["'][^"'\n;]{0,200}(?:\$|["']\s*\.))|["'{(]\s{0,9}(?:require|use)\s{1,9}(?:[\w:]*\$|[\w:]*["']\s*\.)/;

/** Perl's modules below `roots`, the entries of `@INC`. `standard` of them hold perl's own. */
export function perlModules(roots: readonly Path[], standard: readonly Path[], listings: Listings): ModuleLanguage {
	const others = roots.filter((root) => !standard.includes(root));

	/** Perl takes the first match in `@INC`; Debian's directories contain some modules twice. */
	function atRoots(find: (root: Path) => readonly Path[]): Path[] {
		const own = standard.map(find).find((paths) => paths.length) ?? [];
		return [...others.flatMap(find), ...own];
	}

	const found = new Map<string, readonly Path[]>();
	function module(name: string): readonly Path[] {
		const known = found.get(name);
		if (known) return known;
		const below = name.replaceAll("::", "/");
		const paths = atRoots((root) => listings.findBelow(root, `${below}.pm`));
		// Files that XSLoader and AutoLoader load for it.
		const loaded = paths.length ? atRoots((root) => listings.files(join(root, `auto/${below}`), false)) : [];
		const all = [...paths, ...loaded];
		found.set(name, all);
		return all;
	}

	/** Returns all modules in a namespace. */
	const namespace = (below: string) =>
		roots.flatMap((root) => listings.files(join(root, below), true).filter((path) => /\.p[lmh]$/.test(path)));
	const belowRoot = (path: Path) => {
		const root = roots.find((one) => isWithin(path, one));
		return root === undefined ? undefined : path.slice(root.length + 1);
	};

	return {
		source: /\.(p[lmh]|al)$/,
		interpreter: /\bperl/,
		*references(path, text, role) {
			if (list.test(path)) return;
			const code = withoutDocumentation(text);
			const isOfPerl = role === "module" && standard.some((root) => isWithin(path, root));
			const names = new Set([...code.matchAll(statement)].map(([, name = ""]) => name));
			for (const [, list = ""] of code.matchAll(inherited))
				for (const [name] of list.matchAll(/[A-Za-z_]\w*(?:::\w+)*/g)) names.add(name);
			for (const [name] of code.matchAll(qualified)) {
				// `Foo::bar` may name a function of Foo.
				names.add(name);
				names.add(name.slice(0, name.lastIndexOf("::")));
			}
			for (const name of names) if (!(isOfPerl && developers.test(name))) yield* module(name);
			for (const [, name = ""] of code.matchAll(named)) yield* atRoots((root) => listings.findBelow(root, name));
			for (const [, name = ""] of code.matchAll(/\b(?:require|do)\s{1,9}["']([\w./-]+)["']/g)) {
				yield* atRoots((root) => listings.findBelow(root, name));
			}
			if (role === "program") {
				for (const [, name = ""] of code.matchAll(statement)) {
					if (!module(name).some((one) => !standard.some((root) => isWithin(one, root)))) continue;
					if (name.includes("::")) yield* namespace(name.replaceAll("::", "/"));
				}
			}
			const below = belowRoot(path);
			if (below === undefined) return;
			const table = tables.get(below);
			if (table !== undefined) for (const root of standard) yield* listings.files(join(root, table), true);
			if (computed.test(code) && below.endsWith(".pm")) yield* namespace(below.slice(0, -".pm".length));
		},
		*builtIn() {
			for (const name of fromC.split(" ")) yield* module(name);
		},
	};
}

/** Removes POD, comment lines, and everything after the end of the program, unless a loader reads code from there. */
function withoutDocumentation(text: string): string {
	const end = /\b(SelfLoader|AutoLoader)\b/.test(text) ? -1 : text.search(/^__END__[ \t\r]*$/m);
	let isDocumentation = false;
	return (end < 0 ? text : text.slice(0, end))
		.split("\n")
		.filter((line) => {
			if (/^=[a-zA-Z]/.test(line)) isDocumentation = !line.startsWith("=cut");
			else if (!isDocumentation) return !/^\s*#/.test(line);
			return false;
		})
		.join("\n");
}
