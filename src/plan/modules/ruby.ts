import { baseName, isWithin, join, normalise, type Path, parent } from "../../base/path/path.ts";
import type { Listings, ModuleLanguage } from "./modules.ts";

/** Libraries that ruby loads from C: for its messages, for gems, for encodings. */
const fromC =
	"rubygems monitor rbconfig error_highlight did_you_mean set enumerator thread fiber unicode_normalize/normalize".split(" ");

/** Developers' tools, which Ruby's own libraries load for interactive use, and gems for their installation. */
const developers = /^(irb|rdoc|debug|racc|rbs|minitest|bundler|syntax_suggest|rubygems\/commands?)(\/|$)/;

const loading =
	/\b(?:require|load|autoload\s{0,9}\(?\s{0,9}:\w+\s{0,9},|autoload\s{0,9}\(?\s{0,9}["']\w+["']\s{0,9},)\s{0,9}\(?\s{0,9}["']([\w./+-]+)["']/g;
const relative = /\brequire_relative\s{0,9}\(?\s{0,9}["']([\w./+-]+)["']/g;
const computed =
	/\b(?:require|require_relative|load)\b\s{0,9}\(?\s{0,9}(?:[a-z_@]\w*|["'][^"'\n]{0,200}#\{|File\.|"[^"\n]{0,200}"\s{0,9}\+)/;

/** Finds Ruby's libraries below `roots`, the entries of `$LOAD_PATH`. `standard` are the directories of Ruby's own. */
export function rubyModules(roots: readonly Path[], standard: readonly Path[], listings: Listings): ModuleLanguage {
	const below = (directory: Path, name: string) => {
		const exact = /\.(rb|so)$/.test(name) ? listings.findBelow(directory, name) : [];
		return [...exact, ...listings.findBelow(directory, `${name}.rb`), ...listings.findBelow(directory, `${name}.so`)];
	};
	const feature = (name: string) => roots.flatMap((root) => below(root, name));
	const isStandard = (path: Path) => standard.some((root) => isWithin(path, root)) || /\/rubygems(\/|\.rb$)/.test(path);
	/** Returns whether one of Ruby's libraries only mentions a tool that it is not part of. */
	const isForDevelopers = (name: string, path: Path) => {
		const tool = isStandard(path) ? developers.exec(name)?.[1] : undefined;
		return tool !== undefined && !path.includes(`/${tool}/`) && !path.endsWith(`/${tool}.rb`);
	};

	return {
		source: /\.(rb|ru)$/,
		interpreter: /\bruby/,
		*references(path, text, role) {
			const code = withoutComments(text);
			for (const [, name = ""] of code.matchAll(loading)) if (!isForDevelopers(name, path)) yield* feature(name);
			for (const [, name = ""] of code.matchAll(relative)) {
				const place = normalise(join(parent(path), name));
				const root = roots.find((one) => isWithin(place, one)) ?? parent(place);
				if (!isForDevelopers(place.slice(root.length + 1), path)) yield* below(parent(place), baseName(place));
			}
			// Libraries with computed names are usually in the directory with this library's name.
			if (role === "module" && path.endsWith(".rb") && computed.test(code)) {
				yield* listings.files(path.slice(0, -".rb".length) as Path, true).filter((one) => /\.(rb|so)$/.test(one));
			}
		},
		*builtIn() {
			for (const name of fromC) yield* feature(name);
			for (const root of standard) yield* listings.files(join(root, "enc"), true).filter((one) => one.endsWith(".so"));
		},
	};
}

/** A block without an end is code. */
function withoutComments(text: string): string {
	const [code = "", ...blocks] = text.replace(/^[ \t]*#.*$/gm, "").split(/^=begin\b/m);
	return code + blocks.map((block) => block.slice(Math.max(0, block.slice(0, 20_000).search(/^=end\b/m)))).join("");
}
